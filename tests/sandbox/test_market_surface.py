import numpy as np
import QuantLib as ql
from scipy.optimize import brentq
from scipy.special import ndtr

from bq_mcp.sandbox.market import SYMBOLS, black
from bq_mcp.sandbox.market.arrays import Floats
from bq_mcp.sandbox.market.surface import Smile
from tests.sandbox.market_worlds import CASES, every_case

HOUR = 1 / (24 * 365)


def derivatives(smile: Smile, k: Floats, theta: Floats) -> tuple[Floats, Floats, Floats]:
    """Return w and its first two derivatives in k, from the SSVI formula by hand."""
    phi = smile.eta * theta**-smile.gamma * (1 + theta) ** (smile.gamma - 1)
    root = np.sqrt((phi * k + smile.rho) ** 2 + 1 - smile.rho**2)
    w = theta / 2 * (1 + smile.rho * phi * k + root)
    first = theta * phi / 2 * (smile.rho + (phi * k + smile.rho) / root)
    second = theta * phi**2 / 2 * (1 - smile.rho**2) / root**3
    return w, first, second


@every_case
def test_no_butterfly_of_the_reference_surface_costs_less_than_nothing(case):
    chain = case.chain
    for theta in chain.theta:
        k = np.linspace(-8, 8, 801) * np.sqrt(theta)
        w, first, second = derivatives(chain.smile, k, theta)
        assert np.allclose(w, chain.smile.total_variance(k, theta), rtol=1e-12)
        g = (1 - k * first / (2 * w)) ** 2 - first**2 / 4 * (1 / w + 1 / 4) + second / 2
        assert g.min() >= -1e-9


@every_case
def test_total_variance_never_falls_with_expiry_at_equal_moneyness(case):
    chain = case.chain
    assert np.all(np.diff(chain.theta) > 0)
    k = np.linspace(-2.0, 2.0, 401)
    w = np.array([chain.smile.total_variance(k, theta) for theta in chain.theta])
    assert np.all(np.diff(w, axis=0) >= -1e-12)


@every_case
def test_the_smile_stays_inside_its_limits(case):
    chain = case.chain
    slope = chain.theta * chain.smile.curvature(chain.theta) * (1 + abs(chain.smile.rho))
    assert np.all(slope < 4)
    assert np.all(slope * chain.smile.curvature(chain.theta) <= 4)
    assert 0 < chain.smile.gamma <= 0.5


@every_case
def test_call_minus_put_is_one_minus_strike_over_forward(case):
    chain = case.chain
    w = chain.iv**2 * chain.tau
    coin = (
        black.price(forward=chain.forward, strike=chain.strike, w=w, is_call=chain.is_call)
        / chain.forward
    )
    calls, puts = coin[::2], coin[1::2]
    assert np.all(chain.is_call[::2]) and not np.any(chain.is_call[1::2])
    assert np.array_equal(chain.strike[::2], chain.strike[1::2])
    parity = 1 - chain.strike[::2] / chain.forward[::2]
    assert np.max(np.abs(calls - puts - parity)) < 1e-10


@every_case
def test_greeks_are_the_central_differences_of_the_price(case):
    chain = case.chain
    w = chain.iv**2 * chain.tau
    root = np.sqrt(w)
    inside = (chain.tau >= HOUR) & (np.abs(np.log(chain.strike / chain.forward)) < 2.5 * root)
    forward, strike, t = chain.forward[inside], chain.strike[inside], chain.tau[inside]
    sigma, is_call, w = chain.iv[inside], chain.is_call[inside], w[inside]

    def price(forward: Floats = forward, sigma: Floats = sigma, t: Floats = t) -> Floats:
        return black.price(forward=forward, strike=strike, w=sigma**2 * t, is_call=is_call)

    def delta(sigma: Floats = sigma, t: Floats = t) -> Floats:
        return black.delta(forward=forward, strike=strike, w=sigma**2 * t, is_call=is_call)

    def check(exact: Floats, numeric: Floats) -> None:
        scale = np.maximum(np.abs(exact), 0.01 * np.max(np.abs(exact)))
        assert np.max(np.abs(exact - numeric) / scale) < 1e-4

    step = 1e-3 * forward * np.sqrt(w)
    up, middle, down = price(forward + step), price(), price(forward - step)
    check(delta(), (up - down) / (2 * step))
    gamma = black.gamma(spot=chain.spot, forward=forward, strike=strike, w=w)
    check(gamma * chain.spot**2, (up - 2 * middle + down) / step**2 * forward**2)
    small = 1e-4 * sigma
    vega = (price(sigma=sigma + small) - price(sigma=sigma - small)) / (2 * small)
    check(black.vega_per_point(forward=forward, strike=strike, w=w, t=t), vega / 100)
    vanna = (delta(sigma=sigma + small) - delta(sigma=sigma - small)) / (2 * small)
    check(black.vanna(forward=forward, strike=strike, w=w, t=t), vanna)
    brief = 1e-4 * t
    theta = -(price(t=t + brief) - price(t=t - brief)) / (2 * brief)
    check(black.theta_per_day(forward=forward, strike=strike, w=w, t=t) * t, theta / 365 * t)
    charm = (delta(t=t + brief) - delta(t=t - brief)) / (2 * brief)
    check(black.charm(forward=forward, strike=strike, w=w, t=t) * t, charm * t)


def test_prices_and_greeks_agree_with_quantlib():
    for case in CASES[::4]:
        chain = case.chain
        pick = np.flatnonzero(chain.tau >= HOUR)[::17]
        forward, strike, t = chain.forward[pick], chain.strike[pick], chain.tau[pick]
        w, is_call = chain.iv[pick] ** 2 * t, chain.is_call[pick]
        theirs = np.array(
            [
                _quantlib(f, k, variance, years, call)
                for f, k, variance, years, call in zip(forward, strike, w, t, is_call, strict=True)
            ]
        )
        ours = {
            "price": black.price(forward=forward, strike=strike, w=w, is_call=is_call),
            "delta": black.delta(forward=forward, strike=strike, w=w, is_call=is_call),
            "gamma": black.gamma(spot=1.0, forward=forward, strike=strike, w=w) / forward**2,
            "vega": 100 * black.vega_per_point(forward=forward, strike=strike, w=w, t=t),
            "theta": 365 * black.theta_per_day(forward=forward, strike=strike, w=w, t=t),
        }
        for column, (name, values) in enumerate(ours.items()):
            expected = theirs[:, column]
            # Far tails differ by the last bits of two normal distribution functions.
            scale = np.maximum(np.abs(expected), 1e-4 * np.abs(expected).max())
            assert np.max(np.abs(values - expected) / scale) < 1e-8, name


def _quantlib(
    forward: float, strike: float, w: float, t: float, is_call: bool
) -> tuple[float, ...]:
    kind = ql.Option.Call if is_call else ql.Option.Put
    calculator = ql.BlackCalculator(
        ql.PlainVanillaPayoff(kind, strike), forward, float(np.sqrt(w)), 1.0
    )
    return (
        calculator.value(),
        calculator.deltaForward(),
        calculator.gammaForward(),
        calculator.vega(t),
        calculator.theta(forward, t),
    )


def smile_volatility_at_delta(smile: Smile, theta: float, t: float, delta: float) -> float:
    def miss(k: float) -> float:
        w = smile.total_variance(np.array(k), np.array(theta))
        call_delta = ndtr(-k / np.sqrt(w) + np.sqrt(w) / 2)
        return float(call_delta - (delta if delta > 0 else 1 + delta))

    k = brentq(miss, -3.0, 3.0)
    return float(np.sqrt(smile.total_variance(np.array(k), np.array(theta)) / t))


def test_skew_butterfly_and_level_are_of_the_stated_size():
    # Medians over worlds at about 30 days, in volatility points.
    stated = {
        "BTCUSDT": (45, 4.75, 1.0),
        "ETHUSDT": (64, 3.75, 1.7),
        "SOLUSDT": (76, 2.5, 1.9),
        "HYPEUSDT": (92, -1.2, 2.5),
    }
    for symbol in SYMBOLS:
        rows = []
        for case in CASES:
            if case.symbol != symbol:
                continue
            chain = case.chain
            years = np.array(
                [
                    (e.settles_at - chain.instant).total_seconds() / 31_536_000
                    for e in chain.expiries
                ]
            )
            near = int(np.argmin(np.abs(years - 30 / 365)))
            theta, t = chain.theta[near], years[near]
            put = smile_volatility_at_delta(chain.smile, theta, t, -0.25)
            call = smile_volatility_at_delta(chain.smile, theta, t, 0.25)
            level = np.sqrt(theta / t)
            rows.append((100 * level, 100 * (put - call), 100 * ((put + call) / 2 - level)))
        level, skew, butterfly = np.median(rows, axis=0)
        at, skewed, curved = stated[symbol]
        assert 0.7 * at < level < 1.4 * at
        assert abs(skew - skewed) < 3.0
        assert 0.5 * curved < butterfly < 1.6 * curved
