import numpy as np
import pytest

from bq_mcp.sandbox.market import black

CALL, PUT = np.array(True), np.array(False)


def test_price_matches_the_textbook_row():
    # E. G. Haug, "The Complete Guide to Option Pricing Formulas" (2007), section 1.1.3:
    # F = K = 19, nine months, r = 10 %, sigma = 28 % give 1.7011 discounted.
    w = np.array(0.28**2 * 0.75)
    price = black.price(forward=np.array(19.0), strike=np.array(19.0), w=w, is_call=CALL)
    assert price * np.exp(-0.075) == pytest.approx(1.7011, abs=5e-5)


@pytest.mark.parametrize(("forward", "call", "put"), [(110.0, 10.0, 0.0), (90.0, 0.0, 10.0)])
def test_vanishing_variance_leaves_intrinsic_value(forward, call, put):
    w, strike, at = np.array(1e-12), np.array(100.0), np.array(forward)
    assert black.price(forward=at, strike=strike, w=w, is_call=CALL) == pytest.approx(call)
    assert black.price(forward=at, strike=strike, w=w, is_call=PUT) == pytest.approx(put)
    assert black.delta(forward=at, strike=strike, w=w, is_call=CALL) == float(call > 0)
    assert black.delta(forward=at, strike=strike, w=w, is_call=PUT) == -float(put > 0)


def test_call_and_put_deltas_differ_by_one_and_theta_is_a_cost():
    strikes = np.linspace(50.0, 200.0, 31)
    w, t, forward = np.array(0.09), np.array(0.25), np.array(100.0)
    call = black.delta(forward=forward, strike=strikes, w=w, is_call=CALL)
    put = black.delta(forward=forward, strike=strikes, w=w, is_call=PUT)
    assert call - put == pytest.approx(np.ones(31))
    assert np.all(black.theta_per_day(forward=forward, strike=strikes, w=w, t=t) < 0)
