"""What the service covers: symbols with their live data, and the expiries of one of them."""

import re
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any

from ..read.values import Derived, Row, derive, expiry_day, figure, text
from ..records import by_expiry
from ..scene import Scene
from .parts import parts_of

_FIELDS = ("categories_live", "spot_price", "active_expiries")
_KNOWN = ("categories_live", "spot_price", "symbol", "spot")
_SYMBOL = re.compile(r"[A-Z]{2,12}USDT?")
# An expiry takes as much room as so many of the shortest rows.
_ROWS_AN_EXPIRY = 5


def symbols(scene: Scene) -> Mapping[str, Any] | None:
    """Return each symbol, found by its fields or its name, with its spot and what is live."""
    parts = [
        (path, fields)
        for path, fields in parts_of(scene.data)
        if _SYMBOL.fullmatch(path[-1]) or not fields.keys().isdisjoint(_FIELDS)
    ]
    rows = [
        {
            "name": text(fields.get("symbol")) or path[-1],
            "spot": figure(fields.get("spot_price", fields.get("spot"))),
            "live": fields.get("categories_live"),
            "rest": {key: fields[key] for key in fields if key not in _KNOWN} or None,
        }
        for path, fields in parts
    ]
    return {"total": derive(len, rows), "rows": rows} if rows else None


def expiries(scene: Scene) -> Mapping[str, Any] | None:
    """Return the listed expiries that have not settled, the nearest first, with days left.

    Days that are not served are counted from the instant of the data to 08:00 UTC.
    """
    rows, settled = by_expiry(_listed(scene), scene.instant)
    if not rows and not settled and not (scene.root and scene.forms.empty):
        return None
    most = max(scene.most_rows // _ROWS_AN_EXPIRY, 2)
    return {
        "total": derive(len, rows),
        "rows": rows[:most],
        "cut": derive(len, rows[most:]) or None,
        "counted": any(isinstance(row["dte"], Derived) for row in rows[:most]),
        "settled": derive(len, settled) or None,
    }


def _listed(scene: Scene) -> Iterator[Row]:
    """Yield the expiries of the first table or list of such, each with its days if served."""
    for table in scene.forms.tables:
        columns = [*table.key, *table.columns]
        named = [held for held in columns if held.role == "expiry"]
        if named:
            days = next((held.values for held in columns if held.role == "days"), ())
            for expiry, dte in zip_longest(named[0].values, days):
                yield {"expiry": expiry, "dte": dte}
            return
    lists = (held.values for held in scene.forms.listings if all(map(expiry_day, held.values)))
    yield from ({"expiry": token} for token in next(lists, ()))
