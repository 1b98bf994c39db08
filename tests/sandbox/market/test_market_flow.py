from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from bq_mcp.sandbox.market import VENUES, Snapshot, World
from bq_mcp.sandbox.market.arrays import Floats
from bq_mcp.sandbox.market.book import Books, Openings
from bq_mcp.sandbox.market.calendar import alive, listed_on, session_at
from bq_mcp.sandbox.market.coin_parameters import COIN_PARAMETERS, TAPE_FLOOR_S
from bq_mcp.sandbox.market.exposure import flow_quantity
from bq_mcp.sandbox.market.flow import MOST_OF_INTEREST, Flows
from bq_mcp.sandbox.market.outlook import OutlookPath
from bq_mcp.sandbox.market.placement import LOT_UNITS
from bq_mcp.sandbox.market.script import Script
from bq_mcp.sandbox.market.spot import Factor, SpotPath

BITCOIN = COIN_PARAMETERS["BTCUSDT"]
FLOOR = session_at(TAPE_FLOOR_S)
TODAY = FLOOR + 30


def dealer_coins(chain: Snapshot, venues: tuple[str, ...] = VENUES) -> Floats:
    quantity = flow_quantity(chain, venues)
    assert quantity is not None
    return quantity


@pytest.fixture(scope="module")
def openings():
    script = Script(7)
    common, own = Factor(7, "common", script), Factor(7, "BTCUSDT", script)
    spot = SpotPath(7, BITCOIN, common=common, own=own, script=script)
    outlook = OutlookPath(7, BITCOIN, common=common.clock, own=own.clock, script=script)
    return Openings(spot, outlook)


@pytest.fixture(scope="module")
def books(openings):
    return Books(7, BITCOIN, openings, Script(7))


@pytest.fixture(scope="module")
def flows(books, openings):
    return Flows(
        7,
        BITCOIN,
        books=books,
        openings=openings,
        script=Script(7),
        pin_strike=lambda episode: BITCOIN.anchor_price,
    )


def test_a_book_opens_as_it_closed_the_session_before(books):
    for day in alive(BITCOIN.ladder, TODAY):
        if listed_on(BITCOIN.ladder, day) == TODAY:
            continue
        closed, opened = books.of(day, TODAY - 1), books.of(day, TODAY)
        kept = np.isin(opened.strike, closed.strike)
        assert np.array_equal(opened.opening[kept], closed.closing)
        assert not opened.opening[~kept].any()


def test_the_quantity_is_all_that_was_sold_less_all_that_was_bought(books, flows):
    for day in alive(BITCOIN.ladder, TODAY):
        first = max(listed_on(BITCOIN.ladder, day), FLOOR)
        book = books.of(day, TODAY)
        running = dict.fromkeys(zip(book.strike, book.is_call, strict=True), 0)
        for session in range(first, TODAY + 1):
            traded, then = flows.of(day, session), books.of(day, session)
            for row, contract in enumerate(zip(then.strike, then.is_call, strict=True)):
                running[contract] = running[contract] + traded.sold[row] - traded.bought[row]
        assert np.array_equal(np.array(list(running.values())), flows.of(day, TODAY).closing)


def test_takers_trade_at_least_what_open_interest_moved(books, flows):
    for day in alive(BITCOIN.ladder, TODAY):
        book, traded = books.of(day, TODAY), flows.of(day, TODAY)
        assert np.all((traded.bought >= 0) & (traded.sold >= 0))
        assert np.all(traded.bought % LOT_UNITS == 0) and np.all(traded.sold % LOT_UNITS == 0)
        assert np.all(traded.bought + traded.sold >= np.abs(book.closing - book.opening))


def test_quantity_stays_inside_its_part_of_interest_at_every_venue():
    world = World(seed=4)
    for symbol in ("BTCUSDT", "ETHUSDT"):
        for hours in (0, 1, 23.9, 24, 200.5, 1000, 3000):
            instant = datetime.fromtimestamp(TAPE_FLOOR_S, UTC) + timedelta(hours=hours)
            chain = world.snapshot(symbol, instant)
            assert chain.dealer_units is not None
            assert np.all(np.abs(chain.dealer_units) <= MOST_OF_INTEREST * chain.oi_units)
            assert np.all(chain.dealer_units % LOT_UNITS == 0)


def test_there_is_no_flow_before_the_tape_nor_off_bitcoin_and_ether():
    world = World(seed=4)
    before = datetime.fromtimestamp(TAPE_FLOOR_S - 30, UTC)
    later = before + timedelta(days=20)
    assert flow_quantity(world.snapshot("BTCUSDT", before), VENUES) is None
    for symbol in ("SOLUSDT", "HYPEUSDT"):
        assert flow_quantity(world.snapshot(symbol, later), VENUES) is None


def test_flow_of_the_venues_adds_to_the_whole_and_venues_disagree():
    chain = World(seed=4).snapshot("BTCUSDT", datetime(2026, 6, 16, 10, 30, tzinfo=UTC))
    singly = np.stack([dealer_coins(chain, (venue,)) for venue in VENUES], axis=1)
    assert np.allclose(dealer_coins(chain), singly.sum(axis=1), atol=1e-9)
    signs = np.sign(singly)
    several = (signs != 0).sum(axis=1) >= 2
    split = np.any(signs > 0, axis=1) & np.any(signs < 0, axis=1)
    assert 0.5 < np.mean(split[several]) < 0.9


def test_dealers_lean_long_calls_above_spot_and_short_puts_below():
    calls, puts = [], []
    for seed in range(8):
        chain = World(seed=seed).snapshot("BTCUSDT", datetime(2026, 7, 20, 10, tzinfo=UTC))
        share = dealer_coins(chain) / np.maximum(chain.oi, 0.1)
        near = np.abs(np.log(chain.strike / chain.spot)) < 0.2
        calls.append(share[chain.is_call & (chain.strike > chain.spot) & near].mean())
        puts.append(share[~chain.is_call & (chain.strike < chain.spot) & near].mean())
    assert np.mean(calls) > 0.06
    assert np.mean(puts) < -0.06


def test_net_flow_exposure_is_of_the_stated_order_with_either_sign():
    stated = {"BTCUSDT": (-25, 40), "ETHUSDT": (-6, 8)}
    for symbol, (low, high) in stated.items():
        net = []
        for seed in range(5):
            world = World(seed=seed)
            for month in (6, 8):
                chain = world.snapshot(symbol, datetime(2026, month, 20, 10, tzinfo=UTC))
                net.append((dealer_coins(chain) * chain.gamma_dollars).sum() / 1e6)
        assert low < np.median(net) < high
        assert min(net) < 0 < max(net)
        assert np.mean([low <= value <= high for value in net]) > 0.4
