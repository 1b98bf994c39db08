"""Max pain: the settlement price at which holders of an expiry's options are paid least."""

from dataclasses import dataclass

import numpy as np

from bq_mcp.sandbox.market.arrays import Flags, Floats, row_sums
from bq_mcp.sandbox.market.snapshot import Snapshot


@dataclass(frozen=True)
class PainCurve:
    """Total payout in USD to holders if the contracts settled at each listed strike."""

    strikes: Floats
    pain: Floats

    @property
    def lowest(self) -> tuple[float, float]:
        """Strike and payout of the minimum, the lowest strike of several."""
        place = int(np.argmin(self.pain))
        return self.strikes[place].item(), self.pain[place].item()


def pain_curve(snapshot: Snapshot, scope: Flags) -> PainCurve | None:
    """Return the curve over the strikes of the contracts in scope; None when there are none."""
    if not scope.any():
        return None
    strike, is_call = snapshot.strike[scope], snapshot.is_call[scope]
    settlements = np.unique(strike)
    gain = np.where(is_call, 1.0, -1.0) * (settlements[:, None] - strike)
    pain = row_sums(np.maximum(gain, 0.0), snapshot.oi[scope])
    return PainCurve(strikes=settlements, pain=pain)
