"""What a question took is counted once, for the question and for its key."""

from contextlib import suppress

import anyio
import pytest

from bq_mcp.client import Client, Counters, Lifetime, Tally
from bq_mcp.client.bundle import charged_units
from bq_mcp.client.model import QueryPairs, Request
from bq_mcp.errors import BackQuantError

from .steering import LEVELS, FakeTime, Market, limits, opened, refusal
from .test_bundle import SYMBOLS, Desk

pytestmark = pytest.mark.anyio

LIVE = Lifetime("refreshed", 30.0)


async def ask(client: Client, path: str, query: QueryPairs = ()) -> dict[str, float]:
    tally = client.tally()
    with suppress(BackQuantError):
        await client.get(path, query, LIVE, tally)
    return tally.spent()


def test_a_count_is_the_questions_own_and_its_keys() -> None:
    total = Counters()
    first, second = Tally(total), Tally(total)
    first.add("requests")
    second.add("requests")
    second.add("waited_seconds", 1.5)
    assert (first.own.requests, second.own.requests, total.requests) == (1, 1, 2)
    assert second.spent() == {"requests": 1, "waited_seconds": 1.5}


async def test_a_request_a_hit_and_a_refusal_cost_what_they_cost() -> None:
    time = FakeTime()
    market = Market(time)
    async with opened(market, time) as client:
        assert await ask(client, "/x") == {"requests": 1, "units": 1}
        assert await ask(client, "/x") == {}
        market.refusal = refusal(503)
        assert await ask(client, "/y") == {"requests": 3, "units": 3, "retries": 2}
        assert client.counters.saved == 1


async def test_a_wait_for_the_next_minute_is_counted_with_its_seconds() -> None:
    time = FakeTime()
    market = Market(time)
    market.headers = lambda: limits(0, reset=time.now.timestamp() + 4)
    async with opened(market, time) as client:
        await ask(client, "/x")
        spent = await ask(client, "/y")
    assert (spent["waits"], spent["waited_seconds"]) == (1, 4.0)


async def test_what_is_shared_is_counted_for_the_one_who_began_it() -> None:
    time = FakeTime()
    desk = Desk(time)
    spent: list[dict[str, float]] = []

    async def one(client: Client, symbol: str) -> None:
        spent.append(await ask(client, LEVELS, (("symbol", symbol),)))

    async with opened(desk, time) as client, anyio.create_task_group() as tasks:
        for symbol in (*SYMBOLS, *SYMBOLS):
            tasks.start_soon(one, client, symbol)
    assert sorted(item.get("requests", 0) for item in spent) == [0] * 7 + [1]
    totals = client.counters.as_dict()
    assert (totals.get("requests", 0), totals["bundled"], totals["joined"]) == (1, 4, 4)
    assert totals["saved"] == 7


async def test_totals_are_the_sum_of_the_tallies() -> None:
    time = FakeTime()
    market = Market(time)
    spent = []
    async with opened(market, time) as client:
        for path in ("/a", "/b", "/a", "/c", "/a"):
            spent.append(await ask(client, path))
            time.advance(9)
    assert (
        sum(item.get("requests", 0) for item in spent)
        == client.counters.requests
        == len(market.asked)
    )


@pytest.mark.parametrize(
    ("request_", "units"),
    [
        (Request("/gex/levels"), 1),
        (Request("/multi/gex/levels", (("symbols", "BTCUSDT,ETHUSDT"),)), 1),
        (Request("/market/bundle"), 6),
        (Request("/market/bundle", (("series", ""),)), 6),
        (Request("/market/bundle", (("series", "candles,funding"),)), 2),
        (Request("/market/bundle", (("symbol", "BTCUSDT"), ("series", "candles"))), 1),
    ],
)
def test_what_a_call_costs_of_the_month_is_known(request_: Request, units: int) -> None:
    assert charged_units(request_) == units


async def test_several_units_are_one_call_of_the_minute() -> None:
    time = FakeTime()
    market = Market(time)
    market.headers = lambda: limits(1, reset=time.now.timestamp() + 30)
    async with opened(market, time) as client:
        await ask(client, "/x")
        assert await ask(client, "/market/bundle") == {"requests": 1, "units": 6}
