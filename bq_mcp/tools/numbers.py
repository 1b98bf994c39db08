"""Numbers as they are written: `70,000`, `$70k`, `70_000`, `1e3`, `7d`, `90%`.

A sign or a suffix is read only where the parameter's own unit leaves it one meaning.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from .durations import DAY_S, HOUR_S, MINUTE_S, MONTH_S, unit_seconds
from .plain import plain

Unit = Literal["minutes", "hours", "days", "percent", "ratio", "money", ""]

_BY_NAME: tuple[tuple[Unit, str], ...] = (
    ("percent", "pct percent"),
    ("minutes", "minutes"),
    ("hours", "hours"),
    ("days", "days dte"),
    ("ratio", "moneyness delta ratio"),
    ("money", "strike premium price usd"),
)
_BY_WORDS: tuple[tuple[Unit, str], ...] = (
    ("percent", r"percent\b|%"),
    ("hours", r"hours\b"),
    ("days", r"days\b"),
    ("ratio", r"\b(ratio|share|probability|fraction)\b"),
    ("money", r"\b(usd|price)\b"),
)
_TIMES: Mapping[Unit, float] = {"minutes": MINUTE_S, "hours": HOUR_S, "days": DAY_S}
_THOUSANDS = r"\d{1,3}(?:(?P<mark>[,_' ])\d{3})(?:(?P=mark)\d{3}){0,3}"
_NUMBER = re.compile(
    rf"(?P<sign>[+-]?)(?P<money>us\$|usd ?|\$ ?)?"
    rf"(?P<digits>(?:{_THOUSANDS}|\d{{1,15}})(?:\.\d{{0,15}})?|\.\d{{1,15}})"
    rf"(?P<power>e[+-]?\d{{1,2}})? ?(?P<suffix>[a-z%$ ]*)",
    re.IGNORECASE,
)
_LARGE = {
    "k": 3, "thousand": 3, "m": 6, "mm": 6, "mn": 6, "mio": 6, "million": 6,
    "b": 9, "bn": 9, "billion": 9,
}  # fmt: skip
# Seventy, or seventy thousand as half of Europe writes it; in money no other has three decimals.
_EITHER = re.compile(r"\D*[1-9]\d{0,2}\.000\D*")
_EITHER_MONEY = re.compile(r"[$a-z ]*[1-9]\d{0,2}\.\d{3}[$ ]*(usdt?|dollars)?", re.IGNORECASE)
_MONEY_WORDS = ("$", "usd", "usdt", "dollars")


def unit_of(name: str, words: str) -> Unit:
    """Return the unit of a number, by the parameter's name, else by what is said of it."""
    parts = set(name.lower().split("_"))
    for unit, names in _BY_NAME:
        if parts & set(names.split()):
            return unit
    found = (unit for unit, spoken in _BY_WORDS if re.search(spoken, words, re.IGNORECASE))
    return next(found, "")


def read_number(text: str, unit: Unit, *, whole: bool) -> int | float | None:
    """Return the number that `text` writes in `unit`, None where it may be none or another.

    `whole`: the number counts something, so it is no amount of money.
    """
    text = plain(text)
    match = _NUMBER.fullmatch(text)
    either = _EITHER_MONEY if unit == "money" and not whole else _EITHER
    if match is None or _EITHER.fullmatch(text) or either.fullmatch(text):
        return None
    factor = _factor(match["suffix"].strip(), unit, whole=whole)
    if factor is None or (match["money"] and (unit != "money" or whole)):
        return None
    digits = re.sub(r"[,_' ]", "", match["digits"])
    number = Decimal(f"{match['sign']}{digits}{match['power'] or ''}") * factor
    return int(number) if number == number.to_integral_value() else float(number)


def _factor(suffix: str, unit: Unit, *, whole: bool) -> Decimal | None:
    if not suffix:
        return Decimal(1)
    if unit in _TIMES:
        seconds = unit_seconds(suffix)
        is_fixed = seconds is not None and seconds != MONTH_S
        return Decimal(seconds) / Decimal(_TIMES[unit]) if seconds and is_fixed else None
    if unit in ("percent", "ratio"):
        is_percent = suffix.lower() in ("%", "pct", "percent")
        return (Decimal(1) if unit == "percent" else Decimal("0.01")) if is_percent else None
    word = suffix.lower()
    if unit == "money" and not whole:
        ending = next((money for money in _MONEY_WORDS if word.endswith(money)), "")
        word = word.removesuffix(ending).strip()
    return Decimal(10) ** _LARGE.get(word, 0) if word in _LARGE or not word else None
