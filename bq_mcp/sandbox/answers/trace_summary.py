"""Payload of /options/greeks/trace/{greek}/summary.

The service names what the summary tells and no key of it; the keys here are the sandbox's own.
"""

from datetime import UTC, datetime

from bq_mcp.sandbox.answers.rounding import rounded
from bq_mcp.sandbox.answers.section import Section
from bq_mcp.sandbox.answers.trace import (
    FIELD_DECIMALS,
    Projection,
    asked_projection,
    trace_extra,
    trace_head,
)
from bq_mcp.sandbox.asked import Answer, Asked
from bq_mcp.sandbox.instants import iso
from bq_mcp.sandbox.market.coin_parameters import COIN_PARAMETERS
from bq_mcp.sandbox.market.trace_features import (
    PinZone,
    Pocket,
    lean,
    pin_zones,
    pockets,
    zero_prices,
)
from bq_mcp.sandbox.market.trace_field import TAU_FLOOR_S

_ZONES = 3


def trace_summary(asked: Asked) -> Answer:
    """Tell what stands out in the projection of a greek."""
    projected = asked_projection(asked)
    return Answer(trace_summary_data(projected), trace_extra(projected, asked.positioning))


def trace_summary_data(projected: Projection) -> Section:
    """Return `data`: what stands out in the field, prices in USD, values in its unit."""
    field, prices = projected.field, projected.prices
    spot = projected.snapshot.spot
    return trace_head(projected) | {
        "horizon_hours": projected.query.horizon_hours,
        "field_min": _value(projected, field.min().item()),
        "field_max": _value(projected, field.max().item()),
        "pin_zones": [_zone(projected, zone) for zone in pin_zones(field, prices, _ZONES)],
        "acceleration_pockets": [
            _pocket(projected, pocket) for pocket in pockets(field, prices, spot)
        ],
        "spot_lean": _lean(projected),
        "zero_contour": {
            "now": _zeros(projected, 0),
            "at_horizon": _zeros(projected, -1),
        },
        "contracts_used": int(projected.used.sum()),
        "expiries_in_window": projected.tokens,
        "tau_floor_seconds": TAU_FLOOR_S,
    }


def _zone(projected: Projection, zone: PinZone) -> Section:
    return {
        "price_low": _price(projected, zone.low),
        "price_high": _price(projected, zone.high),
        "peak_price": _price(projected, zone.peak),
        "mean": _value(projected, zone.mean),
        "mean_abs": _value(projected, zone.mean_abs),
    }


def _pocket(projected: Projection, pocket: Pocket) -> Section:
    seconds = projected.times_ms[pocket.step].item() / 1_000
    return {
        "time": iso(datetime.fromtimestamp(seconds, UTC)),
        "price": _price(projected, pocket.price),
        "value": _value(projected, pocket.value),
    }


def _lean(projected: Projection) -> Section:
    values = projected.at_spot
    found = lean(values)
    return {
        "now": _value(projected, values[0].item()),
        "at_horizon": _value(projected, values[-1].item()),
        "early_mean_abs": _value(projected, found.early),
        "late_mean_abs": _value(projected, found.late),
        "lean": found.word,
    }


def _zeros(projected: Projection, step: int) -> list[float | None]:
    crossings = zero_prices(projected.field[step], projected.prices)
    return [_price(projected, price) for price in crossings]


def _price(projected: Projection, price: float) -> float | None:
    return rounded(price, COIN_PARAMETERS[projected.snapshot.symbol].price_decimals)


def _value(projected: Projection, value: float) -> float | None:
    return rounded(value, FIELD_DECIMALS[projected.greek])
