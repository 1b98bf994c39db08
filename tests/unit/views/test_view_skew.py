"""The view of skew and butterfly."""

from typing import Any

import pytest

from bq_mcp.views import Answer, Detail, Standing
from bq_mcp.views.context import Cuts, context_of
from bq_mcp.views.environment import build
from bq_mcp.views.rendering import render_template, scene_of

from .asking import NOW, ask, envelope, question

PATH = "/options/iv/skew"


def row(expiry: str, dte: int, atm: float, skew: float | None) -> dict[str, Any]:
    wing = 0.0 if skew is None else skew / 2
    return {
        "expiry": expiry,
        "expiry_label": expiry,
        "dte": dte,
        "atm_iv": atm,
        "put_25d_iv": atm + 1 + wing,
        "call_25d_iv": atm + 1 - wing,
        "skew_25d": skew,
        "put_10d_iv": atm + 4 + 2 * wing,
        "call_10d_iv": atm + 4 - 2 * wing,
        "skew_10d": None if skew is None else 2 * skew,
        "butterfly_25d": 1.0,
    }


ROWS = [
    row("21NOV26", 0, 52.0, 9.0),
    row("27NOV26", 6, 44.0, 4.5),
    row("25DEC26", 34, 45.0, -2.5),
    row("26FEB27", 97, 48.0, 5.1),
]
DATA = {"expiries": ROWS, "spot_price": 67_214.0}


def told(data: object, detail: Detail = "standard", **given: Any) -> Answer:
    answer = ask(data, PATH, detail, **given)
    assert answer.meta["view"] == "options/iv/skew"
    return answer


def test_week_month_and_steepest_are_told_with_what_the_sign_means() -> None:
    assert told(DATA).text.split("\n")[1:4] == [
        "25-delta skew (put IV - call IV): ~7d 27NOV26 (6d) +4.5 pts, puts dearer · "
        "~30d 25DEC26 (34d) -2.5 pts, calls dearer",
        "butterfly ~7d +1.0 pts · ~30d +1.0 pts; 10-delta skew ~30d -5.0 pts",
        "ATM IV ~7d 44.0% · ~30d 45.0%; steepest 25-delta skew 26FEB27 (97d) +5.1 pts, puts dearer",
    ]


def test_the_last_two_days_come_last_and_flagged() -> None:
    lines = told(DATA).text.split("\n")
    noisy = next(line for line in lines if line.startswith("under 2 days, noisy:"))
    assert "21NOV26 0d +9.0 pts, +18.0 pts, +1.0 pts" in noisy
    assert "steepest 25-delta skew 21NOV26" not in "\n".join(lines)


def test_decimals_scale_the_differences_with_their_levels() -> None:
    decimal = [
        {key: value / 100 if isinstance(value, float) else value for key, value in item.items()}
        for item in ROWS
    ]
    assert told({"expiries": decimal}).text == told(DATA).text


def test_differences_without_levels_have_no_scale() -> None:
    bare = [{key: item[key] for key in ("expiry", "dte", "skew_25d")} for item in ROWS]
    text = told({"expiries": bare}).text
    assert "~7d 27NOV26 (6d) 4.5, puts dearer" in text
    assert "(scale not stated)" in text
    assert "pts" not in text


@pytest.mark.parametrize("data", [ROWS, {"expiries": ROWS}])
def test_a_bare_list_reads_the_same(data: object) -> None:
    assert told(data, "full").text == told(DATA, "full").text


def test_a_wing_without_a_figure_is_not_zero() -> None:
    rows = [*ROWS[:1], ROWS[1] | {"skew_25d": None, "put_25d_iv": None}, *ROWS[2:]]
    text = told({"expiries": rows}).text
    assert "27NOV26 6d n/a, +9.0 pts, +1.0 pts" in text
    assert "(n/a: not quoted or not served)" in text
    assert "~7d 25DEC26 (34d) -2.5 pts" in text


def test_no_skew_at_all_is_told_as_such() -> None:
    rows = [item | {"skew_25d": None} for item in ROWS]
    text = told({"expiries": rows}).text
    assert "25-delta skew n/a for every expiry of 2 days or more" in text
    assert "dearer" not in text


def test_the_other_sign_convention_is_never_named() -> None:
    for detail in ("brief", "standard", "full"):
        text = told(DATA, detail).text
        assert "risk reversal" not in text and "bearish" not in text


def test_full_adds_the_volatilities_of_both_wings() -> None:
    text = told(DATA, "full").text
    assert (
        "27NOV26 6d +4.5 pts, +9.0 pts, +1.0 pts; ATM 44.0%; 25-delta put 47.2%, call 42.8%; "
        "10-delta put 52.5%, call 43.5%"
    ) in text


def test_template_knows_every_name_it_uses() -> None:
    scene = scene_of(question(PATH, "full"), envelope(DATA), Standing(NOW))
    name = "options/iv/skew.md.jinja"
    assert "skew" in render_template(build(strict=True), name, context_of(scene, 12, Cuts()))
