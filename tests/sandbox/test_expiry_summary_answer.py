from typing import Any

import pytest

from bq_mcp.sandbox.vocabulary import SYMBOLS, VENUES
from tests.sandbox.asking import ask, shared, told

ROUTE = "options/expiry-summary"


def reply(symbol: str = "BTCUSDT") -> dict[str, Any]:
    return told(ROUTE, symbol=symbol)


def rows(symbol: str = "BTCUSDT") -> dict[str, dict[str, Any]]:
    return {row["expiry"]: row for row in reply(symbol)["data"]["expiries"]}


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_every_listed_expiry_has_a_row_nearest_first(symbol):
    listed = ask(shared(), "expiries", symbol=symbol).json()["data"]["expiries"]
    served = [
        {"expiry": row["expiry"], "expiry_date": row["expiry_date"], "dte": row["dte"]}
        for row in rows(symbol).values()
    ]
    assert served == listed


def test_calendar_classes_are_those_of_the_dates():
    kinds = {token: (row["type"], row["is_anchor"]) for token, row in rows().items()}
    assert kinds["12SEP26"] == ("daily", False)
    assert kinds["11SEP26"] == ("weekly", False)
    assert kinds["30OCT26"] == ("monthly", True)
    assert kinds["25SEP26"] == ("quarterly", True)
    data = reply()["data"]
    assert sum(data["type_counts"].values()) == len(kinds)
    assert data["anchor_count"] == sum(anchor for _, anchor in kinds.values())
    assert list(data["type_counts"]) == ["daily", "weekly", "monthly", "quarterly"]


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_volatility_is_in_percent_and_that_of_the_volatility_routes(symbol):
    curve = ask(shared(), "options/iv/term-structure", symbol=symbol).json()["data"]
    skew = ask(shared(), "options/iv/skew", symbol=symbol).json()["data"]["expiries"]
    served = rows(symbol)
    assert [row["atm_iv"] for row in served.values()] == curve["atm_iv"]
    for row in skew:
        names = ("atm_iv", "skew_25d", "put_25d_iv", "call_25d_iv")
        assert {name: served[row["expiry"]][name] for name in names} == {
            name: row[name] for name in names
        }
    assert all(15 < row["atm_iv"] < 250 for row in served.values())


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_sizes_and_ratio_follow_from_calls_and_puts(symbol):
    spot = reply(symbol)["meta"]["spot_price"]
    for row in rows(symbol).values():
        assert row["total_oi"] == pytest.approx(row["call_oi"] + row["put_oi"], abs=1e-6)
        assert row["pcr"] == pytest.approx(row["put_oi"] / row["call_oi"], abs=5e-5)
        assert row["notional_oi_usd"] == pytest.approx(row["total_oi"] * spot, abs=0.01)


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_venues_add_up_to_the_row_exactly(symbol):
    for row in rows(symbol).values():
        assert tuple(row["by_venue"]) == VENUES
        for side in ("call_oi", "put_oi", "total_oi"):
            units = sum(round(1000 * block[side]) for block in row["by_venue"].values())
            assert units == round(1000 * row[side])
        assert row["by_venue_unattributed"] is None


def test_max_pain_is_that_of_the_max_pain_route():
    table = ask(shared(), "gex/max-pain").json()["data"]["per_expiry"]
    assert {row["expiry"]: row["max_pain"] for row in table} == {
        token: row["max_pain"] for token, row in rows().items()
    }


def test_gamma_is_said_to_be_textbook_signed():
    assert reply()["meta"]["extra"] == {"positioning": "std"}
    profile = ask(shared(), "gex/strike-profile", expiry="25SEP26", positioning="std")
    net = sum(profile.json()["data"]["net_gex"])
    assert rows()["25SEP26"]["net_gex"] == pytest.approx(net, abs=0.2)
