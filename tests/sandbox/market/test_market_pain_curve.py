from datetime import UTC, datetime

import numpy as np

from bq_mcp.sandbox.market import World
from bq_mcp.sandbox.market.pain_curve import PainCurve, pain_curve

NOW = datetime(2026, 6, 16, 10, 30, tzinfo=UTC)


def test_ties_go_to_the_lowest_strike():
    curve = PainCurve(strikes=np.array([90.0, 100.0, 110.0]), pain=np.array([5.0, 2.0, 2.0]))
    assert curve.lowest == (100.0, 2.0)


def test_pain_is_what_holders_would_be_paid():
    chain = World(seed=3).snapshot("BTCUSDT", NOW)
    scope = chain.expiry_index == 1
    curve = pain_curve(chain, scope)
    assert curve is not None
    settlement = curve.strikes[len(curve.strikes) // 2]
    paid = sum(
        oi * max(settlement - strike if is_call else strike - settlement, 0.0)
        for oi, strike, is_call in zip(
            chain.oi[scope], chain.strike[scope], chain.is_call[scope], strict=True
        )
    )
    assert np.isclose(curve.pain[curve.strikes == settlement].item(), paid, rtol=1e-12)


def test_no_contracts_have_no_curve():
    chain = World(seed=3).snapshot("BTCUSDT", NOW)
    assert pain_curve(chain, np.zeros_like(chain.is_call)) is None
