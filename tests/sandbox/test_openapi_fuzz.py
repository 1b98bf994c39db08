"""Requests made up from the sandbox's own OpenAPI document: none is a server error.

Takes minutes; `.ci/full` runs it. Faults are off, and every request has a key of its own, so that
no limit stands in the way.
"""

from datetime import UTC, datetime
from functools import cache
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from bq_mcp.sandbox.app import create_app
from bq_mcp.sandbox.routes import ROUTES
from tests.sandbox.asking import HandClock

pytestmark = pytest.mark.fuzz

EXAMPLES = 40
KEYS = count()


@cache
def operations() -> dict[str, Any]:
    import schemathesis

    clock = HandClock(datetime(2026, 11, 20, 14, 30, tzinfo=UTC))
    app = create_app(seed=5, clock=clock, plan="enterprise")
    schema = schemathesis.openapi.from_asgi("/v2/openapi.json", app)
    found: list[Any] = [each.ok() for each in schema.get_all_operations()]  # type: ignore[union-attr]
    return {operation.path: operation for operation in found}


@pytest.mark.parametrize("path", [route.path for route in ROUTES if route.path != "/health"])
def test_requests_within_and_outside_the_document_are_answered_as_it_says(path: str) -> None:
    from schemathesis.checks import not_a_server_error

    tried = 0

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operations()[path].as_strategy())
    def one(case: Any) -> None:
        nonlocal tried
        tried += 1
        reply = case.call(headers={"X-API-Key": f"bq_live_{next(KEYS):032d}"})
        case.validate_response(reply, checks=[not_a_server_error])
        assert reply.status_code in (200, 400, 404, 405, 422), reply.text
        body = reply.json()
        assert body["success"] is (reply.status_code == 200)
        assert ("data" in body) is body["success"]

    one()
    assert tried
