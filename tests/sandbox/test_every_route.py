"""Every route of the table answers: for each symbol, in both shapes, the same each time."""

import json
from functools import cache
from typing import Any, get_args

import pytest
from fastapi import FastAPI

from bq_mcp.sandbox.app import create_app
from bq_mcp.sandbox.routes import ROUTES, Route
from bq_mcp.sandbox.shapes import reshaped
from tests.sandbox.asking import HandClock, ask, told

WITHOUT_TAPE = ("SOLUSDT", "HYPEUSDT")
TAPE = ("/gex/delta-flow", "/options/premium-tide")
COLD = {
    *((route.path, symbol) for route in ROUTES for symbol in WITHOUT_TAPE
      if route.path.startswith("/tape") or route.path in TAPE),
    *(("/options/futures/term-structure", symbol) for symbol in WITHOUT_TAPE),
    ("/options/venue-book", "HYPEUSDT"),
    ("/market/funding", "SOLUSDT"),
}  # fmt: skip
"""What the service does not cover: it says so with a 404."""

GREEKS = {
    "/options/greeks/surfaces/{greek}": "vega",
    "/options/greeks/{greek}": "delta",
    "/options/greeks/trace/{greek}": "gamma",
    "/options/greeks/trace/{greek}/summary": "gamma",
}
SMALL = {
    "/gex/history": {"limit": "5"},
    "/options/oi/history": {"limit": "5"},
    "/gex/stress-history": {"days": "1"},
    "/options/pcr": {"days": "1"},
    "/options/iv/iv-rv": {"days": "7"},
    "/options/vrp": {"days": "7"},
}


def symbols_of(route: Route) -> tuple[str | None, ...]:
    for param in route.params:
        if param.name == "symbol":
            return get_args(get_args(param.annotation)[0])
    return (None,)


ASKED = [
    pytest.param(route, symbol, id=f"{route.path}-{symbol}")
    for route in ROUTES
    for symbol in symbols_of(route)
]


def request_of(route: Route, symbol: str | None) -> tuple[str, dict[str, str]]:
    path = route.path.replace("{greek}", GREEKS.get(route.path, "")).lstrip("/")
    query = dict(SMALL.get(route.path, {}))
    if route.path == "/multi/gex/levels":
        query["symbols"] = "BTCUSDT,HYPEUSDT"
    if "trace" in path:
        query |= {"expiry": "all", "time_steps": "5", "price_steps": "5"}
    return path, query | ({"symbol": symbol} if symbol else {})


@cache
def service(shapes: int = 1) -> FastAPI:
    return create_app(seed=7, clock=HandClock(), plan="enterprise", shapes=shapes)


@cache
def asked(path: str, symbol: str | None) -> tuple[int, dict[str, Any]]:
    """Return status and body of a route's reply, in the first shape."""
    return _ask(service(), _route(path), symbol)


def _ask(app: FastAPI, route: Route, symbol: str | None) -> tuple[int, dict[str, Any]]:
    path, query = request_of(route, symbol)
    reply = ask(app, path, **query)
    return reply.status_code, reply.json()


def _route(path: str) -> Route:
    return next(route for route in ROUTES if route.path == path)


def leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in leaves(item)]
    if isinstance(value, list):
        return [leaf for item in value for leaf in leaves(item)]
    return [value]


def numbers(value: Any) -> set[float]:
    """Return the numbers in a payload, those in the keys of its maps included."""
    found = {float(leaf) for leaf in leaves(value) if isinstance(leaf, int | float)}
    return found | {float(key) for key in keys_of(value) if key.replace(".", "", 1).isdigit()}


def keys_of(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [*value, *(key for item in value.values() for key in keys_of(item))]
    return [key for item in value for key in keys_of(item)] if isinstance(value, list) else []


@pytest.mark.parametrize(("route", "symbol"), ASKED)
def test_route_answers_or_says_that_it_has_no_data(route, symbol):
    status, body = asked(route.path, symbol)
    assert status == (404 if (route.path, symbol) in COLD else 200)
    if status == 404:
        assert body["error"]["code"] == "NOT_FOUND"
        return
    data, meta = body["data"], body["meta"]
    assert numbers(data) or route.cadence is None
    if route.cadence is not None:
        assert meta["computed_at"] is not None and meta["freshness_seconds"] >= 0
        assert meta["symbol"] == symbol


@pytest.mark.parametrize("path", [route.path for route in ROUTES if not route.published])
def test_second_shape_holds_the_same_prices_and_amounts(path):
    status, body = asked(path, symbols_of(_route(path))[0])
    assert status == 200
    other = reshaped(body["data"])
    assert json.dumps(other) != json.dumps(body["data"])
    # Times and volatilities are written the other way; nothing else is as large as this.
    amounts = {each for each in numbers(body["data"]) if 500 < each < 1e12}
    assert amounts <= numbers(other)


def test_the_service_takes_the_second_shape_for_what_is_not_published():
    for path, is_published in (("/gex/max-pain", True), ("/options/iv/smile", False)):
        route = _route(path)
        (_, one), (_, other) = asked(path, "BTCUSDT"), _ask(service(2), route, "BTCUSDT")
        assert route.published == is_published
        assert other["data"] == (one["data"] if is_published else reshaped(one["data"]))


def test_volatilities_are_decimals_and_times_are_turned_in_the_second_shape():
    smile = reshaped(asked("/options/iv/smile", "BTCUSDT")[1]["data"])
    assert 0.05 < smile["atm_iv"] < 5
    assert all(0.05 < row["iv"] < 5 for row in smile["rows"])
    flow = reshaped(asked("/gex/dealer-flow", "BTCUSDT")[1]["data"])
    assert all(stamp > 10**12 for stamp in flow["flow"]["timestamp"])
    candles = reshaped(asked("/market/candles", "BTCUSDT")[1]["data"])
    assert candles["rows"][0]["timestamp"].endswith("Z")


def test_axes_of_a_square_table_are_those_that_come_first():
    table = {
        "timestamps": ["2026-09-10T11:00:00Z", "2026-09-10T12:00:00Z"],
        "strikes": [100.0, 200.5],
        "exposure": [[1, 2], [3, 4]],
        "spot_price": [150.0, 151.0],
    }
    other = reshaped(table)["exposure"]
    assert list(other.values()) == [{"100": 1, "200.5": 2}, {"100": 3, "200.5": 4}]


def test_figures_move_in_time():
    clock = HandClock()
    app = create_app(seed=7, clock=clock, plan="enterprise")
    paths = ("options/expected-move", "liquidation/distribution", "market/open-interest")
    before = [ask(app, path).json()["data"] for path in paths]
    clock.advance(hours=2)
    after = [ask(app, path).json()["data"] for path in paths]
    assert all(one != other for one, other in zip(before, after, strict=True))


@pytest.mark.parametrize(
    "path",
    ["options/iv/surface", "options/expected-move", "gex/dealer-flow", "gex/gamma-flow"]
    + ["gex/levels", "gex/strike-profile", "options/chain", "options/iv/skew"]
    + ["options/iv/term-structure"],
)
def test_as_of_answers_as_the_snapshot_did_live(path):
    small = {"max_contracts": "5"} if path == "options/chain" else {}
    stored = told(path, as_of="2026-09-10T11:58:59Z", **small)
    then = HandClock()
    then.now = then.now.replace(hour=11, minute=55, second=3)
    live = ask(create_app(seed=7, clock=then), path, **small).json()
    assert stored["data"] == live["data"]
    assert stored["meta"]["extra"]["as_of"]["snapshot_ts"] == live["meta"]["computed_at"]
    assert live["meta"]["computed_at"] == "2026-09-10T11:55:00Z"
