"""Find checked arguments that leave nothing: inverted ranges, days that are past or to come."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from ..catalog import Endpoint
from ..errors import ArgumentFault
from .days import read_day, read_instant
from .param_form import ParamForm

# This machine's clock may be so far off; upstream judges what is nearer.
_CLOCK_DOUBT = timedelta(days=1)
Forms = Mapping[str, ParamForm]


def contradictions(
    endpoint: Endpoint, values: Mapping[str, object], forms: Forms, now: datetime
) -> Iterator[ArgumentFault]:
    """Yield what no market can answer; `now` is the time of this machine."""
    yield from _inverted(endpoint, values)
    yield from _backwards(values, forms)
    as_of = next(_instants("at", values, forms), None)
    if as_of is not None and as_of[1] > now + _CLOCK_DOUBT:
        yield ArgumentFault(as_of[0], values[as_of[0]], f"lies ahead; it is {now:%Y-%m-%d} UTC")
    yield from _past(values, forms, min(as_of[1], now).date() if as_of else now.date())


def _inverted(endpoint: Endpoint, values: Mapping[str, object]) -> Iterator[ArgumentFault]:
    for low in endpoint.params:
        upper = _upper(low.name)
        high = endpoint.param(upper) if upper else None
        if high is None or not {low.name, high.name} & set(values):
            continue
        least, most = values.get(low.name, low.default), values.get(high.name, high.default)
        if not (isinstance(least, int | float) and isinstance(most, int | float)):
            continue
        if least > most:
            name = low.name if low.name in values else high.name
            other, bound = (high, most) if name == low.name else (low, least)
            side = "above" if name == low.name else "below"
            default = "" if other.name in values else ", its default"
            reason = f"is {side} {other.name} {bound:,}{default}: nothing would be left"
            yield ArgumentFault(name, values[name], reason)


def _upper(name: str) -> str:
    if name.endswith("_min"):
        return f"{name.removesuffix('_min')}_max"
    return f"max_{name.removeprefix('min_')}" if name.startswith("min_") else ""


def _backwards(values: Mapping[str, object], forms: Forms) -> Iterator[ArgumentFault]:
    for name, since in _instants("since", values, forms):
        for other, until in _instants("until", values, forms):
            if since >= until:
                reason = f"is not earlier than {other}: nothing would be left"
                yield ArgumentFault(name, values[name], reason)


def _instants(
    form: str, values: Mapping[str, object], forms: Forms
) -> Iterator[tuple[str, datetime]]:
    for name, value in values.items():
        if name in forms and forms[name].instant == form:
            instant = read_instant(str(value))
            if instant is not None:
                yield name, instant


def _past(values: Mapping[str, object], forms: Forms, today: date) -> Iterator[ArgumentFault]:
    for name, value in values.items():
        if name not in forms or not forms[name].expiry:
            continue
        for text in value if isinstance(value, list) else [value]:
            day = read_day(str(text))
            if day is not None and day < today:
                reason = f"expired on {day}; the day asked about is {today} UTC"
                yield ArgumentFault(name, text, reason)
