"""Every refusal in the service's form, and the order in which they come."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from bq_mcp.sandbox.access import LAPSED_KEY, SANDBOX_KEY, SPENT_KEY
from bq_mcp.sandbox.gate import HEALTH_PER_MINUTE
from tests.sandbox.asking import HandClock, ask, sandbox
from tests.support import kept_logs

LIMIT_HEADERS = {
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
    "X-Quota-Limit",
    "X-Quota-Used",
    "X-Quota-Remaining",
    "X-Quota-Period",
}


def error(reply: httpx.Response) -> tuple[int, str, str]:
    """Return status, code and message of a failure, once its envelope is checked."""
    body = reply.json()
    assert set(body) == {"success", "error", "meta"}
    assert body["success"] is False
    assert set(body["error"]) <= {"code", "message", "details"}
    return reply.status_code, body["error"]["code"], body["error"]["message"]


def details(reply: httpx.Response) -> dict[str, Any]:
    found: dict[str, Any] = reply.json()["error"]["details"]
    return found


def limits(reply: httpx.Response) -> set[str]:
    return {name for name in LIMIT_HEADERS if name in reply.headers}


def use_up_burst(app: FastAPI, limit: int) -> None:
    for _ in range(limit):
        assert ask(app, "changelog").status_code == 200


def test_missing_key_is_401():
    reply = ask(sandbox(), "meta", key=None)
    assert error(reply) == (401, "UNAUTHORIZED", "Missing X-API-Key header")
    assert not limits(reply)
    assert reply.json()["meta"]["rate_limit"] is None


@pytest.mark.parametrize(
    "key",
    ["", "bq_live_short", "bq_test_" + "a" * 32, "bq_live_" + "a" * 33]
    + [f" {SANDBOX_KEY}", f"{SANDBOX_KEY} ", "bq_live_" + "a" * 31 + "."],
)
def test_key_of_another_shape_is_401(key):
    reply = ask(sandbox(), "meta", key=key)
    assert error(reply) == (401, "UNAUTHORIZED", "Invalid API key")


def test_any_key_of_the_right_shape_is_accepted():
    assert ask(sandbox(), "meta", key="bq_live_" + "aZ0_-" * 6 + "xy").status_code == 200


def test_lapsed_subscription_is_403_not_401():
    reply = ask(sandbox(), "meta", key=LAPSED_KEY)
    assert error(reply)[:2] == (403, "FORBIDDEN")
    assert "details" not in reply.json()["error"]


@pytest.mark.parametrize("path", ["nonsense", "gex", "gex/levels/", "options/greeks", "meta/x"])
def test_unknown_path_is_404_in_the_envelope(path):
    assert error(ask(sandbox(), path)) == (404, "NOT_FOUND", "No such path")


@pytest.mark.parametrize("path", ["/", "/v2", "/gex/levels", "/v1/gex/levels"])
def test_path_outside_the_prefix_is_404_even_without_a_key(path):
    assert error(ask(sandbox(), path, key=None)) == (404, "NOT_FOUND", "No such path")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "HEAD"])
def test_other_methods_are_405(method):
    reply = ask(sandbox(), "gex/levels", method=method)
    assert reply.status_code == 405
    assert reply.headers["Allow"] == "GET"
    if method != "HEAD":
        assert error(reply)[1] == "METHOD_NOT_ALLOWED"


def test_route_without_data_is_404_with_the_limits():
    reply = ask(sandbox(), "tape/flow-by-strike", symbol="SOLUSDT")
    assert error(reply) == (404, "NOT_FOUND", "No data for SOLUSDT")
    assert limits(reply) == LIMIT_HEADERS


def test_coin_instead_of_symbol_is_422_naming_the_four_symbols():
    reply = ask(sandbox(), "gex/levels", symbol="BTC")
    assert error(reply) == (422, "VALIDATION_ERROR", "Invalid request parameters")
    assert details(reply) == {
        "errors": [
            {
                "type": "literal_error",
                "loc": ["query", "symbol"],
                "msg": "Input should be 'BTCUSDT', 'ETHUSDT', 'SOLUSDT' or 'HYPEUSDT'",
            }
        ]
    }
    assert limits(reply) == LIMIT_HEADERS


@pytest.mark.parametrize(
    ("path", "query", "where", "kind"),
    [
        ("options/greeks/trace/theta", {}, ["path", "greek"], "literal_error"),
        ("options/greeks/trace/gamma/summary", {"horizon_hours": 0}, None, "greater_than"),
        ("options/greeks/trace/gamma", {"time_steps": 201}, None, "less_than_equal"),
        ("options/chain", {"moneyness_min": -0.1}, None, "greater_than_equal"),
        ("market/candles", {"hours": "soon"}, None, "int_parsing"),
        ("gex/expiry-profile", {"weekly_only": "perhaps"}, None, "bool_parsing"),
        ("multi/gex/levels", {}, ["query", "symbols"], "missing"),
    ],
)
def test_parameter_outside_its_bounds_is_422_naming_it(path, query, where, kind):
    reply = ask(sandbox(), path, **query)
    assert error(reply)[:2] == (422, "VALIDATION_ERROR")
    (fault,) = details(reply)["errors"]
    assert fault["type"] == kind
    assert fault["loc"] == (where or ["query", *query])
    assert set(fault) == {"type", "loc", "msg"}


def test_unknown_sign_model_is_422():
    reply = ask(sandbox(), "gex/levels", positioning="textbook")
    assert error(reply)[:2] == (422, "VALIDATION_ERROR")


def test_unknown_query_parameters_are_ignored():
    assert ask(sandbox(), "changelog", nonsense="1").status_code == 200


def test_burst_over_is_429_with_the_seconds_to_wait():
    clock = HandClock()
    app = sandbox(clock, plan="starter")
    use_up_burst(app, 30)
    reply = ask(app, "changelog")
    message = "Rate limit exceeded. Try again in 43 seconds."
    assert error(reply) == (429, "RATE_LIMIT_EXCEEDED", message)
    assert details(reply) == {"retry_after_seconds": 43, "limit": "30 per 1 minute"}
    assert reply.headers["Retry-After"] == "43"
    assert reply.headers["X-RateLimit-Remaining"] == "0"
    assert int(reply.headers["X-Quota-Remaining"]) == 9_970
    clock.advance(seconds=43)
    assert ask(app, "changelog").status_code == 200


def test_quota_over_is_429_with_nothing_left_and_the_way_up():
    reply = ask(sandbox(plan="standard"), "gex/levels", key=SPENT_KEY)
    status, code, message = error(reply)
    assert (status, code) == (429, "RATE_LIMIT_EXCEEDED")
    assert "250,000" in message
    assert "upgrade at backquant.com/api-access" in message
    assert reply.headers["X-Quota-Remaining"] == "0"
    # From 2026-09-10 12:00:17 to the first of October.
    assert reply.headers["Retry-After"] == str(20 * 86_400 + 12 * 3600 - 17)
    assert details(reply)["limit"] == "250000 per 1 month"


def test_health_has_a_limit_of_its_own_without_a_key():
    clock = HandClock()
    app = sandbox(clock)
    replies = [ask(app, "health", key=None) for _ in range(HEALTH_PER_MINUTE + 1)]
    assert {reply.status_code for reply in replies[:-1]} == {200}
    assert error(replies[-1])[:2] == (429, "RATE_LIMIT_EXCEEDED")
    assert details(replies[-1])["limit"] == "60 per 1 minute"
    assert replies[-1].headers["Retry-After"] == "43"
    clock.advance(minutes=1)
    assert ask(app, "health", key=None).status_code == 200


def test_key_comes_before_path_and_parameters():
    app = sandbox()
    assert ask(app, "nonsense", key=None).status_code == 401
    assert ask(app, "gex/levels", key=None, symbol="BTC").status_code == 401
    assert ask(app, "gex/levels", key=LAPSED_KEY, symbol="BTC").status_code == 403


def test_limits_come_before_parameters():
    app = sandbox(plan="starter")
    use_up_burst(app, 30)
    assert ask(app, "gex/levels", symbol="BTC").status_code == 429


def test_parameters_come_before_data():
    assert ask(sandbox(), "options/chain", dte_min=-1).status_code == 422


def test_refusals_of_parameters_and_data_count_as_requests():
    app = sandbox()
    ask(app, "gex/levels", symbol="BTC")
    ask(app, "tape/flow-by-strike", symbol="SOLUSDT")
    assert ask(app, "meta").headers["X-Quota-Used"] == "3"


def test_refused_keys_count_nothing():
    app = sandbox()
    ask(app, "meta", key=None)
    ask(app, "meta", key=LAPSED_KEY)
    assert ask(app, "meta").headers["X-Quota-Used"] == "1"


def test_fault_of_our_own_is_a_500_that_names_nothing_internal():
    app = sandbox()

    async def breaks() -> None:
        raise RuntimeError("secret internals")

    app.add_api_route("/breaks", breaks)
    with kept_logs() as logs:
        reply = ask(app, "breaks")
    assert error(reply) == (500, "INTERNAL_ERROR", "Internal server error")
    assert "secret" not in reply.text
    assert limits(reply) == LIMIT_HEADERS
    assert "secret internals" in logs[0]["exception"]
