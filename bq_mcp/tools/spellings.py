"""Rewrite one argument to a value its parameter accepts, or leave it as it was given.

A value is only ever rewritten to one *this* parameter accepts; what fits nothing is returned
unchanged, so that the schema check can refuse it by name.
"""

import json
import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from ..catalog.model import ParamType
from ..expiry import expiry_token, token_day

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
_TOKEN = re.compile(r"(\d{1,2})[-\s]?([A-Z]{3,9})[-\s]?(?:20)?(\d{2})")
# A token has two digits for the year, so only this century can be meant. An instant with another
# offset than UTC may lie on another day, so it is left as it is.
_DATE = re.compile(r"(20\d{2})-?(\d{2})-?(\d{2})(?:[T ][\d:.]*(?:Z|\+00:00)?)?")


def is_absent(value: object) -> bool:
    """Tell whether clients mean "not given" by `value`: null, "", "null", [] or ["null"]."""
    items = value if isinstance(value, list) else [value]
    return all(
        item is None or (isinstance(item, str) and item.strip().lower() in _ABSENT_WORDS)
        for item in items
    )


def coerce(value: object, kind: ParamType, allowed: Sequence[Any], expiry: str) -> object:
    """Return `value` as one value of the type `kind`, `allowed` being the closed set if any.

    `expiry` is the form in which the parameter takes an expiry, "" where it is none.
    """
    if isinstance(value, str):
        value = value.strip()
    if kind == "integer":
        value = _integer(value)
    elif kind == "number":
        value = _number(value)
    elif kind == "boolean":
        value = _boolean(value)
    if allowed:
        return _member(value, allowed)
    if kind != "string":
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = _plain_number(value)
    return _expiry(value, expiry) if expiry and isinstance(value, str) else value


def split(value: object) -> object:
    """Return the members of a list argument: a list, JSON text of one, CSV text, or one scalar.

    What is none of these comes back unchanged; absent members are left out.
    """
    if isinstance(value, str):
        listed = _read_list(value.strip())
    elif isinstance(value, int | float) and not isinstance(value, bool):
        listed = [value]
    else:
        listed = value if isinstance(value, list) else None
    if listed is None:
        return value
    return [part for item in listed for part in _parts(item) if not is_absent(part)]


def wire(value: object) -> str:
    """Return how a checked value is written in a query: `true`, `30`, members joined by commas."""
    if isinstance(value, list):
        return ",".join(map(wire, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _read_list(text: str) -> list[Any] | None:
    """Return the members listed in `text`, None where it nests further."""
    if text.startswith("["):
        try:
            listed = json.loads(text)
        except ValueError:
            text = text.strip("[]")
        except RecursionError:
            return None
        else:
            nests = any(isinstance(item, list | dict) for item in listed)
            return None if nests else list(listed)
    return [part.strip().strip("\"'") for part in text.split(",")]


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
    if not isinstance(value, str | int):
        return value
    text = str(value).lower()
    return text in _TRUE if text in _TRUE | _FALSE else value


def _plain_number(value: int | float) -> str:
    return str(int(value)) if value == value // 1 and abs(value) < 1e15 else str(value)


def _expiry(text: str, form: str) -> str:
    """Return an expiry as the parameter takes it; a spelling nobody knows goes as given."""
    day = _read_day(text)
    if day is None:
        return text.lower() if text.lower() in ("all", "0dte") else text
    if form == "iso" or (form == "token_or_iso" and _DATE.fullmatch(text)):
        return day.isoformat()
    return expiry_token(day)


def _read_day(text: str) -> date | None:
    try:
        if match := _DATE.fullmatch(text):
            return date(int(match[1]), int(match[2]), int(match[3]))
        if match := _TOKEN.fullmatch(text.upper()):
            return token_day(*match.groups())
    except ValueError:
        return None
    return None
