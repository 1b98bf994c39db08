"""The view of gamma levels."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bq_mcp.client.model import Reply
from bq_mcp.views import Answer, Detail
from bq_mcp.views.pages.levels import page
from bq_mcp.views.scene import Scene
from bq_mcp.views.words.environment import build

from .asking import NOW, ask, envelope, question

PATH = "/gex/levels"
PLAIN: dict[str, Any] = {
    "all_expiry": {"hvl": 67_000, "call_resistance": 70_000, "put_support": 64_000},
    "odte": {"hvl": 67_500, "call_resistance": 68_000, "put_support": 66_500},
    "positioning": "flow",
}
COMPLETE: dict[str, Any] = {
    "all_expiry": {
        "hvl": 67_000,
        "call_resistance": 70_000,
        "call_wall_2": 72_000,
        "call_wall_3": 75_000,
        "put_support": 64_000,
        "put_wall_2": 62_000,
        "put_wall_3": 60_000,
    },
    "odte": {"hvl": 67_500, "call_resistance": 68_000, "put_support": 66_500},
    "positioning": "flow",
    "max_pain": {"strike": 66_000, "value": 123_400_000},
    "expected_move": {
        "upper_1sd": 68_800.5,
        "lower_1sd": 65_600.1,
        "upper_2sd": 70_400,
        "lower_2sd": 64_000,
    },
    "ranked": {
        "all_expiry_top_10": [
            {"rank": 1, "strike": 70_000, "gex": 1.06e8, "abs_gex": 1.06e8},
            {"rank": 2, "strike": 65_000, "gex": -9.1e7, "abs_gex": 9.1e7},
            {"rank": 3, "strike": 68_000, "gex": 4e7, "abs_gex": 4e7},
            {"rank": 4, "strike": 60_000, "gex": 3e7, "abs_gex": 3e7},
        ],
        "odte_top_10": [{"rank": 1, "strike": 67_500, "gex": 5e6, "abs_gex": 5e6}],
    },
    "gamma_flip_zones": [{"strike": 67_000}, {"strike": 61_000}],
    "spot": {"spot_price": 67_214.0, "perps_price": 67_300.0},
    "candles": [
        {
            "datetime": f"2026-11-20T{hour:02}:00:00Z",
            "open": 67_000,
            "high": 67_300 + hour,
            "low": 66_900 - hour,
            "close": 67_100 + hour,
            "volume": 3,
        }
        for hour in range(10, 14)
    ],
}


def levels(data: object, detail: Detail = "standard", **given: Any) -> Answer:
    return ask(data, PATH, detail, params=("positioning",), **given)


def test_flip_walls_and_both_sets_are_told_with_distances() -> None:
    assert levels(PLAIN).text.split("\n")[1:5] == [
        "all expiries: flip (HVL) 67,000 (-0.3%), spot above it",
        "call wall 70,000 (+4.1%) · put wall 64,000 (-4.8%)",
        "0DTE: flip 67,500 (+0.4%), spot below it (other side than all expiries) · "
        "call wall 68,000 (+1.2%) · put wall 66,500 (-1.1%)",
        "net gamma sign not in this answer (gex_strike_profile)",
    ]


def test_brief_keeps_both_sets() -> None:
    text = levels(PLAIN, "brief").text
    for words in ("67,000", "70,000", "64,000", "67,500", "68,000", "66,500", "other side"):
        assert words in text


def test_a_missing_flip_or_wall_is_a_finding_without_a_cause() -> None:
    data = PLAIN | {"all_expiry": {"hvl": None, "call_resistance": 70_000, "put_support": None}}
    text = levels(data).text
    assert "all expiries: no flip reported" in text
    assert "call wall 70,000 (+4.1%) · no put wall reported" in text
    assert "net gamma sign not in this answer" in text
    assert "no strike" not in text and "sign change" not in text


@pytest.mark.parametrize("detail", ["brief", "standard", "full"])
def test_a_set_without_any_level_is_absent(detail: Detail) -> None:
    text = levels(PLAIN | {"odte": dict.fromkeys(PLAIN["odte"])}, detail).text
    assert "no 0DTE levels served" in text
    assert "no flip" not in text and "no put wall" not in text
    text = levels({"all_expiry": {}, "odte": PLAIN["odte"]}, detail).text
    assert "no all-expiry levels served" in text
    assert "0DTE: flip 67,500" in text


def test_a_distance_stands_behind_its_level_and_never_behind_spot() -> None:
    data = {"all_expiry": {"hvl": 155.0}, "odte": {"hvl": 155.0}}
    text = levels(data, spot_price=89.0).text
    assert "flip (HVL) 155 (+74.2%), spot below it" in text
    assert "0DTE: flip 155 (+74.2%), spot below it" in text
    assert "% below" not in text


def test_walls_on_the_wrong_side_of_spot_are_told() -> None:
    walls = {"hvl": 67_000, "call_resistance": 66_000, "put_support": 68_000}
    for detail in ("brief", "standard"):
        text = levels(PLAIN | {"all_expiry": walls}, detail).text
        assert "call wall 66,000 (-1.8%), below spot against its definition" in text
        assert "put wall 68,000 (+1.2%), above spot against its definition" in text
    assert "definition" not in levels(PLAIN, "full").text


def test_levels_written_as_text_are_levels() -> None:
    text = {name: f"{value}" for name, value in PLAIN["all_expiry"].items()}
    assert levels(PLAIN | {"all_expiry": text}).text == levels(PLAIN).text


def test_the_crossing_that_is_the_flip_tells_its_direction_beside_it() -> None:
    zones = [{"strike": 67_000, "direction": "negative_to_positive"}, {"strike": 50_000}]
    for detail in ("brief", "standard", "full"):
        text = levels(PLAIN | {"gamma_flip_zones": zones}, detail).text
        assert "spot above it; crossing negative_to_positive" in text


@pytest.mark.parametrize(
    ("zones", "words"),
    [
        ([], "flip zones (0): filled only where net gamma crosses zero more than once"),
        (None, "flip zones: filled only where net gamma crosses zero more than once"),
        ([{"strike": 67_000}], "flip zones (1): 67,000 (-0.3%)"),
        (
            [{"strike": strike} for strike in (1, 50_000, 90_000, 68_000, 67_000)],
            "several flips (5), nearest spot first: 67,000 (-0.3%); 68,000 (+1.2%);"
            " 50,000 (-25.6%); 90,000 (+33.9%); 1 more",
        ),
    ],
)
def test_zones_asked_for(zones: Any, words: str) -> None:
    text = levels(PLAIN | {"gamma_flip_zones": zones}, query={"include": "zones"}).text
    assert words in text
    assert "no figures served" not in text


def test_field_that_is_not_there_is_no_finding() -> None:
    text = levels({"all_expiry": {"call_resistance": 70_000}, "odte": {"hvl": "odd"}}).text
    assert "flip (HVL) n/a" in text
    assert "put wall n/a" in text
    assert "no flip" not in text and "no put wall" not in text


def test_same_side_is_not_called_other() -> None:
    data = PLAIN | {"odte": PLAIN["odte"] | {"hvl": 66_000}}
    assert "other side" not in levels(data).text


def test_regime_words_never_appear_without_a_net() -> None:
    text = levels(COMPLETE, "full").text
    assert "damping" not in text and "amplifying" not in text


def test_positioning_that_is_not_stated_is_said() -> None:
    data = {key: value for key, value in PLAIN.items() if key != "positioning"}
    assert "positioning not stated" in levels(data).text


@pytest.mark.parametrize(
    "words",
    [
        "call wall 70,000 (+4.1%, +$106m per 1% move) · put wall 64,000 (-4.8%)",
        "max pain (0DTE) 66,000 (-1.8%), payout $123m",
        "expected move, 24h: ±1σ 65,600 to 68,800 (-2.4%/+2.4%) · ±2σ 64,000 to 70,400",
        "several flips (2), nearest spot first: 67,000 (-0.3%); 61,000 (-9.2%)",
        "largest strikes, all expiries: 70,000 +$106m, 65,000 -$91m, 68,000 +$40m, 60,000 +$30m",
        "largest strikes, 0DTE: 67,500 +$5m per 1% move",
        "perpetual 67,300, +12.8 bps from spot",
        "candles: 4 received",
        "call walls 2 and 3: 72,000, 75,000",
        "put walls 2 and 3: 62,000, 60,000",
    ],
)
def test_sections_that_were_asked_for_are_shown(words: str) -> None:
    assert words in levels(COMPLETE, "full").text


def test_null_walls_two_and_three_are_not_mentioned() -> None:
    data = PLAIN | {"all_expiry": PLAIN["all_expiry"] | {"call_wall_2": None, "put_wall_2": None}}
    assert "2 and 3" not in levels(data).text


def test_template_knows_every_name_it_uses() -> None:
    asked = question(PATH, "full", params=("positioning",), query={"include": "ranked"})
    extra = {"unavailable_sections": {"sections": ["spot"], "reason": "as_of"}}
    scene = Scene(asked, Reply(envelope(COMPLETE, extra=extra), NOW, received=0.0), NOW)
    template = build(strict=True).get_template("gex/levels.md.jinja")
    assert "max pain" in template.render(**(page(scene) or {}), tool=str, terse=False)


def paths(node: object, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    if not isinstance(node, dict):
        return []
    here = [(*path, key) for key in node]
    return here + [found for key in node for found in paths(node[key], (*path, key))]


def changed(node: Any, path: tuple[str, ...], value: object) -> Any:
    key, *rest = path
    copy = dict(node)
    if rest:
        copy[key] = changed(copy[key], tuple(rest), value)
    elif value is ...:
        del copy[key]
    else:
        copy[key] = value
    return copy


@settings(max_examples=120)
@given(
    path=st.sampled_from(paths(COMPLETE)),
    value=st.sampled_from([..., None, "odd", -1, [], {}, 0, True, [None], 1e300]),
    detail=st.sampled_from(["brief", "standard", "full"]),
)
def test_any_field_may_vanish_or_change_type(
    path: tuple[str, ...], value: object, detail: Detail
) -> None:
    answer = levels(changed(COMPLETE, path, value), detail)
    assert answer.meta["view"] == PATH.strip("/")
    assert not [word for word in ("None", "null", "nan", "ndefined") if word in answer.text]


def test_payload_of_another_shape_is_answered_by_its_forms() -> None:
    answer = levels({"levels": {"flip": 67_000}})
    assert answer.meta["view"] == "forms"
    assert "67,000" in answer.text
