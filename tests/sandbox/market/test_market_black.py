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


def test_prices_match_the_rows_of_a_second_textbook():
    # J. Hull, "Options, Futures, and Other Derivatives" (9th ed., 2015). Section 15.9: S = 42,
    # K = 40, r = 10 %, sigma = 20 %, six months: call 4.76, put 0.81. Example 18.6: F = K = 20,
    # r = 9 %, sigma = 25 %, four months: put 1.12.
    spot = {"forward": np.array(42 * np.exp(0.05)), "strike": np.array(40.0), "w": np.array(0.02)}
    discount = np.exp(-0.05)
    assert discount * black.price(is_call=CALL, **spot) == pytest.approx(4.76, abs=0.005)
    assert discount * black.price(is_call=PUT, **spot) == pytest.approx(0.81, abs=0.005)
    at = np.array(20.0)
    put = black.price(forward=at, strike=at, w=np.array(0.25**2 / 3), is_call=PUT)
    assert np.exp(-0.03) * put == pytest.approx(1.12, abs=0.005)


def test_greeks_match_the_textbook_rows():
    # Hull, chapter 19: S = 49, K = 50, r = 5 %, sigma = 20 %, twenty weeks: delta 0.522, gamma
    # 0.066, vega 12.1. Ours are undiscounted, so gamma and vega are larger by the interest.
    t = np.array(20 / 52)
    growth = np.exp(0.05 * t)
    option = {"forward": 49 * growth, "strike": np.array(50.0), "w": 0.2**2 * t}
    assert black.delta(is_call=CALL, **option) == pytest.approx(0.522, abs=0.0005)
    assert black.gamma(spot=49.0, **option) / growth == pytest.approx(0.066, abs=0.0005)
    assert 100 * black.vega_per_point(t=t, **option) / growth == pytest.approx(12.1, abs=0.05)


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
