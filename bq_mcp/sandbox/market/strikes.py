"""Which strikes of an expiry are listed, session by session.

A strike once listed stays until the expiry settles. Steps are finer close to expiry.
"""

from dataclasses import dataclass

import numpy as np

from bq_mcp.sandbox.market.arrays import Flags, Floats, Ints

_BELOW = 2.5
_ABOVE = 3.5
_LEAST_WIDTH = 0.05
_NEAR_DTE = 10
_MIDDLE_DTE = 70
_SPARSE_REACH = 0.5
_SPARSE_STEPS = 8


@dataclass(frozen=True)
class StrikeLadder:
    """Strikes of one expiry, ascending, with one row per session since it was listed.

    `codes` count finest steps, `step_codes` the finest steps in each session's own step, and
    `listed[s, j]` says whether strike j could be traded in session s.
    """

    strikes: Floats
    codes: Ints
    step_codes: Ints
    listed: Flags


def strike_ladder(
    *,
    spots: Floats,
    deviations: Floats,
    dtes: Ints,
    steps: tuple[float, float, float],
    sparse: Flags,
) -> StrikeLadder:
    """List strikes around each session's opening spot.

    `deviations` are volatility times root time, one per session like `spots` and `dtes`. The ladder
    reaches 2.5 of them down in the log and 3.5 up in price, at least 5 % each and a step. Sessions
    marked `sparse` list few strikes: half as far, and every eighth.
    """
    finest = steps[0]
    step = _steps(dtes, steps) * np.where(sparse, _SPARSE_STEPS, 1)
    width = np.maximum(deviations, _LEAST_WIDTH) * np.where(sparse, _SPARSE_REACH, 1.0)
    lowest = np.minimum(spots * np.exp(-_BELOW * width), spots - step)
    highest = np.maximum(spots * (1 + _ABOVE * width), spots + step)
    first = max(np.ceil(lowest.min() / finest), 1)
    codes = np.arange(first, highest.max() // finest + 1).astype(np.int64)
    step_codes = np.rint(step / finest).astype(np.int64)
    strikes = codes * finest
    offered = (
        (strikes >= lowest[:, None])
        & (strikes <= highest[:, None])
        & (codes % step_codes[:, None] == 0)
    )
    listed = np.logical_or.accumulate(offered, axis=0)
    kept = listed[-1]
    return StrikeLadder(
        strikes=strikes[kept],
        codes=codes[kept],
        step_codes=step_codes,
        listed=listed[:, kept],
    )


def _steps(dtes: Ints, steps: tuple[float, float, float]) -> Floats:
    near, middle, far = steps
    chosen: Floats = np.where(dtes < _NEAR_DTE, near, np.where(dtes < _MIDDLE_DTE, middle, far))
    return chosen
