"""The view of skew and butterfly."""

from typing import Any

import pytest

from bq_mcp.client.model import Reply
from bq_mcp.views import Answer, Detail
from bq_mcp.views.answer import render
from bq_mcp.views.words.environment import build

from .asking import NOW, ask, envelope, question

PATH = "/options/iv/skew"
DETAILS: tuple[Detail, ...] = ("brief", "standard", "full")


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
        "butterfly ~7d +1.0 pts · ~30d +1.0 pts · 10-delta skew ~30d -5.0 pts",
        "steepest 25-delta skew 26FEB27 (97d) +5.1 pts, puts dearer",
    ]
    assert "ATM IV ~7d 44.0% · ~30d 45.0%" in told(DATA).text


def test_brief_keeps_tenors_butterfly_and_the_steepest() -> None:
    assert told(DATA, "brief").text.split("\n")[1:4] == [
        "25-delta skew (put IV - call IV): ~7d +4.5 pts, puts dearer · ~30d -2.5 pts, calls dearer",
        "butterfly ~7d +1.0 pts · ~30d +1.0 pts · 10-delta skew ~30d -5.0 pts",
        "steepest 26FEB27 (97d) +5.1 pts",
    ]


def test_no_tenor_is_told_without_an_expiry_within_a_third_of_it() -> None:
    rows = [row("01DEC26", 10, 44.0, 4.5), row("15JAN27", 55, 45.0, 2.5)]
    for detail in DETAILS:
        text = told({"expiries": rows}, detail).text
        assert "~7d no expiry near · ~30d no expiry near" in text
        assert "steepest" in text and "(10d) +4.5 pts" in text


def test_a_tenor_without_the_figure_is_told_with_what_it_has() -> None:
    rows = [*ROWS[:1], row("27NOV26", 6, 112.06, None), *ROWS[2:]]
    for detail in DETAILS:
        text = told({"expiries": rows}, detail).text
        assert "skew n/a (ATM 112.1%)" in text.split("~30d")[0]
        assert "~30d" in text and "-2.5 pts" in text


def test_figures_written_as_text_are_figures() -> None:
    texts = [
        {key: str(value) if isinstance(value, float) else value for key, value in item.items()}
        for item in ROWS
    ]
    assert told({"expiries": texts}).text == told(DATA).text


def test_settled_rows_lead_nothing_and_are_counted() -> None:
    rows = [row("19NOV26", -1, 90.0, 30.0), *ROWS]
    text = told({"expiries": rows}).text
    assert "19NOV26" not in text and "+30.0" not in text
    assert "settled rows left out: 1" in text


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
    assert "~7d 27NOV26 (6d) skew n/a (ATM 44.0%)" in text


def test_no_skew_at_all_is_told_as_such() -> None:
    rows = [item | {"skew_25d": None} for item in ROWS]
    text = told({"expiries": rows}).text
    assert text.count("skew n/a (ATM") == 2
    assert "dearer" not in text and "steepest" not in text


def test_the_other_sign_convention_is_never_named() -> None:
    for detail in DETAILS:
        text = told(DATA, detail).text
        assert "risk reversal" not in text and "bearish" not in text


def test_template_knows_every_name_it_uses() -> None:
    reply = Reply(envelope(DATA), NOW, received=0.0)
    answer = render(question(PATH, "full"), reply, NOW, build(strict=True))
    assert answer.meta["view"] == "options/iv/skew"
