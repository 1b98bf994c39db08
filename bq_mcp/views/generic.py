"""Make a view of any payload: the figures that carry the answer, and the rows that matter most."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from .caveats import is_note
from .cells import Printer, printer_of
from .columns import Role, Unit, adds_up, leaf_of, role_of, words_of
from .derived import total
from .filters import MISSING, clock, label, price, quoted, word
from .grids import Cell, Grid, GridAxis
from .select import by_expiry, nearest, ordered, recent, spread, thin, top, united
from .shape import Listing, Row, Shape, Table
from .subject import Subject
from .values import moment, number, text

_FLIP = (frozenset({"hvl"}), frozenset({"gamma", "flip"}), frozenset({"zero", "gamma"}))
_MAIN_UNITS: tuple[Unit, ...] = ("exposure", "usd", "iv", "pct", "ratio", "as_served", "count")
_MARKET_UNITS: tuple[Unit, ...] = (
    "exposure",
    "usd",
    "price",
    "iv",
    "iv_difference",
    "pct",
    "ratio",
)
_FEWEST_FIGURES = 4
_PLACES: tuple[Role, ...] = ("time", "strike", "price", "expiry", "dte", "rank", "symbol", "venue")
_IN_HEADER = frozenset({"symbol", "coin", "spot_price", "spot", "positioning", "computed_at"})
_PROSE_FROM = 40
_SUMMED_OVER: tuple[Role, ...] = ("strike", "expiry", "venue", "symbol")
_GROUNDS = frozenset({"spot", "spot_price", "underlying_price", "positioning", "computed_at"})
_NOT_FIRST = (("2",), ("3",))
_IDENTITY = frozenset({"type", "side", "direction", "fund", "name", "ticker"})
_LARGEST_CELLS = 3
_SAMPLE_ROWS = 24
_CELLS_NEAR_SPOT = 6


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a payload fits an answer: figures, columns of a table, names of a list."""

    figures: int
    columns: int
    listed: int


@dataclass(frozen=True, slots=True)
class Flip:
    """A gamma flip among the figures and the net gamma of the same record, if it is there."""

    name: str
    level: float
    net: float | None


@dataclass(frozen=True, slots=True)
class Group:
    """The figures of one record, printed, and the names of those that are missing.

    `exposures` tells whether there are any among them, whose unit is then said once.
    """

    name: str
    figures: Sequence[str]
    absent: Sequence[str]
    flips: Sequence[Flip]
    exposures: bool


@dataclass(frozen=True, slots=True)
class Block:
    """A table, printed: headings, chosen rows, sums over all rows, and what was left out."""

    name: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    sums: Sequence[str]
    total: int
    dropped: Sequence[str]
    absent: Sequence[str]
    exposures: bool


@dataclass(frozen=True, slots=True)
class GridBlock:
    """A grid, printed: its axes, its outstanding cells and how many hold nothing.

    `near_spot` are cells beside spot along the other axis, where one axis is a price.
    """

    name: str
    size: tuple[int, int]
    axes: Sequence[str]
    oriented: bool
    highest: str
    lowest: str
    largest: Sequence[str]
    near_spot: Sequence[str]
    missing: int


@dataclass(frozen=True, slots=True)
class ListBlock:
    """A plain list, printed."""

    name: str
    total: int
    shown: str


@dataclass(frozen=True, slots=True)
class Generic:
    """Everything the generic view prints, in its order."""

    groups: Sequence[Group]
    figures_left: int
    tables: Sequence[Block]
    grids: Sequence[GridBlock]
    lists: Sequence[ListBlock]
    empty: Sequence[str]
    more: int

    @property
    def bare(self) -> bool:
        """Whether there is nothing to print beside the first line and the caveats."""
        return not (self.groups or self.tables or self.grids or self.lists or self.empty)


def generic_of(
    shape: Shape, subject: Subject, hinted: Mapping[str, str], rows: int, limits: Limits
) -> Generic:
    """Return the view of a payload with at most `rows` rows of each table."""
    printer = printer_of(shape, subject.spot, hinted)
    figures = _figures(shape, subject, printer)
    shown = figures[: min(limits.figures, _FEWEST_FIGURES + 2 * rows)]
    return Generic(
        groups=[_group(path, items, printer) for path, items in _grouped(shown).items()],
        figures_left=len(figures) - len(shown),
        tables=[
            _block(table, printer, _share(rows, place), limits)
            for place, table in enumerate(shape.tables)
        ],
        grids=[_grid(grid, printer, rows) for grid in shape.grids],
        lists=[_list(listing, printer, limits) for listing in shape.listings],
        empty=shape.empty,
        more=shape.more,
    )


def chosen_rows(table: Table, main: str, spot: float | None, limit: int) -> list[Row]:
    """Return the rows that decide something: by time, near spot, nearest expiry, or largest."""
    role = table.roles.get(table.axis, "")
    if limit <= 0 or not table.rows:
        return []
    half = (limit + 1) // 2
    dated = table.with_role("time")
    if not main and dated and role in ("time", ""):
        return recent(table, dated)[:limit]
    if role == "time":
        return ordered(thin(ordered(table, table.axis), limit, main), table.axis)
    if role in ("strike", "price") and spot is not None:
        picked = united(nearest(table, table.axis, spot, half), top(table, main, limit))
        return ordered(picked[:limit], table.axis)
    if role == "expiry":
        picked = united(by_expiry(table, table.axis, half), top(table, main, limit))
        return by_expiry(picked[:limit], table.axis) or list(table.rows[:limit])
    return united(table.rows[:half], top(table, main, limit), table.rows)[:limit]


def main_column(table: Table, printer: Printer) -> str:
    """Return the column whose size says most, "" where the table has no figures."""
    ranked: dict[Unit, str] = {}
    for name in table.columns:
        if table.roles.get(name, "") in _PLACES:
            continue
        if _holds_figures(table, name):
            ranked.setdefault(printer.unit(name, ""), name)
    return next((ranked[unit] for unit in _MAIN_UNITS if unit in ranked), "")


def _figures(shape: Shape, subject: Subject, printer: Printer) -> list[tuple[str, object]]:
    """Return the single values to print: market figures, other figures, names, prose."""
    found = [
        (path, value)
        for path, value in shape.scalars.items()
        if not (path in _IN_HEADER and _is_said(path, value, subject))
        and not (is_note(path) and text(value))
    ]
    return sorted(found, key=lambda item: _weight(item[0], item[1], printer))


def _is_said(path: str, value: object, subject: Subject) -> bool:
    if path in ("symbol", "coin"):
        return value == subject.symbol
    if path in ("spot", "spot_price"):
        return subject.spot is not None and value == subject.spot
    if path == "positioning":
        return subject.positioning is not None and value == subject.positioning.effective
    return moment(value) == subject.instant


def _weight(path: str, value: object, printer: Printer) -> int:
    if number(value) is not None:
        return 0 if printer.unit(path, role_of(path, [value])) in _MARKET_UNITS else 1
    return 3 if isinstance(value, str) and len(value) > _PROSE_FROM else 2


def _grouped(figures: Sequence[tuple[str, object]]) -> Mapping[str, list[tuple[str, object]]]:
    groups: dict[str, list[tuple[str, object]]] = {}
    for path, value in figures:
        groups.setdefault(path.rpartition(".")[0], []).append((path, value))
    return groups


def _group(record: str, items: Sequence[tuple[str, object]], printer: Printer) -> Group:
    there = [(path, value) for path, value in items if value is not None]
    return Group(
        name=label(record) if record else "",
        figures=[_scalar(printer, path, value) for path, value in there],
        absent=[label(leaf_of(path)) for path, value in items if value is None],
        flips=list(_flips(there, printer)),
        exposures=any(printer.unit(path, "") == "exposure" for path, _ in there),
    )


def _scalar(printer: Printer, path: str, value: object) -> str:
    if isinstance(value, str) and len(value) > _PROSE_FROM and moment(value) is None:
        return f"{label(leaf_of(path))} {quoted(value)}"
    return printer.figure(path, role_of(path, [value]), value)


def _flips(items: Sequence[tuple[str, object]], printer: Printer) -> Iterator[Flip]:
    nets = [value for name, value in items if _is_net_gex(name) and number(value) is not None]
    for path, value in items:
        flip = any(words <= frozenset(words_of(path)) for words in _FLIP)
        if flip and printer.is_level("price", value):
            yield Flip(
                label(leaf_of(path)), float(number(value) or 0), number(nets[0]) if nets else None
            )


def _is_net_gex(name: str) -> bool:
    words = words_of(name)
    return words in (("net", "gex"), ("total", "gex"), ("net", "gamma"), ("total", "net", "gex"))


def _block(table: Table, printer: Printer, limit: int, limits: Limits) -> Block:
    main = main_column(table, printer)
    named = [name for name in table.columns if any(row.get(name) is not None for row in table.rows)]
    columns = _columns(table, named, main, limits.columns)
    rows = chosen_rows(table, main, printer.spot, limit)
    return Block(
        name=label(table.path) if table.path else "",
        headings=[printer.heading(name, table.roles.get(name, "")) for name in columns],
        rows=[
            [printer.cell(name, table.roles.get(name, ""), row.get(name)) for name in columns]
            for row in rows
        ],
        sums=_sums(table, columns, printer),
        total=len(table.rows),
        dropped=[label(name) for name in named if name not in columns],
        absent=[label(name) for name in table.columns if name not in named],
        exposures=any(printer.unit(name, "") == "exposure" for name in columns),
    )


def _share(rows: int, place: int) -> int:
    """Return how many rows a table gets: the first one all, the second half, others a quarter."""
    return rows // (1, 2)[place] if place < 2 else rows // 4


def _sums(table: Table, columns: Sequence[str], printer: Printer) -> list[str]:
    """Return the sums over all rows of the columns whose figures add."""
    if table.roles.get(table.axis) not in _SUMMED_OVER or table.with_role("rank"):
        return []
    added = [name for name in columns if adds_up(name, printer.unit(name, ""))]
    sums = ((name, total(table.column(name))) for name in added if len(table.rows) > 1)
    return [
        f"{label(name)} {printer.cell(name, '', value)}"
        for name, value in sums
        if value is not None
    ]


def _columns(table: Table, named: Sequence[str], main: str, limit: int) -> list[str]:
    """Return the columns to print in served order, the axis first.

    What tells rows apart stays first, then the main figure, then what the figures of a row rest
    on (spot, model, time), then other figures, the second and third of a kind last.
    """
    figures = [name for name in named if _holds_figures(table, name)]
    days = [name for name in figures if table.roles.get(name) == "dte"]
    secondary = [name for name in figures if words_of(name)[-1:] in _NOT_FIRST]
    ranked = dict.fromkeys(
        [
            *(name for name in (table.axis,) if name in named),
            *(name for name in named if _tells_apart(table, name)),
            *(name for name in (main,) if name),
            *(name for name in named if name.rpartition(".")[2] in _GROUNDS),
            *(name for name in figures if name not in days and name not in secondary),
            *days,
            *secondary,
            *named,
        ]
    )
    kept = list(ranked)[:limit]
    return [name for name in kept if name == table.axis] + [
        name for name in named if name in kept and name != table.axis
    ]


def _tells_apart(table: Table, name: str) -> bool:
    if table.roles.get(name) in ("expiry", "symbol", "venue"):
        return "." not in name and "date" not in words_of(name)
    return bool(_IDENTITY & frozenset(words_of(name))) and not _holds_figures(table, name)


def _holds_figures(table: Table, name: str) -> bool:
    return any(number(row.get(name)) is not None for row in table.rows[:_SAMPLE_ROWS])


def _grid(grid: Grid, printer: Printer, rows: int) -> GridBlock:
    def cell(found: Cell) -> str:
        figure = printer.cell(grid.path, "", found.value)
        return f"{figure} at {_place(grid.rows, found.row)} × {_place(grid.columns, found.column)}"

    highest, lowest = grid.highest(), grid.lowest()
    ends = {found.value for found in (highest, lowest) if found}
    largest = [found for found in grid.largest(rows) if found.value not in ends]
    return GridBlock(
        name=printer.heading(grid.path, ""),
        size=grid.size,
        axes=[label(axis.name) if axis else "index" for axis in (grid.rows, grid.columns)],
        oriented=grid.oriented,
        highest=cell(highest) if highest else MISSING,
        lowest=cell(lowest) if lowest else MISSING,
        largest=[cell(found) for found in largest[:_LARGEST_CELLS]],
        near_spot=[cell(found) for found in _near_spot(grid, printer.spot, rows)],
        missing=grid.missing,
    )


def _near_spot(grid: Grid, spot: float | None, limit: int) -> list[Cell]:
    """Return cells at the place nearest spot, spread over the other axis."""
    if spot is None or not grid.oriented:
        return []
    if grid.columns and grid.columns.role in ("strike", "price"):
        found = grid.along_column(grid.columns.nearest(spot))
    elif grid.rows and grid.rows.role in ("strike", "price"):
        found = grid.along_row(grid.rows.nearest(spot))
    else:
        return []
    return [found[place] for place in spread(len(found), min(limit, _CELLS_NEAR_SPOT))]


def _place(axis: GridAxis | None, value: object) -> str:
    if axis is None:
        return f"[{value}]"
    if axis.role == "time":
        return clock(value)
    return price(value) if number(value) is not None else word(value)


def _list(listing: Listing, printer: Printer, limits: Limits) -> ListBlock:
    values = [
        printer.cell(listing.path, "", value) if number(value) is not None else word(value)
        for value in listing.values[: limits.listed]
    ]
    left = len(listing.values) - len(values)
    shown = ", ".join(values) or MISSING
    return ListBlock(
        label(listing.path),
        len(listing.values),
        f"{shown} and {left:,} more" if left > 0 else shown,
    )
