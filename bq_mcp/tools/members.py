"""Find the member of a closed set that a text spells; none where it may be two."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from .durations import are_durations, read_duration
from .plain import plain

_COINS = {
    "BITCOIN": "BTC",
    "XBT": "BTC",
    "ETHER": "ETH",
    "ETHEREUM": "ETH",
    "SOLANA": "SOL",
    "HYPERLIQUID": "HYPE",
}
_QUOTES = ("USDT", "USD")
_CONTRACTS = ("PERPETUAL", "PERP", "SWAP", ".P")
_EVERY = ("all", "any", "both", "*")
_OTHER_WORDS = {
    "c": "call",
    "p": "put",
    "ascending": "asc",
    "descending": "desc",
    "perpetual": "perp",
    "perpetuals": "perp",
    "swap": "perp",
}
# A dash before a word may be a minus or take it away, and "1-5" is not 15.
_SEPARATORS = re.compile(r"(?<=\w)[ _-]+(?=[^\W\d_])|(?<=[^\W\d_])[ _-]+(?=\w)")
_BETWEEN_COIN_AND_QUOTE = re.compile(r"\s|(?<=\w)[/_:\-](?=\w)")
_LONGEST = 64


def spelled(text: str, allowed: Sequence[Any]) -> Any:
    """Return the member of `allowed` that `text` spells, None where it spells none or several."""
    if text in allowed:
        return text
    words = plain(text)
    if not words or len(words) > _LONGEST:
        return None
    if are_durations(allowed):
        return _of_length(words, allowed)
    for form in (str.casefold, _joined, _singular):
        wanted = form(words)
        found = [item for item in allowed if form(str(item)) == wanted]
        if found:
            return found[0] if len(found) == 1 else None
    others = _other_words(words)
    return _only(item for item in allowed if str(item) in others)


def _of_length(words: str, allowed: Sequence[Any]) -> Any:
    length = read_duration(words)
    return _only(item for item in allowed if length and read_duration(str(item)) == length)


def _other_words(words: str) -> set[str]:
    every = _EVERY if words.lower() in _EVERY else ()
    return {_OTHER_WORDS.get(words.lower(), ""), *every, *_markets(words)} - {""}


def _markets(words: str) -> list[str]:
    """Return how a market could be meant: `btc`, `BTC-USD`, `Bitcoin` → `BTC`, `BTCUSDT`."""
    base = _BETWEEN_COIN_AND_QUOTE.sub("", words.upper().removeprefix("$"))
    for ending in _CONTRACTS:
        base = base.removesuffix(ending)
    for _ in range(2):
        # Of a linear contract some name the currency of its margin too: BTC/USDT:USDT.
        base = next((base.removesuffix(q) for q in _QUOTES if base.endswith(q)), base)
    coin = _COINS.get(base, base)
    return [coin, f"{coin}USDT"] if coin else []


def _only(found: Iterable[Any]) -> Any:
    first, *others = [*found, None]
    return first if len(others) <= 1 else None


def _joined(text: str) -> str:
    return _SEPARATORS.sub("", text.casefold())


def _singular(text: str) -> str:
    joined = _joined(text)
    return joined.removesuffix("s") if len(joined) > 3 else joined
