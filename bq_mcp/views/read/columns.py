"""Tell what a column holds: its values are looked at first, its name second."""

import math
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from itertools import pairwise
from typing import Any, cast

from .forms import Column, Role
from .values import (
    FIGURES,
    SETTLEMENT,
    TEXT,
    Instants,
    Values,
    epoch_scale,
    figure,
    holds,
    is_expiry_token,
    moment,
    number,
    seconds_of,
    settlement,
)


def word_set(words: str) -> frozenset[str]:
    """Return the words of a text as a set."""
    return frozenset(words.split())


_WORDS = re.compile(r"\d+[a-z]+|\d+[A-Z]+(?![a-z])|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_]+")
TIME_WORDS = word_set("time times timestamp timestamps datetime ts t date dates day at since")
_EXPIRY = word_set("expiry expiries expiration expirations exp maturity maturities")
_DAYS = word_set("dte dtes tenor tenors days")
_PLACED = word_set("strike strikes price prices level levels bin bins center")
_ALWAYS_PRICED = (("flip",), ("wall",), ("price",), ("strike",))
# Words of prices that are figures of a row, never its place.
PRICED = word_set(
    "spot hvl flip wall walls resistance support open high low close upper lower straddle pain "
    "mark index last entry underlying futures forward median mode mid bid ask market nav"
)
_AMOUNT = word_set(
    "oi interest volume vol size amount count gex dex vex delta gamma vega theta vanna charm "
    "iv ivs rv notional premium value flow flows net total sum cum cumulative running cvd share "
    "pct percent ratio pcr rank score id ids cursor seq hash usd aum liq long short buy sell "
    "exposure pain payout std basis rate trades contracts cdf density intensity skew"
)
QUANTITIES = _AMOUNT | PRICED
# Roles that place a row whatever stands beside them.
PLACED: tuple[Role, ...] = ("time", "price", "expiry", "days")
LEADING: tuple[Role, ...] = (*PLACED, "name")
IDS = word_set("id ids cursor seq sequence hash tx")
_TENORS = frozenset((1, 2, 3, 5, 7, 14, 21, 30, 45, 60, 90, 120, 180, 270, 365))
_TENOR = re.compile(r"(\d{1,4})[dD]")
_BLANKS = frozenset(["", "-", "n/a", "na", "nan", "none", "null"])
_NAME = re.compile(r"[A-Z0-9]{2,10}(USDT|USDC|USD|PERP)|[A-Z]{4,5}|BTC|ETH|SOL|XRP|BNB")
# Words of fields: a header holds one, the name of a thing is none.
FIELD_WORDS = (
    QUANTITIES | TIME_WORDS | _PLACED | word_set("name type side venue fund dte expiry symbol")
)
_VENUES = word_set("deribit bybit okx binance derive thalex delta delta_india")
_WIDE = 20.0
_STRIKE_STEP = 0.15
_NUMERIC = FIGURES | {type(None)}
_DAY = 86_400
_SAMPLE = 24
_SETTLING = (0, SETTLEMENT.hour * 3600)
_STEPS = 2000
_MOSTLY = 0.8

Figures = Sequence[float | None]
Words = frozenset[str]


@lru_cache(maxsize=4096)
def words_of(name: str) -> tuple[str, ...]:
    """Return the lower-case words of the last part of a wire name, digits with their letters."""
    return tuple(found.lower() for found in _WORDS.findall(leaf_of(name)[:64]))


def leaf_of(path: str) -> str:
    """Return the last name of a dotted path."""
    return path.rpartition(".")[2]


def names_price(words: Sequence[str]) -> bool:
    """Tell whether a name ends as that of a price, or has a word of one and none of an amount."""
    priced = set(words) & (PRICED | _PLACED)
    amounts = set(words) & _AMOUNT - priced - {"usd", "long", "short"}
    return bool(priced and not amounts) or words[-1:] in _ALWAYS_PRICED


def names_time(name: str) -> bool:
    """Tell whether a single value of that name may be read as an instant."""
    words = words_of(name)
    return bool(words) and bool({words[0], words[-1]} & TIME_WORDS) and not IDS & set(words)


def in_price_range(values: Iterable[object], spot: float | None) -> bool:
    """Tell whether four in five of the figures lie within spot/20 to 20 x spot."""
    found = [value for value in map(figure, values) if value is not None]
    if not found or not spot:
        return False
    return sum(spot / _WIDE <= value <= spot * _WIDE for value in found) >= _MOSTLY * len(found)


def is_name(key: str) -> bool:
    """Tell whether a key is the name of a venue, a coin or a pair, not of a field."""
    named = _NAME.fullmatch(key) and key.lower() not in FIELD_WORDS
    return bool(named) or key.lower() in _VENUES


@dataclass(frozen=True, slots=True)
class Market:
    """What tells prices and instants from other figures: spot in USD, the instant of the data."""

    spot: float | None
    at: datetime

    def column(self, name: str, values: Values) -> Column:
        """Return a column of single values with its role; numbers as text become numbers."""
        words = frozenset(words_of(name))
        if holds(values, TEXT) and not words & IDS:
            if found := self._of_texts(name, words, values):
                return found
            values = figures_of(values)
        figures = cast("Figures", finite(values))
        if not _NUMERIC.issuperset(map(type, figures)) or figures.count(None) == len(figures):
            return Column(name, figures)
        if seconds := _unix_seconds(figures, words):
            return self._dated(name, words, figures, seconds)
        role = self._role(words, figures)
        return Column(name, figures, role, figures if role else (), numeric=True)

    def keys(self, keys: Sequence[str], parent: str) -> Column:
        """Return the keys of a map named `parent` as an axis of distinct places."""
        name = next((word for word in words_of(parent) if word in _EXPIRY | _DAYS), "t")
        found = self.column(name, keys)
        if not found.role:
            role = self._role_of_digits(cast("Figures", found.values)) if found.numeric else "name"
            values = found.values if role in PLACED else keys
            found = Column("", values, role, values)
        return replace(found, name="")

    def _of_texts(self, name: str, words: Words, values: Values) -> Column | None:
        """Return texts as expiries, instants, days or names; None where they are none of these."""
        known = sampled([value for value in values if value is not None])
        if _mostly(known, is_expiry_token):
            return _expiries(name, values)
        if _mostly(known, moment):
            return self._dated(name, words, values, seconds_of(values))
        if _mostly(known, _TENOR.fullmatch):
            days = [figure(str(value)[:-1]) for value in values]
            return Column(name, days, "days", days, numeric=True)
        named = _mostly(known, lambda text: 0 < len(text) <= 48 and figure(text) is None)
        return Column(name, values, "name", values) if named and not words & TIME_WORDS else None

    def _dated(self, name: str, words: Words, values: Values, seconds: Figures) -> Column:
        """Return instants as times, or as expiries by their name or by their future."""
        known = [when for when in sampled(seconds) if isinstance(when, float)]
        latest = self.at.timestamp() + _DAY
        ahead = sum(when > latest for when in known) * 2 > len(known)
        settle = all(when % _DAY in _SETTLING for when in known)
        if not words & _EXPIRY and not (ahead and (settle or not is_even(seconds))):
            return Column(name, Instants(seconds), "time", seconds)
        if not holds(values, TEXT):
            values = [when and when.date().isoformat() for when in Instants(seconds)]
        return _expiries(name, values)

    def _role(self, words: Words, figures: Figures) -> Role:
        """Return what numbers place their rows by: days, a price, or nothing."""
        if words & QUANTITIES:
            return ""
        if words & _DAYS:
            return "days"
        unnamed = not words or "column" in words
        if unnamed and len(set(figures)) > 2 and self._role_of_digits(figures) == "days":
            return "days"
        near = in_price_range(sampled(figures), self.spot)
        placed = words & _PLACED and (near or self.spot is None)
        even = near and is_even(figures) and self._are_strikes(figures)
        return "price" if placed or even else ""

    def _role_of_digits(self, figures: Figures) -> Role:
        """Return what bare numbers along an axis are: strikes, days, or only a key."""
        places = {value for value in figures if value is not None}
        tenors = _TENORS.issuperset(places) and max(places) > len(places)
        priced = self._are_strikes(figures)
        if priced == tenors:
            return "key"
        return "price" if priced else "days"

    def _are_strikes(self, figures: Figures) -> bool:
        """Tell whether five or more numbers lie around spot, there at most 15 % of it apart."""
        places = sorted({value for value in figures[:_STEPS] if value is not None})
        if self.spot is None or len(places) < 5:
            return False
        above = min(max(bisect_left(places, self.spot), 1), len(places) - 1)
        near = places[above] - places[above - 1] <= _STRIKE_STEP * self.spot
        return near and in_price_range(places, self.spot)


def sampled(values: Values) -> Values:
    """Return a few values of a long list, as far apart from each other."""
    return values[:: len(values) // _SAMPLE + 1]


def figures_of(values: Values) -> Values:
    """Return the values with text read as numbers where all of it are, else as they are."""
    read = [figure(value) for value in values]
    lost = {str(value).lower() for value, got in zip(values, read, strict=True) if got is None}
    return read if lost <= _BLANKS and read.count(None) < len(read) else values


def finite(values: Sequence[Any]) -> Values:
    """Return the values with what is no finite number made None, the same list where all are."""
    numeric = _NUMERIC.issuperset(map(type, values))
    with suppress(OverflowError):
        if not numeric or all(map(math.isfinite, filter(None, values))):
            return values
    return [number(value) for value in values]


def is_even(places: Figures) -> bool:
    """Tell whether at least half of the gaps between places, three or more, are the same."""
    found = sorted({value for value in places[:_STEPS] if value is not None})
    gaps = Counter(round(later - earlier, 6) for earlier, later in pairwise(found))
    return gaps.total() >= 3 and max(gaps.values()) >= 0.5 * gaps.total()


def _mostly(sample: Values, fits: Callable[[str], object]) -> bool:
    fitting = sum(isinstance(value, str) and bool(fits(value)) for value in sample)
    return bool(sample) and fitting >= _MOSTLY * len(sample)


def _expiries(name: str, values: Values) -> Column:
    places = {
        value: end.timestamp() if (end := settlement(value)) else None for value in set(values)
    }
    return Column(name, values, "expiry", [places[value] for value in values])


def _unix_seconds(values: Figures, words: Words) -> Figures:
    """Return Unix times of one unit in seconds; empty where the numbers are none."""
    scale = epoch_scale(next(value for value in values if value is not None))
    named = words & (TIME_WORDS | _EXPIRY)
    if scale is None or words & IDS or (words & _AMOUNT and not named):
        return ()
    known = [value for value in values if value is not None]
    seconds = [None if value is None else value / scale for value in values]
    alike = {epoch_scale(min(known)), epoch_scale(max(known))} == {scale}
    return seconds if alike and (named or scale > 1 or is_even(seconds)) else ()
