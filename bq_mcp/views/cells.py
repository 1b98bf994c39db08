"""Print a figure of unknown meaning with the unit its name or a hint gives it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .columns import Role, Unit, leaf_of, seconds_in, unit_note, unit_of
from .derived import IvScale, distance_pct, iv_scale
from .filters import (
    clock,
    count,
    duration,
    exposure,
    iv,
    label,
    level,
    names,
    pct,
    plain,
    points,
    ratio,
    signed_pct,
    usd,
    word,
)
from .shape import Shape
from .values import moment, number

_PRICE_RANGE = 20.0


@dataclass(frozen=True, slots=True)
class Printer:
    """Prints the fields of one payload; `hinted` maps a field name to its unit."""

    spot: float | None
    hinted: Mapping[str, str]
    scale: IvScale | None

    def unit(self, name: str, role: Role) -> Unit:
        """Return the unit of a field."""
        return unit_of(name, role, self.hinted)

    def heading(self, name: str, role: Role) -> str:
        """Return the label of a column, with the unit its figures do not show."""
        return label(name) + self._note(name, self.unit(name, role))

    def cell(self, name: str, role: Role, value: object) -> str:
        """Return one value without its label."""
        if isinstance(value, Mapping):
            return f"{len(value)} fields"
        if isinstance(value, list):
            flat = not any(isinstance(item, list | Mapping) for item in value)
            return names(value, 3) if flat else f"{len(value)} items"
        figure = number(value)
        if figure is not None:
            return self._figure(name, self.unit(name, role), figure)
        if isinstance(value, str) and moment(value) is not None:
            return clock(value)
        return word(value)

    def figure(self, name: str, role: Role, value: object) -> str:
        """Return one value with its label, its unit, and for a level its distance from spot.

        `name` is a dotted path; its last part is the label.
        """
        unit = self.unit(name, role)
        distance = distance_pct(value, self.spot) if self.is_level(unit, value) else None
        away = "" if distance is None else f" ({signed_pct(distance)})"
        shown = self.cell(name, role, value)
        return f"{label(leaf_of(name))} {shown}{self._note(name, unit)}{away}"

    def is_level(self, unit: Unit, value: object) -> bool:
        """Tell whether a value is a price one can measure from spot."""
        figure = number(value)
        if unit != "price" or figure is None or not self.spot or figure == self.spot:
            return False
        return self.spot / _PRICE_RANGE < figure < self.spot * _PRICE_RANGE

    def _note(self, name: str, unit: Unit) -> str:
        if unit in ("iv", "iv_difference") and self.scale is None:
            return " (scale not stated)"
        note = unit_note(name, unit, self.hinted)
        return f" ({note})" if note else ""

    def _figure(self, name: str, unit: Unit, figure: float) -> str:
        match unit:
            case "time":
                return clock(figure)
            case "price":
                return level(figure)
            case "usd":
                return usd(figure)
            case "exposure":
                return exposure(figure)
            case "iv":
                return iv(figure, self.scale)
            case "iv_difference":
                return points(figure, self.scale)
            case "pct":
                return pct(figure)
            case "ratio":
                return ratio(figure)
            case "duration":
                return duration(figure * seconds_in(name))
            case "days":
                return f"{plain(figure)}d"
            case "count":
                return count(figure)
            case _:
                return plain(figure)


def printer_of(shape: Shape, spot: float | None, hinted: Mapping[str, str]) -> Printer:
    """Return the printer of a payload; the scale of its volatilities is read from all levels."""
    return Printer(spot, hinted, iv_scale(_iv_levels(shape, hinted)))


def _iv_levels(shape: Shape, hinted: Mapping[str, str]) -> Iterator[object]:
    for path, value in shape.scalars.items():
        if unit_of(path, "", hinted) == "iv":
            yield value
    for table in shape.tables:
        for name in table.columns:
            if unit_of(name, table.roles.get(name, ""), hinted) == "iv":
                yield from table.column(name)
    for grid in shape.grids:
        if unit_of(grid.path, "", hinted) == "iv":
            for row in grid.cells:
                yield from row
