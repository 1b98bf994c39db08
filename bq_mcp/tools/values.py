"""Rewrite one argument to a value its parameter accepts, or leave it as it was given.

A value is only ever rewritten to one *this* parameter accepts; what fits nothing is returned
unchanged, so that the schema check can refuse it by name.
"""

import json
import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from ..catalog import Param

_ABSENT_WORDS = frozenset({"", "null"})
_COINS = {
    "BITCOIN": "BTC",
    "XBT": "BTC",
    "ETHER": "ETH",
    "ETHEREUM": "ETH",
    "SOLANA": "SOL",
    "HYPERLIQUID": "HYPE",
}
_QUOTES = ("USDT", "USD")
_TRUE = frozenset({"true", "yes", "1", "on"})
_FALSE = frozenset({"false", "no", "0", "off"})
_INTEGER = re.compile(r"[+-]?\d{1,15}(\.0+)?")
_NUMBER = re.compile(r"[+-]?(\d{1,15}(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_TOKEN = re.compile(r"(\d{1,2})[-\s]?([A-Z]{3})[A-Z]*[-\s]?(?:20)?(\d{2})")
_DATE = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?:T.*)?")


def is_absent(value: object) -> bool:
    """Tell whether clients mean "not given" by `value`: null, "", "null", [] or ["null"]."""
    if value is None:
        return True
    if isinstance(value, str):
        return value.strip().lower() in _ABSENT_WORDS
    return isinstance(value, list) and all(is_absent(item) for item in value)


def coerce(value: object, param: Param, allowed: Sequence[Any], expiry: str) -> object:
    """Return `value` as a single value of `param`, `allowed` being its closed set if it has one."""
    if isinstance(value, str):
        value = value.strip()
    if allowed:
        return _member(value, allowed)
    if param.type == "integer":
        return _integer(value)
    if param.type == "number":
        return _number(value)
    if param.type == "boolean":
        return _boolean(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = _plain_number(value)
    return _expiry(value, expiry) if expiry and isinstance(value, str) else value


def split(value: object) -> object:
    """Return the members of a list argument: a list, JSON text of one, CSV text, or one scalar."""
    if isinstance(value, str):
        text = value.strip()
        if text.startswith("["):
            try:
                value = json.loads(text)
            except ValueError:
                value = text.strip("[]")
        if isinstance(value, str):
            value = [part.strip().strip("\"'") for part in value.split(",")]
    elif isinstance(value, int | float) and not isinstance(value, bool):
        value = [value]
    if isinstance(value, list):
        return [item for listed in value for item in _parts(listed) if not is_absent(item)]
    return value


def _parts(item: object) -> list[Any]:
    return [part.strip() for part in item.split(",")] if isinstance(item, str) else [item]


def _member(value: object, allowed: Sequence[Any]) -> object:
    """Return the member of `allowed` that `value` spells, else `value` itself."""
    if value in allowed and not isinstance(value, bool):
        return next(item for item in allowed if item == value)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return value
    text = _plain_number(value) if isinstance(value, int | float) else value
    by_case = {str(item).lower(): item for item in reversed(allowed)}
    if text.lower() in by_case:
        return by_case[text.lower()]
    return next((item for item in _symbol_spellings(text) if item in allowed), value)


def _symbol_spellings(text: str) -> list[str]:
    """Return how a market could be meant: `btc`, `BTC-USD`, `Bitcoin` → `BTC`, `BTCUSDT`."""
    plain = re.sub(r"[\s/_:\-]", "", text.upper())
    plain = plain.removesuffix("PERPETUAL").removesuffix("PERP")
    base = next((plain.removesuffix(quote) for quote in _QUOTES if plain.endswith(quote)), plain)
    coin = _COINS.get(base, base)
    return [coin, f"{coin}USDT"] if coin else []


def _integer(value: object) -> object:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    if isinstance(value, str) and _INTEGER.fullmatch(value):
        return int(value.split(".")[0])
    return value


def _number(value: object) -> object:
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        number = float(value)
        return int(number) if number.is_integer() else number
    return value


def _boolean(value: object) -> object:
    text = str(value).lower()
    if isinstance(value, str | int) and text in _TRUE | _FALSE:
        return text in _TRUE
    return value


def _plain_number(value: int | float) -> str:
    return str(int(value)) if value == value // 1 and abs(value) < 1e15 else str(value)


def _expiry(text: str, form: str) -> str:
    """Return an expiry as the parameter takes it; a spelling nobody knows goes as given."""
    day = _read_day(text)
    if day is None:
        return text.lower() if text.lower() in ("all", "0dte") else text
    if form == "iso" or (form == "token_or_iso" and _DATE.fullmatch(text)):
        return day.isoformat()
    return f"{day.day:02d}{_MONTHS[day.month - 1]}{day.year % 100:02d}"


def _read_day(text: str) -> date | None:
    try:
        if match := _DATE.fullmatch(text):
            return date(int(match[1]), int(match[2]), int(match[3]))
        if (match := _TOKEN.fullmatch(text.upper())) and match[2] in _MONTHS:
            return date(2000 + int(match[3]), _MONTHS.index(match[2]) + 1, int(match[1]))
    except ValueError:
        return None
    return None


def has_format(value: object, name: str) -> bool:
    """Tell whether text fits a `format` keyword; only dates and instants are checked."""
    reader = {"date": date.fromisoformat, "date-time": datetime.fromisoformat}.get(name)
    if reader is None or not isinstance(value, str):
        return True
    try:
        reader(value)
    except ValueError:
        return False
    return True
