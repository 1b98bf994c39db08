"""The second plausible shape of an answer whose shape the service does not publish.

One generic step makes it: rows become parallel arrays, parallel arrays become rows, nested rows and
tables become maps by key, ISO times become milliseconds and back, percent become decimals.
"""

import re
from datetime import UTC, datetime
from typing import Any

from bq_mcp.sandbox.instants import iso, parse_instant

_ISO = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")
_VOLATILITIES = {"rv", "vrp", "z_grid", "iv_dispersion"}
_SINGULAR = {"expiries": "expiry", "indices": "index"}


def reshaped(data: dict[str, Any]) -> dict[str, Any]:
    """Return the same figures, times and names in the other shape."""
    turned = _turned(data, "")
    other: dict[str, Any] = _laid_out(turned)
    return other


def _turned(value: Any, name: str) -> Any:
    """Write times and volatilities the other way; `name` is the key a figure stands under."""
    if isinstance(value, dict):
        percent = {"spread"} if "rv" in value else set[str]()
        return {
            key: _decimal(item) if _is_volatility(key) or key in percent else _turned(item, key)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_turned(item, name) for item in value]
    if isinstance(value, str) and _ISO.fullmatch(value):
        return round(parse_instant(value).timestamp() * 1_000)
    if isinstance(value, int) and name in ("timestamp", "timestamps", "ts_ms"):
        return iso(datetime.fromtimestamp(value / 1_000, UTC))
    return value


def _is_volatility(name: str) -> bool:
    return name in _VOLATILITIES or name == "iv" or name.endswith("_iv")


def _decimal(value: Any) -> Any:
    if isinstance(value, list):
        return [_decimal(item) for item in value]
    return value if value is None else round(value / 100, 6)


def _laid_out(value: Any) -> Any:
    if isinstance(value, list):
        return _unrowed(value) if _is_rows(value) else value
    if not isinstance(value, dict):
        return value
    value = _untabled(value)
    sizes = [len(item) for item in value.values() if _is_column(item)]
    most = max(sizes, key=sizes.count, default=0)
    if sizes.count(most) < 2:
        return {name: _laid_out(item) for name, item in value.items()}
    columns = {n: each for n, each in value.items() if isinstance(each, list) and len(each) == most}
    rest = {name: _laid_out(item) for name, item in value.items() if name not in columns}
    names = [_SINGULAR.get(name, name.removesuffix("s")) for name in columns]
    cells = zip(*columns.values(), strict=True)
    return {**rest, "rows": [dict(zip(names, row, strict=True)) for row in cells]}


def _is_column(value: Any) -> bool:
    return isinstance(value, list) and len(value) > 1 and not isinstance(value[0], dict | list)


def _is_rows(value: list[Any]) -> bool:
    return len(value) > 1 and all(
        isinstance(row, dict) and row.keys() == value[0].keys() for row in value
    )


def _unrowed(rows: list[dict[str, Any]]) -> Any:
    """Return parallel arrays; rows that hold arrays become a map by a first key of their own."""
    first, *others = rows[0]
    nested = any(isinstance(item, dict) or _is_column(item) for item in rows[0].values())
    if nested and len({row[first] for row in rows}) == len(rows):
        return {str(row[first]): _laid_out({name: row[name] for name in others}) for row in rows}
    return {name: [row[name] for row in rows] for name in rows[0]}


def _untabled(value: dict[str, Any]) -> dict[str, Any]:
    """Write tables as maps of maps by the axes beside them; axes nothing else needs are dropped."""
    tables = {
        n: t for n, t in value.items() if isinstance(t, list) and t and isinstance(t[0], list)
    }
    axes = {name: item for name, item in value.items() if _is_column(item)}
    made, used = dict[str, Any](), set[str]()
    for name, table in tables.items():
        down = next((n for n, axis in axes.items() if len(axis) == len(table)), None)
        across = next(
            (n for n, axis in axes.items() if n != down and len(axis) == len(table[0])), None
        )
        if down is None or across is None:
            continue
        made[name] = {
            _key(place): {_key(at): cell for at, cell in zip(axes[across], row, strict=True)}
            for place, row in zip(axes[down], table, strict=True)
        }
        used |= {down, across}
    needed = [len(axis) for axis in axes.values()]
    dropped = {name for name in used if needed.count(len(axes[name])) < 2}
    return {name: made.get(name, item) for name, item in value.items() if name not in dropped}


def _key(place: Any) -> str:
    return f"{place:.10g}" if isinstance(place, float) else str(place)
