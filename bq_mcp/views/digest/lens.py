"""What a payload is read with: which quantities lead, in which unit, and where they stand."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from functools import cached_property
from itertools import chain

from ...catalog.hints import AnswerHint
from ..arithmetic import days_left, distance_pct
from ..read.columns import in_price_range, leaf_of, sampled, words_of
from ..read.forms import Column, Forms, Role, Table
from ..read.units import AS_SERVED, IvScale, Kind, Unit, iv_scale, matches, unit_of
from ..read.values import derive, number
from .measures import NOT_LEADING, Measure
from .sheet import Place

LEADS = 4
_NAMELESS = re.compile(r"(?:column (\d+)|[a-z_]|val|value|)", re.IGNORECASE)
_CANDLE = {"o": "open", "h": "high", "l": "low", "c": "close", "v": "volume"}
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
_LEVELS: Sequence[Kind] = ("iv", "pct", "iv_points", "ratio", "price")
_NO_AMOUNTS: Sequence[Kind] = (*_LEVELS, "days", "duration")
_AMOUNTS: Sequence[Kind] = ("usd", "exposure", "coin", "as_served")
# The more a figure says about the market, the earlier it stands.
_MARKET: Sequence[Kind] = (
    "exposure", "usd", *_LEVELS, "coin", "as_served", "count", "days", "duration"
)  # fmt: skip
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
        shown = [
            column for column in table.columns
            if column.numeric and column.role not in _NO_QUANTITIES
            and not _is(column.name, "ids")
        ]  # fmt: skip
        found = []
        for column in shown:
            meant = spelled.get(column.name, "") or self._alone(table, shown)
            found.append(self.measure(column.name, column.values, column.role, meant))
        return sorted((one for one in found if one.present), key=_order)

    def _alone(self, table: Table, columns: Sequence[Column]) -> str:
        """Return what the only column of figures is called by what is around it."""
        if len(columns) != 1 or not _NAMELESS.fullmatch(columns[0].name):
            return ""
        around = leaf_of(table.path)
        return around if self.lead(around) < NOT_LEADING else self.meant([columns[0].name])

    def leading(self, measures: Sequence[Measure], fewest: int = 2) -> list[Measure]:
        """Return the quantities that lead, the first few where the hint names none of them."""
        led = [one for one in measures if one.lead < NOT_LEADING]
        whole = {one.name for one in led}
        led = [one for one in led if "." not in one.name or leaf_of(one.name) not in whole]
        return led[:LEADS] or list(measures[:fewest])

    def measure(
        self, name: str, values: Sequence[object], role: Role = "", meant: str = ""
    ) -> Measure:
        """Return one quantity; `meant` is the name of what it is, where its own says nothing."""
        full, figures = meant or name, [number(value) for value in values]
        unit = self.unit(full, role, figures)
        scale = self.scale if unit.kind in ("iv", "iv_points") else None
        shown = meant if name and meant and _NAMELESS.fullmatch(name) else name
        adds, flows = self._adds(full, unit), self._flows(full, unit)
        return Measure(shown, figures, unit, scale, self.lead(full), adds, flows)

    def lead(self, name: str) -> int:
        """Return the place of a wire name among the patterns that lead.

        A running total is meant only by a pattern that says so.
        """
        for place, pattern in enumerate(self.hint.lead):
            fits = matches(name, [pattern]) or matches(name.replace(".", "_"), [pattern])
            runs = _is(name, "running") and not any(x in pattern for x in _HELD["running"])
            if fits and not runs:
                return place
        return NOT_LEADING

    def meant(self, names: Sequence[str]) -> str:
        """Return what an endpoint calls its one quantity where the only name says nothing."""
        known = len(names) != 1 or self.lead(names[0]) < NOT_LEADING or not self.hint.lead
        return "" if known else self.hint.lead[0].replace("*", "")

    def asked(self, kind: str) -> bool:
        """Tell whether the hint asks for a kind of pick."""
        return kind in self.hint.picks

    @cached_property
    def scale(self) -> IvScale | None:
        """The scale of the payload's volatilities, by all their levels."""
        held = (values for name, values in self._named() if self._kind(name) == "iv")
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
        if isinstance(value, datetime) and all(map(_is_midnight, sampled(column.values))):
            return Place("time", value.date().isoformat())
        days = derive(days_left, value, self.instant) if column.role == "expiry" else None
        return Place(column.role, value, days=days)

    def places(self, axes: Sequence[Column], at: int) -> list[Place]:
        """Return where a row stands on several axes."""
        return [self.place(axis, at) for axis in axes]

    def axis(self, column: Column | None) -> Column | None:
        """Return an axis, bare numbers as days or prices where a hint says that they are."""
        roles: dict[Kind, Role] = {"days": "days", "price": "price", "usd": "price"}
        if column is None or column.role not in ("key", "position"):
            return column
        return replace(column, role=roles.get(self._kind(column.name), column.role))

    def near(
        self, places: Sequence[object], step: float, among: Iterable[int], slack: float = 0.0
    ) -> int | None:
        """Return which of some rows is listed nearest to `step` percent from spot.

        None where it is further off than half the step, or `slack` percent.
        """
        spot, prices = self.spot, {at: number(places[at]) for at in among}
        off = {at: abs((x / spot - 1) * 100 - step) for at, x in prices.items() if x and spot}
        found = min(off, key=lambda at: off[at], default=None)
        return found if found is not None and off[found] <= max(abs(step) / 2, slack) else None

    def _kind(self, name: str) -> Kind:
        return unit_of(name, self.hint.units).kind

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
        if full or not amount or said == AS_SERVED or said.kind not in _AMOUNTS:
            return unit
        scaled = unit.kind == "exposure" and said.kind == "usd"
        return replace(unit, factor=said.factor) if scaled else said

    def _adds(self, name: str, unit: Unit) -> bool:
        amount = unit.kind in ("exposure", "usd", "coin", "count")
        named = unit.kind not in _NO_AMOUNTS and _is(name, "amounts", "flows", "stocks")
        added = amount or named or matches(name, self.hint.adds)
        return added and not _is(name, "running", "parts")

    def _flows(self, name: str, unit: Unit) -> bool:
        flows = unit.kind not in _NO_AMOUNTS and not _is(name, "running", "parts", "stocks")
        return flows and (_is(name, "flows") or matches(name, self.hint.adds))

    def _named(self) -> Iterator[tuple[str, Iterable[object]]]:
        """Yield every quantity of the payload with its name, as far as it has one."""
        for table in self.forms.tables:
            figures = [one for one in table.columns if one.numeric]
            alone = self._alone(table, figures)
            yield from ((alone or one.name, one.values) for one in figures)
        fields = (field for record in self.forms.records for field in record.fields.items())
        yield from ((name, [value]) for name, value in fields)
        for grid in self.forms.grids:
            meant = self.meant(list(grid.layers))
            yield from ((meant or name, chain(*cells)) for name, cells in grid.layers.items())


def _order(measure: Measure) -> tuple[int, bool, bool, int]:
    values = {value for value in measure.values if value is not None}
    market = 0 if measure.lead < NOT_LEADING else _MARKET.index(measure.unit.kind)
    end = "".join(words_of(measure.name)[-1:]) in _ENDS
    return measure.lead, end, len(values) < 2 < len(measure.values), market


def _is(name: str, *kinds: str) -> bool:
    """Tell whether a name holds a word of one of the kinds."""
    return not frozenset(words_of(name)).isdisjoint(chain(*(_HELD[kind] for kind in kinds)))


def is_running(name: str) -> bool:
    """Tell whether a name is that of a running total."""
    return _is(name, "running")


def _is_midnight(value: object) -> bool:
    return not isinstance(value, datetime) or value.time() == time(0)
