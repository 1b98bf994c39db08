"""Payload of /options/greeks/trace/{greek}, and the projection its summary reads."""

from dataclasses import dataclass, fields
from datetime import datetime

import numpy as np

from bq_mcp.sandbox.answers.scopes import Scope, scope_of
from bq_mcp.sandbox.answers.section import Section
from bq_mcp.sandbox.answers.signing import signing_extra
from bq_mcp.sandbox.asked import Answer, Asked
from bq_mcp.sandbox.market import Snapshot, World
from bq_mcp.sandbox.market.arrays import Flags, Floats, Ints
from bq_mcp.sandbox.market.calendar import HOUR_S, YEAR_S
from bq_mcp.sandbox.market.coin_parameters import COIN_PARAMETERS
from bq_mcp.sandbox.market.positioning import DealerModel, dealer_model
from bq_mcp.sandbox.market.trace_field import (
    TAU_FLOOR_S,
    DealerBook,
    Greek,
    dealer_book,
    trace_field,
)
from bq_mcp.sandbox.service_errors import no_data

FIELD_UNITS: dict[Greek, str] = {
    "gamma": "dealer_gamma_dollars_per_pct_spot",
    "charm": "dealer_charm_per_year",
    "vanna": "dealer_vanna_per_iv_unit",
    "delta_change": "dealer_delta_change_from_spot_now",
}
FIELD_DECIMALS: dict[Greek, int] = {"gamma": 2, "charm": 4, "vanna": 4, "delta_change": 4}
_AXIS_EXTRA_DECIMALS = 2
"""Beyond those of a price, so that the served axis is evenly spaced."""


@dataclass(frozen=True)
class TraceQuery:
    """The contracts, the axes and the shift of volatility of a projection.

    `expiry` is all, 0dte or a token; `min_oi` is in coin, per contract.
    """

    expiry: str
    time_steps: int
    price_steps: int
    price_range_pct: float
    horizon_hours: float
    vol_shift_pct: float
    min_oi: float


@dataclass(frozen=True)
class Projection:
    """A field over its axes, and the contracts it was summed from, marked by `used`.

    `years_ahead` counts from the snapshot, `prices` are USD, `field` has shape (times, prices).
    """

    greek: Greek
    query: TraceQuery
    snapshot: Snapshot
    model: DealerModel
    scope: Scope
    used: Flags
    book: DealerBook
    years_ahead: Floats
    prices: Floats
    field: Floats

    @property
    def times_ms(self) -> Ints:
        """Time axis in Unix milliseconds."""
        start = self.snapshot.instant.timestamp()
        return np.rint((start + self.years_ahead * YEAR_S) * 1_000).astype(np.int64)

    @property
    def at_spot(self) -> Floats:
        """The field at spot itself, one value per time."""
        spot = self.snapshot.spot
        column = trace_field(
            self.greek,
            self.book,
            spot=spot,
            years_ahead=self.years_ahead,
            prices=np.array([spot]),
        )
        return column[:, 0]

    @property
    def tokens(self) -> list[str]:
        """Expiries in the field, nearest first."""
        places = np.unique(self.snapshot.expiry_index[self.used])
        return [self.snapshot.expiries[place].token for place in places]


def trace(asked: Asked) -> Answer:
    """Project a greek from the newest snapshot."""
    projected = asked_projection(asked)
    return Answer(trace_data(projected), trace_extra(projected, asked.positioning))


def asked_projection(asked: Asked) -> Projection:
    """Return the projection that a route was asked for, or the summary of one."""
    return projection(
        asked.world,
        asked.symbol,
        asked.instant,
        asked.query["greek"],
        TraceQuery(**{each.name: asked.query[each.name] for each in fields(TraceQuery)}),
        positioning=asked.positioning,
    )


def projection(
    world: World,
    symbol: str,
    instant: datetime,
    greek: Greek,
    query: TraceQuery,
    *,
    positioning: str,
) -> Projection:
    """Project a greek from an instant on its grid.

    Raises: ServiceError 404 when no contract is left by the expiry and `min_oi`.
    """
    snapshot = world.snapshot(symbol, instant)
    scope = scope_of(query.expiry, snapshot)
    used = scope.of(snapshot) & (snapshot.oi >= query.min_oi)
    if not used.any():
        raise no_data(f"{symbol} with open interest of {query.min_oi:g} or more a contract")
    model = dealer_model(snapshot, positioning, COIN_PARAMETERS[symbol].venues)
    book = dealer_book(snapshot, model.quantity, used, vol_shift_pct=query.vol_shift_pct)
    years_ahead = np.linspace(0.0, query.horizon_hours * HOUR_S / YEAR_S, query.time_steps)
    prices = _price_axis(snapshot, query)
    return Projection(
        greek=greek,
        query=query,
        snapshot=snapshot,
        model=model,
        scope=scope,
        used=used,
        book=book,
        years_ahead=years_ahead,
        prices=prices,
        field=trace_field(greek, book, spot=snapshot.spot, years_ahead=years_ahead, prices=prices),
    )


def trace_data(projected: Projection) -> Section:
    """Return `data` of the grid, indexed field[time][price]."""
    # Adding zero turns a negative zero into a plain one.
    field = projected.field.round(FIELD_DECIMALS[projected.greek]) + 0.0
    lowest, highest = field.min().item(), field.max().item()
    return trace_head(projected) | {
        "time_axis_ms": projected.times_ms.tolist(),
        "price_axis": projected.prices.tolist(),
        "field": field.tolist(),
        "field_min": lowest,
        "field_max": highest,
        "abs_field_max": max(abs(lowest), abs(highest)),
        "contracts_used": int(np.count_nonzero(projected.used)),
        "expiries_in_window": projected.tokens,
        "tau_floor_seconds": TAU_FLOOR_S,
    }


def trace_head(projected: Projection) -> Section:
    """Return what `data` says of the request and of the model that ran."""
    return {
        "greek": projected.greek,
        "expiry": projected.scope.name,
        "spot_price": projected.snapshot.spot,
        "vol_shift_pct": projected.query.vol_shift_pct,
        "field_units": FIELD_UNITS[projected.greek],
        "positioning": projected.model.name,
    }


def trace_extra(projected: Projection, requested: str) -> Section:
    """Return `meta.extra`: the model that ran, the one asked for and the venues combined."""
    venues = COIN_PARAMETERS[projected.snapshot.symbol].venues
    return signing_extra(projected.model, requested, venues)


def _price_axis(snapshot: Snapshot, query: TraceQuery) -> Floats:
    reach = query.price_range_pct / 100
    ends = snapshot.spot * (1 - reach), snapshot.spot * (1 + reach)
    decimals = COIN_PARAMETERS[snapshot.symbol].price_decimals + _AXIS_EXTRA_DECIMALS
    axis: Floats = np.linspace(*ends, query.price_steps).round(decimals)
    return axis
