"""What a route's answer is made from, and what it hands back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from fastapi import Request

from bq_mcp.sandbox.moments import Moment
from bq_mcp.sandbox.request_context import RequestContext

if TYPE_CHECKING:
    from bq_mcp.sandbox.market import Snapshot, World
    from bq_mcp.sandbox.market.positioning import DealerModel


@dataclass(frozen=True)
class Asked:
    """A request that passed its checks.

    `query` holds every parameter of the route under its name. `venues` are those that `exchanges`
    keeps, None for all; `positioning` is the sign model asked for, std where none can be.
    """

    request: Request
    context: RequestContext
    query: Mapping[str, Any]
    moment: Moment
    venues: tuple[str, ...] | None
    positioning: str

    @property
    def world(self) -> "World":
        """The market."""
        return self.context.world()

    @property
    def symbol(self) -> str:
        """The market or the coin asked about."""
        return str(self.query["symbol"])

    @property
    def instant(self) -> datetime:
        """The instant the figures are of, on the grid of the route."""
        return self.moment.instant

    @property
    def snapshot(self) -> "Snapshot":
        """The option chain at that instant."""
        return self.world.snapshot(self.symbol, self.instant)

    @cached_property
    def chosen(self) -> tuple[str, ...]:
        """The venues of the coin that the filter leaves."""
        from bq_mcp.sandbox.answers.signing import chosen_venues
        from bq_mcp.sandbox.market.coin_parameters import COIN_PARAMETERS

        return chosen_venues(COIN_PARAMETERS[self.symbol], self.venues)

    @cached_property
    def model(self) -> "DealerModel":
        """The dealers' book under the sign model asked for, or the one that had to run."""
        from bq_mcp.sandbox.market.positioning import dealer_model

        return dealer_model(self.snapshot, self.positioning, self.chosen)

    def signing(self, **facts: str) -> dict[str, Any]:
        """Return what `meta.extra` says of the model that ran."""
        from bq_mcp.sandbox.answers.signing import signing_extra

        return signing_extra(self.model, self.positioning, self.chosen, **facts)


@dataclass(frozen=True)
class Answer:
    """`data`, what `meta.extra` says beside it, and when it was computed if not at the moment."""

    data: dict[str, Any]
    extra: Mapping[str, Any] = field(default_factory=dict)
    computed_at: datetime | None = None
