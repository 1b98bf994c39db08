"""Facts about the service itself: the payload of the meta route."""

from typing import Any

from bq_mcp.sandbox.access import KEY_HEADER
from bq_mcp.sandbox.envelope import API_VERSION
from bq_mcp.sandbox.instants import iso
from bq_mcp.sandbox.moments import CHAIN_FLOOR, TAPE_FLOOR
from bq_mcp.sandbox.plans import PLANS, Plan
from bq_mcp.sandbox.vocabulary import SYMBOLS, VENUES

_ERRORS = {
    "UNAUTHORIZED": (401,),
    "FORBIDDEN": (403,),
    "NOT_FOUND": (404,),
    "VALIDATION_ERROR": (400, 422),
    "RATE_LIMIT_EXCEEDED": (429,),
    "UPSTREAM_ERROR": (502, 503, 504),
    "INTERNAL_ERROR": (500,),
}


def about_data(plan: Plan, seed: int) -> dict[str, Any]:
    """Return what a client needs to check its input and to know its budget."""
    return {
        "name": "bq-mcp sandbox",
        "version": API_VERSION,
        "simulated": True,
        "seed": seed,
        "auth": {"type": "apiKey", "in": "header", "name": KEY_HEADER, "prefix": "bq_live_"},
        "supported_symbols": SYMBOLS,
        "supported_exchanges": VENUES,
        "rate_limits": {name: _budget(rung) for name, rung in PLANS.items()},
        "history_depth": {name: rung.history_days for name, rung in PLANS.items()},
        "history_depth_enforced": plan.history_enforced,
        "your_plan": {"plan": plan.name, **_budget(plan), "max_history_days": plan.history_days},
        "data_coverage": {"chain_from": iso(CHAIN_FLOOR), "tape_from": iso(TAPE_FLOOR)},
        "envelope": {"success": ["success", "data", "meta"], "error": ["success", "error", "meta"]},
        "error_codes": [{"code": code, "http": statuses} for code, statuses in _ERRORS.items()],
        "links": {
            "openapi": "/v2/openapi.json",
            "docs": "/v2/docs",
            "redoc": "/v2/redoc",
            "endpoints": "/v2/endpoints",
        },
    }


def _budget(plan: Plan) -> dict[str, int | None]:
    return {
        "requests_per_month": plan.monthly_requests,
        "burst_per_minute": plan.burst_per_minute,
        "api_keys": plan.api_keys,
        "websocket_connections": plan.websocket_connections,
    }
