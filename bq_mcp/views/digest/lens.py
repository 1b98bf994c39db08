"""What a payload is read with: which quantities lead, in which unit, and where they stand."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from functools import cached_property, lru_cache
from itertools import chain

from ...catalog.hints import AnswerHint
from ..arithmetic import days_left, distance_pct
from ..read.columns import in_price_range, leaf_of, names_price, sampled, words_of
from ..read.forms import Column, Forms, Role, Table
from ..read.units import AS_SERVED, IvScale, Kind, Unit, iv_scale, matches, unit_of
from ..read.values import derive, number
from .measures import NOT_LEADING, Measure
from .sheet import Place

LEADS = 4
# A listed price so many percent from spot is still told as the nearest one.
_SLACK = 2.5
_CANDLE = {"o": "open", "h": "high", "l": "low", "c": "close", "v": "volume"}
_NAMELESS = re.compile(r"column \d+|[a-z_]|val|values?|", re.IGNORECASE)
_WORDS = {
    "ids": "id ids cursor seq sequence hash nonce uuid key rank index",
    "running": "cum cumul cumulative running accumulated cvd",
    "parts": "share shares cdf ratio rate pct percent mean avg average median min max percentile"
    " bps move nav price",
    "flows": "flow flows volume vol buy sell bought sold inflow outflow trades prints",
    "stocks": "oi interest gex dex exposure aum assets",
    "amounts": "size amount contracts notional long short",
}
_HELD = {kind: frozenset(words.split()) for kind, words in _WORDS.items()}
_NO_AMOUNTS: Sequence[Kind] = ("iv", "pct", "iv_points", "ratio", "price", "days", "duration")
_ENDS = ("open", "high", "low")
_NO_QUANTITIES: Sequence[Role] = ("time", "expiry", "name", "days")


@dataclass(frozen=True)
class Lens:
    """The hint of an endpoint, the spot and the instant its figures stand for.

    `choices` are the arguments that say which quantity an answer holds: of exposures whose name
    tells no unit the greek does.
    """

    hint: AnswerHint
    forms: Forms
    spot: float | None
    instant: datetime
    most_rows: int
    choices: Mapping[str, str]

    def measures(self, table: Table) -> list[Measure]:
        """Return the quantities of a table, those that lead first, constant ones last."""
        spelled = _CANDLE if {column.name for column in table.columns} >= {*"ohlc"} else {}
        # Days beside their expiries say nothing new, whatever they are called.
        dated = table.key[0] if [axis.role for axis in table.key] == ["expiry"] else None
        left = [self.place(dated, at).days for at in range(table.size)] if dated else []
        shown = [
            column for column in table.columns
            if column.numeric and column.role not in _NO_QUANTITIES and list(column.values) != left
            # The price of an index is no counter.
            and (names_price(words_of(column.name)) or not holds(column.name, "ids"))
        ]  # fmt: skip
        found = []
        for column in shown:
            name = spelled.get(column.name) or self.meant(column.name, len(shown) == 1)
            found.append(self.measure(name, column.values, column.role))
        return sorted((one for one in found if one.present), key=_order)

    def leading(self, measures: Sequence[Measure]) -> list[Measure]:
        """Return the quantities that lead, the first two where the hint names none of them."""
        led = [one for one in measures if one.lead < NOT_LEADING]
        return led[:LEADS] or list(measures[:2])

    def measure(self, name: str, values: Sequence[object], role: Role = "") -> Measure:
        """Return one quantity."""
        figures = [number(value) for value in values]
        unit = self.unit(name, role, figures)
        scale = self.scale if unit.kind in ("iv", "iv_points") else None
        adds, flows = self._adds(name, unit), self._flows(name, unit)
        return Measure(name, figures, unit, scale, self.lead(name), adds, flows)

    def lead(self, name: str) -> int:
        """Return the place of a wire name among the patterns that lead.

        A running total is meant only by a pattern that says so.
        """
        return _lead_of(name, self.hint.lead)

    def meant(self, name: str, alone: bool) -> str:
        """Return a name; of the only quantity, where it says nothing, what was asked for."""
        if not (alone and self.hint.lead and _NAMELESS.fullmatch(name)):
            return name
        return self.choices.get("greek") or self.hint.lead[0].replace("*", "")

    def axis(self, column: Column | None) -> Column | None:
        """Return an axis, bare numbers as days or prices where a hint says that they are."""
        roles: dict[Kind, Role] = {"days": "days", "price": "price", "usd": "price"}
        if column is None or column.role != "key":
            return column
        kind = unit_of(column.name, self.hint.units).kind
        return replace(column, role=roles.get(kind, column.role))

    @cached_property
    def scale(self) -> IvScale | None:
        """The scale of the payload's volatilities, by all their levels."""
        parts: list[list[tuple[str, Iterable[object]]]]
        parts = [[(x.name, x.values) for x in t.columns if x.numeric] for t in self.forms.tables]
        parts += [[(name, chain(*x)) for name, x in g.layers.items()] for g in self.forms.grids]
        named = [(self.meant(name, len(part) == 1), x) for part in parts for name, x in part]
        named += [(name, [x]) for one in self.forms.records for name, x in one.fields.items()]
        held = (values for name, values in named if unit_of(name, self.hint.units).kind == "iv")
        return iv_scale(chain.from_iterable(held))

    @cached_property
    def stated(self) -> Mapping[str, str]:
        """The unit texts of the payload by the names they are for, "" for those of all amounts."""
        found: dict[str, str] = {}
        for record in self.forms.records:
            apart = leaf_of(record.path).casefold() in ("unit", "units")
            for name, said in record.fields.items():
                if isinstance(said, str) and (apart or name.casefold() in ("unit", "units")):
                    found[name.casefold() if apart else ""] = said
                elif isinstance(said, str) and name.casefold() == "scale":
                    scaled = f"{found.get('', 'USD')} {said}"
                    known = unit_of("", {}, stated=scaled).kind == "usd"
                    found |= {"": scaled} if known else {}
        return found

    def price(self, value: object) -> Place:
        """Return a price as a place, with its distance where it can be one of the underlying."""
        near = self.spot is not None and in_price_range([value], self.spot)
        return Place("price", value, derive(distance_pct, value, self.spot) if near else None)

    def place(self, column: Column, at: int) -> Place:
        """Return where a row stands on an axis; instants that are all midnights are days."""
        value = column.values[at]
        if column.role == "price":
            return self.price(value)
        instants = [x for x in sampled(column.values) if isinstance(x, datetime)]
        if isinstance(value, datetime) and all(x.time() == time(0) for x in instants):
            return Place("time", value.date().isoformat())
        days = derive(days_left, value, self.instant) if column.role == "expiry" else None
        return Place(column.role, value, days=days)

    def places(self, axes: Sequence[Column], at: int) -> list[Place]:
        """Return where a row stands on several axes."""
        return [self.place(axis, at) for axis in axes]

    def near(self, places: Sequence[object], step: float, among: Iterable[int]) -> int | None:
        """Return which of some rows is listed nearest to `step` percent from spot.

        None where it is further off than half the step; at spot itself, than 2.5 percent.
        """
        spot, prices = self.spot, {at: number(places[at]) for at in among}
        off = {at: abs((x / spot - 1) * 100 - step) for at, x in prices.items() if x and spot}
        found = min(off, key=lambda at: off[at], default=None)
        return found if found is not None and off[found] <= (abs(step) / 2 or _SLACK) else None

    def unit(self, name: str, role: Role, figures: Sequence[object]) -> Unit:
        """Return the unit of a quantity: as the payload states it, its name, or the hint."""
        hinted, stated = self.hint.units, self.stated.get(leaf_of(name).casefold(), "")
        seen = sampled(figures)
        unit = unit_of(name, hinted, stated=stated, role=role, figures=seen, spot=self.spot)
        if unit == AS_SERVED and (greek := self.choices.get("greek")):
            unit = unit_of(f"{greek}_{leaf_of(name)}", hinted)
        # The payload's own word counts for amounts whose name does not say its unit in full.
        said = unit_of("", {}, stated=self.stated.get("", ""))
        amount = unit.kind in ("usd", "exposure", "coin") or self._adds(name, unit)
        full = stated or unit_of(name, {}, role=role) != AS_SERVED
        if full or not amount or said == AS_SERVED or said.kind in _NO_AMOUNTS:
            return unit
        scaled = unit.kind == "exposure" and said.kind == "usd"
        return replace(unit, factor=said.factor) if scaled else said

    def _adds(self, name: str, unit: Unit) -> bool:
        amount = unit.kind in ("exposure", "usd", "coin", "count")
        named = unit.kind not in _NO_AMOUNTS and holds(name, "amounts", "flows", "stocks")
        added = amount or named or matches(name, self.hint.adds)
        return added and not holds(name, "running", "parts")

    def _flows(self, name: str, unit: Unit) -> bool:
        flows = unit.kind not in _NO_AMOUNTS and not holds(name, "running", "parts", "stocks")
        return flows and (holds(name, "flows") or matches(name, self.hint.adds))


@lru_cache(maxsize=4096)
def _lead_of(name: str, patterns: Sequence[str]) -> int:
    for place, pattern in enumerate(patterns):
        fits = matches(name, [pattern]) or matches(name.replace(".", "_"), [pattern])
        runs = holds(name, "running") and not any(x in pattern for x in _HELD["running"])
        if fits and not runs:
            return place
    return NOT_LEADING


def _order(measure: Measure) -> tuple[int, bool, bool]:
    values = {value for value in measure.values if value is not None}
    end = "".join(words_of(measure.name)[-1:]) in _ENDS
    return measure.lead, end, len(values) < 2 < len(measure.values)


def holds(name: str, *kinds: str) -> bool:
    """Tell whether a name holds a word of one of the kinds."""
    return not frozenset(words_of(name)).isdisjoint(chain(*(_HELD[kind] for kind in kinds)))
