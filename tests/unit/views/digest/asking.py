"""Digests of payloads as the lines a reader gets, decisive first."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from bq_mcp.catalog import bundled_hints
from bq_mcp.catalog.hints import AnswerHint
from bq_mcp.catalog.model import Endpoint
from bq_mcp.views.digest import digest_of
from bq_mcp.views.digest.sheet import Figure, Place, Sheet
from bq_mcp.views.fit.marks import lines_of
from bq_mcp.views.pages import PAGES
from bq_mcp.views.read.normalise import read_forms
from bq_mcp.views.words.environment import build

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
SPOT = 70_000.0
_STRICT = build(strict=True)


def sheet_of(
    data: Any,
    spot: float | None = SPOT,
    query: Mapping[str, str] | None = None,
    make: Callable[[Any], object] = digest_of,
    **hint: Any,
) -> Sheet:
    """Return the digest of a payload, or what a page makes of it; `hint`: fields of its hint."""
    answer = AnswerHint(**hint)
    scene = SimpleNamespace(
        question=SimpleNamespace(hint=SimpleNamespace(answer=answer), endpoint=Endpoint("/any")),
        forms=read_forms(data, spot, NOW),
        spot=spot,
        instant=NOW,
        most_rows=83,
        query=query or {},
        root=data if isinstance(data, dict) else {},
    )
    sheet = make(scene)
    return sheet if isinstance(sheet, Sheet) else Sheet()


def told(data: Any, *, short: bool = False, rows: bool = False, **asked: Any) -> list[str]:
    """Return the lines of a digest in the order of their rank, without the rows of tables."""
    template = _STRICT.get_template("_sheet.md.jinja")
    found = lines_of(template.render(sheet=sheet_of(data, **asked), day=NOW, terse=short))
    kept = [unit for unit in found if rows or not unit.table]
    return [unit.text for unit in sorted(kept, key=lambda unit: unit.rank)]


def hint_of(path: str) -> dict[str, Any]:
    """Return the fields of the hint of an endpoint."""
    hint = bundled_hints()[path].answer
    return {one.name: getattr(hint, one.name) for one in fields(hint)}


def page_told(path: str, data: Any, **asked: Any) -> list[str]:
    """Return the lines of the page of an endpoint in the order of their rank."""
    return told(data, make=PAGES[path], **hint_of(path), **asked)


def line(data: Any, start: str, **asked: Any) -> str:
    """Return the only line that begins so, "" without one."""
    found = [one for one in told(data, **asked) if one.startswith(start)]
    assert len(found) < 2, found
    return found[0] if found else ""


def figures_of(sheet: Sheet) -> Iterator[Figure]:
    """Yield every figure of a sheet, those of its tables too."""
    for pick in sheet.picks:
        for part in pick.parts:
            yield from part.figures
    for table in sheet.tables:
        yield from (cell for _, cells in table.rows for cell in cells if isinstance(cell, Figure))


def places_of(sheet: Sheet) -> Iterator[Place]:
    """Yield every place of a sheet."""
    for pick in sheet.picks:
        for part in pick.parts:
            yield from part.places
            yield from (place for figure in part.figures for place in figure.places)


def hourly(size: int, end: datetime = NOW) -> list[str]:
    """Return so many instants an hour apart up to `end`, as ISO text."""
    return [(end - timedelta(hours=back)).isoformat() for back in reversed(range(size))]
