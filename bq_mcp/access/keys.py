"""Whose BackQuant key is spent: a TOML file with a key for some tokens and some subjects.

[tokens]
alice = "bq_live_..."
[subjects]
"auth0|42" = "bq_live_..."
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..api_key import is_placeholder, placeholder_words, read_key
from ..errors import ConfigError

_TABLES = ("tokens", "subjects")
# The only part of a message of tomllib that repeats nothing of the file.
_PLACE = re.compile(r"\(at (line \d+), column \d+\)")


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys by the name of the token, and by the subject; who is not named spends the operator's."""

    tokens: Mapping[str, str] = field(default_factory=dict, repr=False)
    subjects: Mapping[str, str] = field(default_factory=dict, repr=False)


def parse_keys(text: str, label: str) -> Keys:
    """Return the keys of a file.

    Raises:
        ConfigError: it is no such TOML, or has something else than a key; never repeats one.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        place = _PLACE.search(str(exc))
        raise ConfigError(f"{label}: {place[1] if place else 'the end'} is no TOML") from None
    if not tables.keys() <= set(_TABLES):
        raise ConfigError(f"{label}: holds the tables [tokens] and [subjects] only")
    return Keys(*(_table(tables.get(name, {}), f"{label}: [{name}]") for name in _TABLES))


def _table(table: object, label: str) -> dict[str, str]:
    if not isinstance(table, dict):
        raise ConfigError(f"{label}: is no table")
    return {
        name: _key(value, f"{label} entry {n}") for n, (name, value) in enumerate(table.items(), 1)
    }


def _key(value: object, label: str) -> str:
    try:
        key = read_key(value) if isinstance(value, str) else None
    except ValueError as exc:
        raise ConfigError(f"{label}: {exc}") from None
    if key is None:
        raise ConfigError(f"{label}: is no API key in quotes")
    if is_placeholder(key):
        raise ConfigError(f"{label}: {placeholder_words(key)}")
    return key
