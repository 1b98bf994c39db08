"""The sandbox as a FastAPI application.

It declares every route of the API and answers from one simulated market. No lifespan is needed,
so it can be used in process through an ASGI transport.
"""

import asyncio
from functools import cache
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from bq_mcp.sandbox.envelope import API_VERSION, failure
from bq_mcp.sandbox.faults import NO_FAULTS, Schedule
from bq_mcp.sandbox.front import Front, Sleep
from bq_mcp.sandbox.gate import Gate
from bq_mcp.sandbox.plans import PLANS
from bq_mcp.sandbox.request_context import context_of
from bq_mcp.sandbox.routes import ROUTES
from bq_mcp.sandbox.service_errors import (
    ServiceError,
    invalid_parameters,
    unknown_path,
    wrong_method,
)
from bq_mcp.sandbox.service_faults import check_schedule
from bq_mcp.sandbox.serving import add_routes
from bq_mcp.sandbox.wall_clock import WallClock

if TYPE_CHECKING:
    from bq_mcp.sandbox.market import Scenario, World


class _SandboxApp(FastAPI):
    """FastAPI whose own document says that everything behind it is simulated."""

    def openapi(self) -> dict[str, Any]:
        document = super().openapi()
        document["info"]["x-simulated"] = True
        return document


def create_app(
    *,
    seed: int = 10,
    clock: WallClock,
    plan: str = "pro",
    faults: Schedule = NO_FAULTS,
    scenario: "Scenario | None" = None,
    shapes: int = 1,
    sleep: Sleep = asyncio.sleep,
) -> FastAPI:
    """Build the sandbox service.

    Equal seed, scenario, clock, faults and order of requests give equal bytes. `clock` tells aware
    UTC instants; `plan` is the rung of the ladder that every key is on; `scenario` is `mixed` if
    left out; `shapes`, 1 or 2, is how answers without a published shape look; `sleep`
    (seconds) is what slow faults wait with. In process, `refused` and `reset` raise RuntimeError:
    they need a socket.

    Raises: ValueError for an unknown plan, or a fault that cannot happen on it.
    """
    if plan not in PLANS:
        raise ValueError(f"unknown plan {plan!r}, choose one of {', '.join(PLANS)}")
    check_schedule(faults, PLANS[plan])

    @cache
    def world() -> "World":
        # Late, because a catalog or a refusal needs no market, and numpy is slow to import.
        from bq_mcp.sandbox.market import MIXED, World

        return World(seed=seed, scenario=scenario or MIXED)

    app = _SandboxApp(
        title="bq-mcp sandbox",
        description="Simulated stand-in for the BackQuant API v2. No figure here is a real one.",
        version=API_VERSION,
        redirect_slashes=False,
        swagger_ui_oauth2_redirect_url=None,
    )
    add_routes(app, ROUTES, shapes=shapes)
    app.add_exception_handler(ServiceError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _not_routed)
    app.add_middleware(Gate, seed=seed, clock=clock, plan=PLANS[plan], world=world)
    if faults.faults:
        app.add_middleware(Front, faults=faults, clock=clock, sleep=sleep)
    app.state.refuses_connections = lambda: faults.refuses(clock())
    return app


# Each of these is given the errors it is registered for, which its type cannot say.
async def _refused(request: Request, error: Any) -> Response:
    return failure(error, (await context_of(request)).stamp)


async def _invalid(request: Request, error: Any) -> Response:
    return await _refused(request, invalid_parameters(error.errors()))


async def _not_routed(request: Request, error: Any) -> Response:
    refusal = wrong_method() if error.status_code == 405 else unknown_path()
    return await _refused(request, refusal)
