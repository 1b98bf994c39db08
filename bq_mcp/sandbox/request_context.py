"""What the service knows of the request it answers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, cast

from fastapi import Depends, Request

from bq_mcp.sandbox.envelope import Stamp
from bq_mcp.sandbox.limits import Usage
from bq_mcp.sandbox.plans import Plan

if TYPE_CHECKING:
    from starlette.types import Scope

    from bq_mcp.sandbox.market import World

_STATE = "context"


@dataclass(frozen=True)
class RequestContext:
    """When a request came, under which plan it was asked, and the seeded market it asks about.

    `now` is the instant up to which there is data, `told_at` what the service's clock shows; they
    differ while data is frozen. `usage` is None where nothing is counted: public paths, and
    requests without a good key.
    """

    now: datetime
    told_at: datetime
    request_id: str
    plan: Plan
    seed: int
    world: Callable[[], "World"]
    usage: Usage | None = None

    @property
    def stamp(self) -> Stamp:
        """Return what `meta` says of this request."""
        rate_limit = None if self.usage is None else self.usage.rate_limit()
        return Stamp(self.told_at, self.request_id, rate_limit)


def attach(context: RequestContext, scope: "Scope") -> None:
    """Hang the context on the request's scope, where `context_of` finds it."""
    state: dict[str, Any] = scope.setdefault("state", {})
    state[_STATE] = context


async def context_of(request: Request) -> RequestContext:
    """Return the context that the gate attached to this request."""
    return cast(RequestContext, getattr(request.state, _STATE))


Context = Annotated[RequestContext, Depends(context_of)]
