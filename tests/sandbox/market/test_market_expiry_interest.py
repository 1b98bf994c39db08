import numpy as np
import pytest

from bq_mcp.sandbox.market import VENUES
from bq_mcp.sandbox.market.calendar import alive, is_anchor, listed_on
from bq_mcp.sandbox.market.coin_parameters import ANCHOR_S, COIN_PARAMETERS
from bq_mcp.sandbox.market.expiry_interest import ExpiryInterest
from bq_mcp.sandbox.market.placement import strike_weights, venue_split, whole_lots
from bq_mcp.sandbox.market.rng import Stream
from bq_mcp.sandbox.market.script import Script
from bq_mcp.sandbox.market.strikes import strike_ladder

TODAY = ANCHOR_S // 86_400
BITCOIN = COIN_PARAMETERS["BTCUSDT"]


def listed_days() -> tuple[int, ...]:
    return alive(BITCOIN.ladder, TODAY)


def test_interest_starts_at_nothing_and_never_turns_negative():
    interest = ExpiryInterest(7, BITCOIN, Script(7))
    for day in listed_days():
        first = listed_on(BITCOIN.ladder, day)
        coins = [interest.coins(day, session) for session in range(first, day + 1)]
        assert coins[0] == 0.0
        assert min(coins[1:]) > 0.0


def test_an_anchor_hands_a_fifth_to_a_third_to_the_next_and_nothing_is_lost():
    interest = ExpiryInterest(7, BITCOIN, Script(7))
    anchors = [day for day in listed_days() if is_anchor(day)]
    front, following = anchors[0], anchors[1]
    alone = interest.coins(front, front - 5)
    left = interest.coins(front, front)
    assert 0.6 < left / alone < 0.85
    gained = interest.coins(following, front) - interest.coins(following, front - 5)
    assert gained > 0.15 * alone


@pytest.fixture
def placed():
    sessions = 12
    spots = 70_000.0 * np.exp(np.linspace(0.0, 0.10, sessions))
    days_left = np.arange(sessions, 0, -1)
    deviations = 0.45 * np.sqrt(days_left / 365)
    ladder = strike_ladder(
        spots=spots,
        deviations=deviations,
        dtes=days_left - 1,
        steps=BITCOIN.strike_steps,
        sparse=np.zeros(sessions, dtype=np.bool_),
    )
    weights = strike_weights(
        Stream(7, "test"),
        day=20_000,
        ladder=ladder,
        spots=spots,
        deviations=deviations,
        put_share=0.4,
    )
    return ladder, weights


def test_weights_add_to_one_with_the_put_share_asked_for(placed):
    _, weights = placed
    for shares in (weights.opening, weights.closing):
        assert shares.sum() == pytest.approx(1.0)
        assert shares[:, 1].sum() == pytest.approx(0.4)


def test_the_book_remembers_where_spot_was(placed):
    ladder, weights = placed
    mean_call_strike = ladder.strikes @ weights.closing[:, 0] / weights.closing[:, 0].sum()
    assert 70_000 < mean_call_strike < 77_500


def test_round_strikes_carry_more(placed):
    ladder, weights = placed
    tens = ladder.strikes % 5_000 == 0
    near = (ladder.strikes > 68_000) & (ladder.strikes < 82_000)
    both = weights.closing.sum(axis=1)
    assert both[tens & near].mean() > 2 * both[~tens & near].mean()


def test_venues_share_every_contract_in_whole_lots(placed):
    ladder, _ = placed
    split = venue_split(Stream(7, "test"), day=20_000, ladder=ladder, shares=BITCOIN.venue_shares)
    assert split.sum(axis=1) == pytest.approx(np.ones(2 * len(ladder.strikes)))
    assert split[:, 0].mean() == pytest.approx(0.78, abs=0.05)
    units = whole_lots(split * 1_234.567)
    for column, venue in enumerate(VENUES):
        lot = 1 if venue.startswith("delta") else 100
        assert np.all(units[:, column] % lot == 0)
