"""The view of the ATM term structure."""

from datetime import timedelta
from typing import Any

import pytest

from bq_mcp.client.model import Reply
from bq_mcp.views import Answer, Detail
from bq_mcp.views.answer import render
from bq_mcp.views.words.environment import build

from .asking import NOW, ask, envelope, question

PATH = "/options/iv/term-structure"
CURVE: dict[str, Any] = {
    "expiries": ["21NOV26", "27NOV26", "04DEC26", "25DEC26", "26FEB27"],
    "dtes": [0, 6, 13, 34, 97],
    "days_to_expiry": None,
    "atm_iv": [52.0, 44.0, 47.5, 45.0, 48.2],
    "filtered_dte_window": None,
}
PAST: dict[str, Any] = {
    "days_ago": 7,
    "target_date": "2026-11-13",
    "historical": [
        {"dte_bucket": 7, "atm_iv": 50.0, "ts": "2026-11-13T14:00:00Z"},
        {"dte_bucket": 30, "atm_iv": 46.5, "ts": "2026-11-13T14:00:00Z"},
        {"dte_bucket": 60, "atm_iv": 47.0, "ts": "2026-11-13T14:00:00Z"},
        {"dte_bucket": 90, "atm_iv": None, "ts": "2026-11-13T14:00:00Z"},
    ],
    "available": True,
    "reason": None,
}


def told(data: object, detail: Detail = "standard", **given: Any) -> Answer:
    answer = ask(data, PATH, detail, params=("dte_max",), **given)
    assert answer.meta["view"] == "options/iv/term-structure"
    return answer


def test_tenors_slope_humps_and_the_front_are_told_in_that_order() -> None:
    assert told(CURVE).text.split("\n")[1:6] == [
        "ATM IV ~7d 27NOV26 (6d) 44.0% · ~30d 25DEC26 (34d) 45.0% · ~90d 26FEB27 (97d) 48.2%",
        "slope 6d to 97d +4.2 pts, rising (contango)",
        "hump 04DEC26 (13d) 47.5%: +3.5 pts from 27NOV26, +2.5 pts from 25DEC26",
        "dip 25DEC26 (34d) 45.0%: -2.5 pts from 04DEC26, -3.2 pts from 26FEB27",
        "front (DTE 1 or more) 27NOV26 (6d) 44.0%",
    ]


def test_decimals_and_percents_read_the_same() -> None:
    decimal = CURVE | {"atm_iv": [value / 100 for value in CURVE["atm_iv"]]}
    assert told(decimal).text == told(CURVE).text


@pytest.mark.parametrize(
    "variant",
    [
        {"dtes": None, "days_to_expiry": CURVE["dtes"]},
        {"dtes": None, "days_to_expiry": CURVE["dtes"], "ts": "2026-11-20T14:32:00Z"},
        {
            "expiries": [
                {"expiry": expiry, "dte": days, "atm_iv": level}
                for expiry, days, level in zip(
                    CURVE["expiries"], CURVE["dtes"], CURVE["atm_iv"], strict=True
                )
            ],
            "dtes": None,
            "atm_iv": None,
        },
    ],
)
def test_other_spellings_say_the_same(variant: dict[str, Any]) -> None:
    assert told(CURVE | variant).text == told(CURVE).text


def test_missing_days_are_counted_to_settlement_and_said_to_be() -> None:
    text = told({"expiries": CURVE["expiries"], "atm_iv": CURVE["atm_iv"]}).text
    assert "27NOV26 (6d) 44.0%" in text
    assert "days counted to 08:00 UTC settlement" in text


def test_levels_that_disagree_have_no_scale() -> None:
    text = told(CURVE | {"atm_iv": [0.52, 44.0, 47.5, 45.0, 48.2]}).text
    assert "scale not stated: no differences taken" in text
    assert "slope" not in text
    assert "%" not in text.split("\n")[1]
    assert "hump" not in text


def test_a_hole_beside_a_peak_proves_no_hump() -> None:
    text = told(CURVE | {"atm_iv": [52.0, None, 47.5, 45.0, 48.2]}).text
    assert "hump" not in text
    assert "~7d 27NOV26 (6d) n/a" in text


def test_a_falling_curve_is_backwardation() -> None:
    text = told(CURVE | {"atm_iv": [60.0, 55.0, 52.0, 50.0, 48.0]}).text
    assert "slope 6d to 97d -7.0 pts, falling (backwardation)" in text


def test_change_is_told_only_where_an_expiry_is_near_the_past_tenor() -> None:
    text = told(CURVE | {"compare": PAST}).text
    assert (
        "7 days ago (2026-11-13), constant maturity: 7d 50.0% then, -6.0 pts to 27NOV26 (6d) · "
        "30d 46.5% then, -1.5 pts to 25DEC26 (34d) · 90d n/a"
    ) in text


def test_an_absent_past_curve_is_said_with_its_reason() -> None:
    past = {"days_ago": 300, "target_date": "2026-01-24", "historical": [], "available": False}
    text = told(CURVE | {"compare": past | {"reason": "no stored IV"}}).text
    assert 'no curve of 300 days ago (2026-01-24): "no stored IV"' in text


def test_a_comparison_that_was_asked_and_did_not_come_is_said() -> None:
    text = told(CURVE, query={"historical_compare_days": 30}).text
    assert "no curve of 30 days ago in the reply" in text


def test_no_figure_at_all_is_told_as_such() -> None:
    text = told(CURVE | {"atm_iv": None}).text
    assert "ATM IV ~7d 27NOV26 (6d) n/a · ~30d 25DEC26 (34d) n/a" in text
    assert "slope" not in text


def test_a_venue_filter_is_told_to_show_that_venues_marks() -> None:
    text = told(CURVE, exchanges_filtered=["deribit"]).text
    assert "venues deribit only" in text
    assert "ATM IV (venue marks)" in text


def test_brief_keeps_tenors_slope_and_the_change() -> None:
    text = told(CURVE | {"compare": PAST}, "brief").text
    assert "~7d (6d) 44.0%" in text
    assert "slope +4.2 pts, rising (contango)" in text
    assert "7 days ago: 7d 50.0%, -6.0 pts since · 30d 46.5%, -1.5 pts since" in text


def curve(**levels: float | None) -> dict[str, Any]:
    """Return a curve by days; the expiry of each is counted from the day of the tests."""
    days = [int(name[1:]) for name in levels]
    expiries = [f"{NOW + timedelta(days=day):%d%b%y}".upper() for day in days]
    return {"expiries": expiries, "dtes": days, "atm_iv": list(levels.values())}


def test_a_tenor_is_chosen_by_its_days_not_by_what_has_a_figure() -> None:
    text = told(curve(d7=None, d9=61.0, d31=60.0)).text
    assert "~7d 27NOV26 (7d) n/a" in text


@pytest.mark.parametrize("detail", ["brief", "standard", "full"])
def test_tenors_over_a_third_off_are_not_printed(detail: Detail) -> None:
    text = told(curve(d1=44.2), detail).text
    assert "~" not in text and "no expiry near 7, 30 or 90d" in text
    assert "~30d" not in told(curve(d7=44.0, d14=45.0), detail).text


@pytest.mark.parametrize("detail", ["brief", "standard", "full"])
def test_a_slope_under_half_a_point_is_flat_and_the_dip_is_named(detail: Detail) -> None:
    text = told(curve(d7=46.46, d30=43.47, d90=46.48), detail).text
    assert "about 0 pts, flat (under 0.5 pt)" in text
    assert "rising" not in text and "contango" not in text
    assert "dip 20DEC26 (30d) 43.5%" in text


def test_a_wide_dip_between_the_ends_is_named() -> None:
    text = told(curve(d7=46.4, d12=45.6, d20=44.8, d30=44.5, d45=45.2, d90=46.5)).text
    assert "dip 20DEC26 (30d) 44.5%: -1.9 pts from 27NOV26, -2.0 pts from 18FEB27" in text


def test_a_hump_that_spans_a_weekend_says_so() -> None:
    assert "hump 28NOV26 (8d) 58.0%" in told(curve(d7=50.0, d8=58.0, d30=51.0)).text
    assert "from 20DEC26, spans a weekend" in told(curve(d7=50.0, d8=58.0, d30=51.0)).text
    assert "weekend" not in told(curve(d7=50.0, d14=58.0, d30=51.0)).text


def test_a_settled_expiry_is_never_the_front() -> None:
    stale = {
        "expiries": ["20NOV26", "21NOV26", "27NOV26"],
        "dtes": [-1, 0, 6],
        "atm_iv": [9, 50, 44],
    }
    text = told(stale).text
    assert "front (DTE 1 or more) 27NOV26" in text
    assert "settled, left out: 20NOV26" in text and "20NOV26" not in text.split("settled")[0]


def test_constant_maturities_are_read_in_variance_between_two_expiries() -> None:
    text = told(curve(d20=40.0, d40=50.0)).text
    # sqrt((40^2 x 20 + 50^2 x 40) / 2 / 30)
    assert "30d ≈ 46.9% by variance between 10DEC26, 30DEC26" in text
    assert "≈" not in told(curve(d20=40.0, d25=None, d40=50.0)).text
    assert "≈" not in told(curve(d30=40.0, d90=50.0)).text
    assert "30d ≈" in told(curve(d15=40.0, d50=50.0), "brief").text


def test_numbers_written_as_text_are_numbers() -> None:
    written = CURVE | {
        "atm_iv": list(map(str, CURVE["atm_iv"])),
        "dtes": list(map(str, CURVE["dtes"])),
    }
    assert told(written).text == told(CURVE).text


def test_an_empty_curve_names_the_filter() -> None:
    empty: dict[str, Any] = {"expiries": [], "dtes": [], "atm_iv": []}
    for detail in ("brief", "standard"):
        text = ask(empty, PATH, detail, query={"dte_max": 0}).text
        assert "nothing with dte_max 0: empty, not zero" in text


def test_template_knows_every_name_it_uses() -> None:
    reply = Reply(envelope(CURVE | {"compare": PAST}), NOW, received=0.0)
    answer = render(question(PATH, "full"), reply, NOW, build(strict=True))
    assert answer.meta["view"] == "options/iv/term-structure"
