"""What the service covers: symbols with their live data, and the expiries of one of them."""

import re
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any

from ..arithmetic import days_left
from ..read.forms import Column
from ..read.values import Derived, derive, expiry_day, figure, is_expiry_token, mapping, text
from ..scene import Scene
from .parts import Part, parts_with
from .rows import Row, by_expiry, counted

_FIELDS = ("categories_live", "spot_price", "active_expiries")
_KNOWN = (*_FIELDS, "symbol", "spot", "freshness_seconds")
_SYMBOL = re.compile(r"[A-Z]{2,12}USDT?")
# An expiry takes as much room as so many of the shortest rows.
_ROWS_AN_EXPIRY = 5
# Two clocks may count days of one expiry this far apart.
_DAYS_APART = 2
_ON_OFF = {"True": "on", "False": "off"}


def symbols(scene: Scene) -> Mapping[str, Any] | None:
    """Return each symbol, found by its fields or its name, with its spot and what is live."""
    live = mapping(scene.root.get("categories_live")).items()
    parts = [Part((name,), {"categories_live": held}) for name, held in live] or [
        part
        for part in parts_with(scene.data)
        if _SYMBOL.fullmatch(part.path[-1]) or not part.fields.keys().isdisjoint(_FIELDS)
    ]
    if not parts:
        return None
    rows, paths = [_symbol(part) for part in parts], scene.root.get("endpoints")
    routes = derive(len, paths) if isinstance(paths, list) else None
    return {"total": counted(rows, "name"), "rows": rows, "routes": routes, "paths": paths}


def _symbol(part: Part) -> Row:
    fields, live = part.fields, part.fields.get("categories_live")
    spot, listed = fields.get("spot_price", fields.get("spot")), fields.get("active_expiries")
    flags = {name: _ON_OFF.get(str(held), held) for name, held in mapping(live).items()}
    return {
        "name": text(fields.get("symbol")) or part.path[-1],
        "spot": figure(spot),
        "no_spot": "spot n/a · " if "spot_price" in fields and figure(spot) is None else "",
        "live": flags or live or None,
        "idle": "nothing live" if live == [] else "" if live else "live categories n/a",
        "ages": mapping(fields.get("freshness_seconds")).items(),
        "expiries": derive(len, listed) if isinstance(listed, list) else figure(listed),
        "rest": {key: fields[key] for key in fields if key not in _KNOWN} or None,
    }


def expiries(scene: Scene) -> Mapping[str, Any] | None:
    """Return the listed expiries that have not settled, the nearest first, with days left.

    Days that are not served are counted from the instant of the data to 08:00 UTC.
    """
    rows, settled = by_expiry(_listed(scene), scene.instant)
    if not rows and not settled and not (scene.root and scene.forms.empty):
        return None
    most = max(scene.most_rows // _ROWS_AN_EXPIRY, 2)
    shown, cut = rows[:most], rows[most:]
    return {
        "total": counted(rows, "expiry"),
        "rows": shown,
        "cut": counted(cut[:-1], "expiry") or None,
        "last": cut[-1] if cut else None,
        "counted": any(isinstance(row["dte"], Derived) for row in shown),
        "settled": counted(settled, "expiry") or None,
        "dates": [row["date"] for row in shown if row.get("date")] or None,
    }


def _listed(scene: Scene) -> Iterator[Row]:
    """Yield the expiries of the first table or list of such, each with its days and date."""
    for table in scene.forms.tables:
        columns = [*table.key, *table.columns]
        named = [held for held in columns if held.role == "expiry"]
        # Tokens go before dates.
        named.sort(key=lambda held: any(map(is_expiry_token, held.values)), reverse=True)
        if named:
            days = next((held.values for held in columns if _is_days(held, named[0], scene)), ())
            dates = named[1].values if len(named) > 1 else ()
            for expiry, dte, date in zip_longest(named[0].values, days, dates):
                yield {"expiry": expiry, "dte": dte, "date": date}
            return
    lists = (held.values for held in scene.forms.listings if all(map(expiry_day, held.values)))
    yield from ({"expiry": token, "date": None} for token in next(lists, ()))


def _is_days(column: Column, expiries_: Column, scene: Scene) -> bool:
    """Tell whether a column counts days to expiry: by its role, or since it does within two."""
    if column.role or not column.numeric:
        return column.role == "days"
    left = (days_left(token, scene.instant) for token in expiries_.values)
    pairs = zip(left, map(figure, column.values), strict=True)
    off = [abs(days - told) for days, told in pairs if days is not None and told is not None]
    return bool(off) and max(off) <= _DAYS_APART
