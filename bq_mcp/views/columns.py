"""Tell what a field holds from its name, its values and the hints."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Literal

from .values import expiry_day, is_expiry_token, moment, number

Role = Literal["time", "strike", "price", "expiry", "dte", "symbol", "venue", "rank", ""]
Unit = Literal[
    "time",
    "price",
    "usd",
    "exposure",
    "iv",
    "iv_difference",
    "pct",
    "ratio",
    "duration",
    "days",
    "count",
    "as_served",
]
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_TIME_WORDS = "time times timestamp timestamps datetime ts date dates day at since until axis"
_TIME = frozenset(_TIME_WORDS.split())
_EXPIRY = frozenset(["expiry", "expiries", "expiration", "expirations", "token", "tokens"])
_DTE = frozenset(["dte", "dtes", "tenor", "tenors"])
_PRICE_WORDS = (
    "price prices spot hvl flip wall resistance support level levels open high low close upper "
    "lower bin bins"
)
_PRICE = frozenset(_PRICE_WORDS.split())
_LADDER = frozenset({"price", "prices", "level", "levels", "bin", "bins", "axis"})
_NOT_PRICE_WORDS = "interest change pct count volume distance share gex oi rank"
_NOT_PRICE = frozenset(_NOT_PRICE_WORDS.split())
_IV = frozenset(["iv", "ivs", "rv", "sigma"])
_IV_DIFFERENCE = frozenset(["skew", "butterfly", "fly", "vrp", "spread"])
_RATIO = frozenset(["pcr", "ratio", "skewness", "kurtosis", "moneyness"])
_COUNT = frozenset(["count", "counts", "trades", "prints", "contracts", "points", "rank", "n"])
_SECONDS = {"s": 1.0, "sec": 1.0, "secs": 1.0, "seconds": 1.0, "minutes": 60.0, "hours": 3600.0}
_PAIR = re.compile(r"[A-Z0-9]{2,10}(USDT|USDC|USD|PERP)")
_COIN = re.compile(r"[A-Z]{2,6}")
_STRIKE_KEY = re.compile(r"\d{1,9}(\.\d{1,8})?")
_SAMPLE = 8


def leaf_of(path: str) -> str:
    """Return the last name of a dotted path."""
    return path.rpartition(".")[2]


@lru_cache(maxsize=4096)
def words_of(name: str) -> tuple[str, ...]:
    """Return the lower-case words of the last part of a wire name."""
    return tuple(found.lower() for found in _WORDS.findall(leaf_of(name)[:64]))


def role_of(name: str, values: Iterable[object]) -> Role:
    """Return what the values of a column mark: a place, a time, a name; "" for a quantity."""
    sample = [value for value in values if value is not None][:_SAMPLE]
    words = frozenset(words_of(name))
    if words & _EXPIRY and not words & {"count", "type"} and _texts(sample):
        return "expiry"
    if sample and all(isinstance(value, str) and is_expiry_token(value) for value in sample):
        return "expiry"
    if words & _DTE or {"days", "expiry"} <= words:
        return "dte" if _figures(sample) else ""
    if words & _TIME and sample and all(moment(value) for value in sample):
        return "time"
    if words & {"strike", "strikes"} and _figures(sample):
        return "strike"
    if words & _PRICE and not words & _NOT_PRICE and _figures(sample):
        return "price"
    return _name_role(words, sample)


def key_role(keys: Iterable[str]) -> Role:
    """Return what the keys of a map are, "" where they are ordinary field names."""
    sample = list(keys)
    if not sample:
        return ""
    if all(expiry_day(key) for key in sample):
        return "expiry"
    if all(_STRIKE_KEY.fullmatch(key) for key in sample):
        return "strike"
    if all(_PAIR.fullmatch(key) for key in sample):
        return "symbol"
    return ""


def is_coin(key: str) -> bool:
    """Tell whether a map key could be a bare coin such as BTC."""
    return bool(_COIN.fullmatch(key))


def is_ladder(name: str) -> bool:
    """Tell whether a price column is the place of a row rather than one of its figures."""
    words = words_of(name)
    return bool(words) and words[-1] in _LADDER and "spot" not in words


def unit_of(name: str, role: Role, hinted: Mapping[str, str]) -> Unit:
    """Return the unit of a field: what the hint says, else what its name says.

    The name of a record around the field counts where it ends in a unit: in
    `freshness_seconds.gex` it is seconds that are counted, and no exposure.
    """
    endings = map(_by_ending, map(words_of, _around(name)))
    around = next((unit for unit in endings if unit is not None), None)
    stated = hinted.get(name) or (hinted.get(leaf_of(name)) if around is None else None)
    if stated:
        return _stated(stated.casefold(), role)
    if role == "time":
        return "time"
    if unit := _by_ending(words_of(name)) or around:
        return unit
    if role in ("strike", "price"):
        return "price"
    return "days" if role == "dte" else _by_name(words_of(name))


def names_one_of(name: str, things: Iterable[str]) -> bool:
    """Tell whether one of the words of a wire name, at any depth, is one of `things`."""
    words = {word for part in name.split(".") for word in words_of(part)}
    return not words.isdisjoint(things)


def seconds_in(name: str) -> float:
    """Return how many seconds one unit of a duration field is."""
    endings = (words[-1] for words in map(words_of, (name, *_around(name))) if words)
    return next((_SECONDS[ending] for ending in endings if ending in _SECONDS), 1.0)


def adds_up(name: str, unit: Unit) -> bool:
    """Tell whether the figures of a column may be summed over strikes, expiries or venues."""
    words = frozenset(words_of(name))
    if words & {"abs", "cumulative", "avg", "mean", "ratio"}:
        return False
    return unit == "exposure" or (
        bool(words & {"oi", "premium", "volume"}) and unit in ("usd", "as_served")
    )


def unit_note(name: str, unit: Unit, hinted: Mapping[str, str]) -> str:
    """Return the unit to print beside a name where its figures do not carry it themselves."""
    stated = hinted.get(name) or hinted.get(leaf_of(name)) or ""
    return stated if unit == "as_served" else ""


def _stated(stated: str, role: Role) -> Unit:
    if "per 1%" in stated:
        return "exposure"
    if stated.startswith("usd"):
        return "price" if role in ("strike", "price") or "price" in stated else "usd"
    if stated in ("s", "seconds", "hours", "minutes"):
        return "duration"
    if stated in ("%", "percent", "pct"):
        return "pct"
    if stated in ("iv", "vol"):
        return "iv"
    if stated in ("pts", "points", "vol points", "iv points"):
        return "iv_difference"
    if "/" in stated or stated == "ratio":
        return "ratio"
    return "days" if stated == "days" else "as_served"


def _around(name: str) -> list[str]:
    """Return the names of the records around a field, the nearest first."""
    return name.split(".")[-2::-1]


def _by_ending(words: tuple[str, ...]) -> Unit | None:
    """Return the unit a name ends in, None where it names none."""
    last = words[-1] if words else ""
    if last in ("pct", "percent"):
        return "pct"
    if last == "usd" and "price" not in words:
        return "usd"
    if len(words) < 2:
        return None
    if last in _SECONDS:
        return "duration"
    return "days" if last == "days" else "count" if last in ("count", "counts") else None


def _by_name(words: tuple[str, ...]) -> Unit:
    held = frozenset(words)
    if held & _RATIO:
        return "ratio"
    if "gex" in held:
        return "as_served" if held & {"share", "rank", "scale"} else "exposure"
    if held & _IV_DIFFERENCE and not held & {"bid", "ask"}:
        return "iv_difference"
    if held & _IV:
        return "as_served" if held & {"rank", "percentile"} else "iv"
    return "count" if held & _COUNT else "as_served"


def _name_role(words: frozenset[str], sample: list[object]) -> Role:
    if not _texts(sample):
        return "rank" if "rank" in words and _figures(sample) else ""
    if words & {"venue", "venues", "exchange", "exchanges"}:
        return "venue"
    return "symbol" if words & {"symbol", "symbols", "coin"} else ""


def _figures(sample: list[object]) -> bool:
    return bool(sample) and all(number(value) is not None for value in sample)


def _texts(sample: list[object]) -> bool:
    return bool(sample) and all(isinstance(value, str) for value in sample)
