"""The view of `/gex/strike-profile`."""

from typing import Any

import pytest

from bq_mcp.views.fit.size import estimate
from tests.unit.views.asking import ask

PATH = "/gex/strike-profile"


def profile(**fields: Any) -> dict[str, Any]:
    return {
        "expiry": "all",
        "strikes": [60_000.0, 65_000.0, 67_000.0, 68_000.0, 70_000.0],
        "net_gex": [-400_000.0, -3_000_000.0, 500_000.0, -200_000.0, 5_000_000.0],
        "call_gex": [0.0, 1_000_000.0, 900_000.0, 100_000.0, 6_000_000.0],
        "put_gex": [-400_000.0, -4_000_000.0, -400_000.0, -300_000.0, -1_000_000.0],
        "call_oi": [10.0, 100.0, 50.0, 40.0, 800.0],
        "put_oi": [90.0, 300.0, 60.0, 30.0, 20.0],
        "total_oi": [100.0, 400.0, 110.0, 70.0, 820.0],
        "positioning": "flow",
        "by_venue": {
            "deribit": {"call_oi": 900.0, "put_oi": 400.0, "total_oi": 1_300.0},
            "okx": {"call_oi": 100.0, "put_oi": 100.0, "total_oi": 200.0},
            "thalex": {"call_oi": 0.0, "put_oi": 0.0, "total_oi": 0.0},
        },
        "by_venue_unattributed": None,
    } | fields


def lines(data: Any, detail: Any = "standard", **asked: Any) -> list[str]:
    return ask(data, PATH, detail, **asked).text.split("\n")


def test_the_net_leads_with_its_parts_and_its_scale() -> None:
    assert lines(profile())[1] == (
        "net GEX +$1.9m per 1% move (calls +$8m, puts -$6.1m), 5 strikes, all expiries"
        " · Σ|net| $9.1m"
    )


def test_the_largest_strikes_of_either_sign_follow_with_their_distances() -> None:
    assert lines(profile())[2:4] == [
        "largest +: 70,000 (+4.1%) +$5m, 67,000 (-0.3%) +$500k",
        "largest -: 65,000 (-3.3%) -$3m, 60,000 (-10.7%) -$400k, 68,000 (+1.2%) -$200k",
    ]


def test_brief_keeps_the_strikes_beside_spot() -> None:
    assert lines(profile(), "brief")[1:5] == [
        "net GEX +$1.9m per 1% move (calls +$8m, puts -$6.1m), 5 strikes, all expiries",
        "largest +: 70,000 +$5m",
        "largest -: 65,000 -$3m",
        "nearest spot: 67,000 +$500k, 68,000 -$200k",
    ]


def test_strikes_that_leave_spot_out_are_not_beside_it() -> None:
    data = profile(strikes=[70_000.0, 71_000.0, 72_000.0, 73_000.0, 74_000.0])
    asked = lines(data, query={"strike_min": "70000"})
    assert "nearest of the strikes returned: net GEX per 1% move, OI in coin" in asked
    assert "nearest spot" not in "".join(asked)
    brief = lines(data, "brief", query={"strike_min": "70000"})
    assert "nearest of the strikes returned: 70,000 (+4.1%) -$400k" in "".join(brief)


@pytest.mark.parametrize(
    ("window", "words"),
    [
        ({"min": 60_000, "max": 70_000}, ", from 60,000 to 70,000"),
        ({"min": 60_000, "max": None}, ", from 60,000"),
        ({"max": 70_000}, " to 70,000"),
        ({}, ""),
    ],
)
def test_a_filtered_total_is_that_of_the_strikes_returned(window: Any, words: str) -> None:
    data = profile(filtered_strike_window=window)
    line = lines(data, query={"strike_min": "60000"})[1]
    assert f"total of 5 strikes returned{words}, all expiries" in line


def test_a_window_asked_but_not_echoed_is_not_taken_for_the_whole_book() -> None:
    line = lines(profile(), query={"spot_window_pct": "5"})[1]
    assert "total of 5 strikes returned, all expiries" in line


@pytest.mark.parametrize(
    ("fields", "scope"),
    [
        ({"expiry": "0dte"}, "0DTE"),
        ({"expiry": "27NOV26", "dte": 6}, "27NOV26 (6d)"),
        ({"expiry": "27NOV26", "dte": None}, "27NOV26"),
        ({"expiry": None}, "expiries not stated"),
    ],
)
def test_the_scope_is_named(fields: Any, scope: str) -> None:
    assert f"5 strikes, {scope} · " in lines(profile(**fields))[1]


def test_strikes_without_a_figure_are_counted_and_add_nothing() -> None:
    holes = [None, -3_000_000.0, None, -200_000.0, 5_000_000.0]
    line = lines(profile(net_gex=holes))[1]
    assert line.startswith("net GEX +$1.8m per 1% move")
    assert "net n/a at 2" in line


def test_parts_with_holes_of_their_own_are_counted() -> None:
    calls = [0.0, None, 900_000.0, None, 6_000_000.0]
    line = lines(profile(call_gex=calls))[1]
    assert "(calls +$6.9m, puts -$6.1m)" in line
    assert "calls n/a at 2" in line
    assert "add to" not in line


def test_parts_that_do_not_add_are_told() -> None:
    line = lines(profile(put_gex=[0.0] * 5), "brief")[1]
    assert "calls and puts add to +$8m, not to this net" in line


def test_a_ratio_is_taken_over_strikes_that_have_both() -> None:
    text = ask(profile(put_oi=[90.0, None, None, 30.0, 20.0]), PATH).text
    assert "PCR (put/call OI) 0.16 over the 3 strikes with both" in text


def test_figures_written_as_text_count() -> None:
    text = [f"{value:.1f}" for value in profile()["net_gex"]]
    assert lines(profile(net_gex=text)) == lines(profile())


def test_a_list_of_another_length_belongs_to_no_strike() -> None:
    text = ask(profile(net_gex=[1.0, 2.0]), PATH).text
    assert "net GEX n/a per 1% move" in text
    assert "largest +" not in text


def test_open_interest_of_zero_has_no_ratio() -> None:
    zeros = [0.0] * 5
    text = ask(profile(call_oi=zeros, put_oi=zeros, total_oi=zeros), PATH).text
    assert "PCR (put/call OI) n/a, OI calls 0, puts 0 coin" in text


def test_venues_are_named_by_size_without_those_that_hold_nothing() -> None:
    listed = "OI by venue, coin: deribit 1,300, okx 200"
    assert listed in lines(profile())


def test_venues_that_are_not_named_are_counted_with_their_share() -> None:
    held = {f"v{place}": {"total_oi": 100.0 - place} for place in range(8)}
    line = next(line for line in lines(profile(by_venue=held)) if "by venue" in line)
    assert line == "OI by venue, coin: v0 100, v1 99, v2 98 · … 5 more venues 61.5%"


def test_no_strikes_is_a_finding() -> None:
    empty: dict[str, list[object]] = {
        name: [] for name, values in profile().items() if isinstance(values, list)
    }
    data = profile(**empty, filtered_strike_window={"min": 1, "max": 2})
    assert lines(data)[1] == "no strikes returned, from 1 to 2, all expiries"


def test_rows_of_records_are_read_as_well() -> None:
    data = {"expiry": "all", "strikes": [{"strike": 67_000, "net_gex": 1e6, "call_oi": 5.0}]}
    assert "67,000 (-0.3%) +$1m, OI calls 5" in ask(data, PATH).text


def test_a_book_of_a_thousand_strikes_costs_what_a_small_one_does() -> None:
    many = range(50_000, 150_000, 100)
    names = ("net_gex", "call_gex", "put_gex", "call_oi", "put_oi", "total_oi")
    data = profile(strikes=[float(strike) for strike in many])
    data |= {name: [float(strike % 7 - 3) * 1e5 for strike in many] for name in names}
    text = ask(data, PATH).text
    assert estimate(text) <= estimate(ask(profile(), PATH).text) + 60
    assert "of 1000 strikes left out" in text or "of 1,000 strikes left out" in text
