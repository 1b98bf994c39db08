"""Where inside an expiry the open interest sits: strike, side and venue.

Every session adds positions around its own opening spot, calls a little above and puts a little
below, so that the book remembers where spot has been. Sizes are whole thousandths of a coin.
"""

from dataclasses import dataclass

import numpy as np

from bq_mcp.sandbox.market.arrays import Flags, Floats, Ints
from bq_mcp.sandbox.market.rng import Stream
from bq_mcp.sandbox.market.strikes import StrikeLadder
from bq_mcp.sandbox.vocabulary import VENUES

THOUSANDTHS = 1_000
"""Units of open interest in one coin."""

LOT_UNITS: Ints = np.array([1 if venue.startswith("delta") else 100 for venue in VENUES])
"""Smallest size at each venue: 0.1 coin, on the Delta books 0.001."""

_CENTRE = 0.45
_WIDTH = 0.8
_SPREAD_OF_DEVIATION = 0.6
_LEAST_DEVIATION = 0.09
_ROUND_TEN = 4.0
_ROUND_FIVE = 2.0
_STRIKE_NOISE_SD = 0.6
_VENUE_NOISE_SD = 0.5
_CALL, _PUT = 0, 1


@dataclass(frozen=True)
class Weights:
    """Shares of an expiry's open interest by strike and side, shape (strikes, 2), calls first.

    `opening` holds at the start of the last session, `closing` at its end.
    """

    opening: Floats
    closing: Floats


def strike_weights(
    stream: Stream,
    *,
    day: int,
    ladder: StrikeLadder,
    spots: Floats,
    deviations: Floats,
    put_share: float,
) -> Weights:
    """Average each session's placement over the sessions since the expiry was listed."""
    sessions = np.arange(len(spots))
    sums = np.empty((2, len(ladder.strikes), 2))
    for side, share in ((_CALL, 1 - put_share), (_PUT, put_share)):
        numbers = contract_numbers(ladder.codes, is_put=side == _PUT)
        noise = np.exp(_STRIKE_NOISE_SD * stream.normals(day, numbers))
        placed = _kernel(ladder, spots, deviations, side) * noise
        placed *= share / placed.sum(axis=1, keepdims=True)
        sums[0, :, side] = placed[:-1].sum(axis=0) / max(len(sessions) - 1, 1)
        sums[1, :, side] = placed.sum(axis=0) / len(sessions)
    return Weights(opening=sums[0], closing=sums[1])


def venue_split(
    stream: Stream, *, day: int, ladder: StrikeLadder, shares: tuple[float, ...]
) -> Floats:
    """Return each venue's share of every contract: rows (2 * strikes, venues) adding to 1."""
    contracts = contract_numbers(
        np.repeat(ladder.codes, 2), is_put=np.tile([False, True], len(ladder.codes))
    )
    lanes = 1 + np.arange(len(VENUES))
    noise = np.exp(_VENUE_NOISE_SD * stream.normals(day, contracts[:, None], lanes))
    split = np.array(shares) * noise
    rows: Floats = split / split.sum(axis=1, keepdims=True)
    return rows


def contract_numbers(codes: Ints, *, is_put: Flags | bool) -> Ints:
    """Return a number for each contract of an expiry that belongs to it for life."""
    numbers: Ints = codes * 2 + is_put
    return numbers


def whole_lots(coins: Floats) -> Ints:
    """Round coins by venue, shape (contracts, venues), to each venue's lots, in thousandths."""
    lots = np.rint(coins * THOUSANDTHS / LOT_UNITS).astype(np.int64)
    return lots * LOT_UNITS


def _kernel(ladder: StrikeLadder, spots: Floats, deviations: Floats, side: int) -> Floats:
    spread = _SPREAD_OF_DEVIATION * np.maximum(deviations, _LEAST_DEVIATION)[:, None]
    centre = spread * (_CENTRE if side == _CALL else -_CENTRE)
    distance = (np.log(ladder.strikes) - np.log(spots)[:, None] - centre) / (_WIDTH * spread)
    density = np.exp(-(distance**2) / 2) * _roundness(ladder)
    kernel: Floats = np.where(ladder.listed, density, 0.0)
    return kernel


def _roundness(ladder: StrikeLadder) -> Floats:
    step = ladder.step_codes[:, None]
    fives = np.where(ladder.codes % (5 * step) == 0, _ROUND_FIVE, 1.0)
    roundness: Floats = np.where(ladder.codes % (10 * step) == 0, _ROUND_TEN, fives)
    return roundness
