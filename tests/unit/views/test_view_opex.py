"""The view of `/options/opex`."""

from typing import Any

import pytest

from bq_mcp.client.model import Reply
from bq_mcp.views import Answer
from bq_mcp.views.answer import render
from bq_mcp.views.fit.size import estimate
from bq_mcp.views.words.environment import build
from tests.unit.views.asking import NOW, ask, envelope, first_line, question

PATH = "/options/opex"
ANCHOR = {"type": "monthly", "expiry": "27NOV26", "expiry_date": "2026-11-27", "dte": 6}


def date(
    expiry: str, dte: int, oi: float, gamma: dict[str, Any] | None = None, **fields: Any
) -> Any:
    return {
        "expiry": expiry,
        "expiry_date": None,
        "dte": dte,
        "type": "weekly",
        "is_anchor": False,
        "oi": {"call_oi": oi, "put_oi": 0.0, "total_oi": oi, "pcr": 0.5, "notional_oi_usd": 1e6},
        "iv": {"atm_iv": 0.55, "skew_25d": 0.02, "put_25d_iv": 0.56, "call_25d_iv": 0.54},
        "gamma": {
            "net_gex": -2_000_000.0,
            "call_resistance": 70_000.0,
            "put_support": None,
            "max_pain": {"strike": 66_000.0, "value": 4_000_000.0},
        }
        | (gamma or {}),
    } | fields


def calendar(**fields: Any) -> dict[str, Any]:
    return {
        "horizon_days": 30,
        "expirations": [
            date("21NOV26", 0, 100.0, {"net_gex": 500_000.0}),
            date("27NOV26", 6, 700.0, type="monthly", is_anchor=True),
            date("04DEC26", 13, 200.0),
        ],
        "count": 3,
        "next_anchor": ANCHOR,
        "filtered_types": None,
    } | fields


def body_of(answer: Answer) -> str:
    return answer.text.split("\n", 1)[1]


def line_with(text: str, words: str) -> str:
    return next(line for line in text.split("\n") if words in line)


def test_the_next_anchor_leads_with_date_hour_and_size() -> None:
    line = ask(calendar(), PATH).text.split("\n")[1]
    assert line.startswith("next anchor 27NOV26 (6d, monthly), 08:00 UTC: OI 700 coin ($1m)")
    assert "70.0% of the OI expiring within 30d" in line


def test_the_front_follows() -> None:
    assert ask(calendar(), PATH).text.split("\n")[3].startswith("front 21NOV26 (0d, weekly)")


def test_a_missing_wall_is_a_finding_and_an_absent_one_is_not() -> None:
    served = calendar()
    found = ask(served, PATH).text.split("\n")[2]
    assert "no put wall reported (no strike below spot with positive net gamma)" in found
    for row in served["expirations"]:
        del row["gamma"]["put_support"]
    text = ask(served, PATH).text
    assert "put wall n/a" in text
    assert "no put wall" not in text


def test_leaving_gamma_has_sign_unit_and_scale() -> None:
    line = ask(calendar(), PATH).text.split("\n")[2]
    assert "net GEX leaving -$2m per 1% move (44.4% of Σ|net|)" in line


def test_an_anchor_outside_the_list_lends_no_figures() -> None:
    weekly = calendar(filtered_types=["weekly"])
    del weekly["expirations"][1]
    text = ask(weekly, PATH).text
    assert "next anchor 27NOV26 (6d, monthly), 08:00 UTC: not among the 2 listed" in text
    assert "horizon=6 or more with types=monthly brings it" in text
    assert "weekly only" in text


def test_no_next_anchor_is_said_where_it_is_served_as_null() -> None:
    text = ask(calendar(next_anchor=None), PATH).text
    assert "upstream reports no next anchor" in text
    assert "\nnext anchor 27NOV26" in text


def test_an_absent_next_anchor_is_not_a_finding() -> None:
    unnamed = calendar()
    del unnamed["next_anchor"]
    text = ask(unnamed, PATH).text
    assert "no next anchor" not in text
    assert "\nnext anchor 27NOV26" in text


def test_an_anchor_is_found_by_its_date_where_its_token_is_missing() -> None:
    text = ask(calendar(next_anchor=ANCHOR | {"expiry": None}), PATH).text
    assert "next anchor 27NOV26 (6d, monthly)" in text


def test_a_type_filter_that_was_not_echoed_is_not_claimed() -> None:
    text = ask(calendar(), PATH, query={"types": "foo"}).text
    assert "types foo asked but not confirmed" in text


def test_brief_names_the_window_its_share_refers_to() -> None:
    text = ask(calendar(filtered_types=["weekly", "monthly"]), PATH, "brief").text
    assert "70.0% of weekly, monthly OI within 30d" in text


def test_an_anchor_that_is_the_front_is_told_once() -> None:
    served = calendar()
    del served["expirations"][0]
    text = ask(served, PATH).text
    assert "\nfront and next anchor 27NOV26" in text
    assert "\nfront 27NOV26" not in text


def test_an_empty_window_has_no_sums() -> None:
    text = ask(calendar(expirations=[], filtered_types=["monthly"]), PATH).text
    assert "no expirations listed, horizon 30d, monthly only" in text
    assert "net GEX" not in text


def test_unsized_dates_are_counted_beside_the_sum() -> None:
    served = calendar()
    served["expirations"][2]["oi"]["total_oi"] = None
    assert "OI 800 coin, n/a for 1" in ask(served, PATH).text


def test_on_the_day_of_an_anchor_what_remains_is_told() -> None:
    served = calendar(next_anchor=ANCHOR | {"expiry": "21NOV26", "expiry_date": None, "dte": 0})
    served["expirations"][0] |= {"type": "monthly", "is_anchor": True}
    for detail in ("standard", "full"):
        line = line_with(ask(served, PATH, detail).text, "after that 08:00 UTC")
        assert "OI 900 coin of those listed, net GEX -$4m per 1% move" in line
        assert "then next anchor 27NOV26 (6d)" in line
    assert "after that" not in ask(calendar(), PATH).text


def test_what_remains_is_not_told_where_a_size_is_missing() -> None:
    served = calendar(next_anchor=None)
    served["expirations"][0] |= {"type": "monthly", "is_anchor": True}
    served["expirations"][2]["oi"]["total_oi"] = None
    assert "OI n/a coin of those listed" in line_with(
        ask(served, PATH).text, "after that 08:00 UTC"
    )


def test_a_settled_anchor_is_not_the_next_one() -> None:
    stale = calendar(next_anchor=ANCHOR | {"expiry": "20NOV26", "expiry_date": None, "dte": 0})
    stale["expirations"].insert(0, date("20NOV26", 0, 5_000.0, type="monthly", is_anchor=True))
    text = ask(stale, PATH).text
    assert "\nnext anchor 27NOV26 (6d, monthly)" in text
    assert "settled, not counted: 20NOV26" in text
    assert "70.0% of the OI" in text and "\nfront 21NOV26" in text


def test_an_anchor_nearer_than_upstreams_is_the_next_one() -> None:
    text = ask(calendar(next_anchor=ANCHOR | {"expiry": "25DEC26", "dte": 34}), PATH).text
    assert "\nnext anchor 27NOV26 (6d, monthly)" in text
    assert "upstream names 25DEC26 as the next anchor" in text


def test_a_wall_on_the_wrong_side_is_said_to_be() -> None:
    served = calendar()
    served["expirations"][1]["gamma"]["call_resistance"] = 60_000.0
    line = line_with(ask(served, PATH).text, "call wall 60,000")
    assert "call wall 60,000 (-10.7%), below spot against its definition" in line


def test_numbers_written_as_text_are_numbers() -> None:
    written = calendar()
    for row in written["expirations"]:
        row["dte"] = str(row["dte"])
        row["oi"] = {name: str(value) for name, value in row["oi"].items()}
        row["gamma"] |= {name: str(row["gamma"][name]) for name in ("net_gex", "call_resistance")}
    assert body_of(ask(written, PATH, "full")) == body_of(ask(calendar(), PATH, "full"))


def test_positioning_is_not_guessed() -> None:
    assert "positioning not stated" in first_line(ask(calendar(), PATH))


@pytest.mark.parametrize(("detail", "budget"), [("brief", 150), ("standard", 500), ("full", 2_000)])
def test_a_year_of_dates_stays_within_the_budget(detail: Any, budget: int) -> None:
    many = [date(f"{day:02}JAN27", day, 1_000.0 * day) for day in range(1, 32)] * 2
    text = ask(calendar(expirations=many, horizon_days=365), PATH, detail).text
    assert estimate(text) <= budget


def test_template_knows_every_name_it_uses() -> None:
    reply = Reply(envelope(calendar()), NOW, received=0.0)
    answer = render(question(PATH, "full"), reply, NOW, build(strict=True))
    assert answer.meta["view"] == "options/opex"
