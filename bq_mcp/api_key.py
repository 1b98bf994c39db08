"""Read an API key as people paste it, and tell it from a placeholder that nobody filled in."""

import re

# What stands before a key in a header, a shell script or a file of settings.
_BEFORE = re.compile(
    r"(?:(?:export +)?[a-z][a-z_-]*key *[:=] *|authorization *: *)?(?:bearer +)?", re.IGNORECASE
)
_QUOTES = "\"'`\u2018\u2019\u201c\u201d"
_PLACEHOLDER = re.compile(
    # ${NAME}, $NAME, !secret NAME, %NAME%, {env:NAME}, <key>, [key]
    r"[$!].*|%.*%|\{.*\}|<.*>|\[.*\]"
    # The place of a key: env:NAME, op://vault/key
    r"|(env|input|secrets?|vault|keychain|file):.*|[a-z]+://.*"
    r"|.*(\.\.\.|\u2026).*|(bq_live_)?([x*._\u2022-])\4{2,}"
    r"|(.*[^a-z0-9])?(your|my|insert|paste|replace|enter|change[_-]?me|todo|placeholder|example)"
    r"([^a-z0-9].*)?"
    # The beginning that all keys share, and the name of the thing.
    r"|bq_live_?|.*api[ _-]?key.*",
    re.IGNORECASE | re.DOTALL,
)
_NO_KEY = ("", "none", "null", "undefined", "bearer")
# An example of a manual. Bare ones are left to upstream: keys of test services look like this.
_EXAMPLE = re.compile(r"(?:bq_live_)?(.)\1{7,}")
_SHOWN = 40


def read_key(text: str) -> str | None:
    """Return the key in `text`, without quotes, `Bearer` and blanks around it; None for no key.

    One character again and again, copied with what stood around it, is a placeholder.

    Raises:
        ValueError: it is no placeholder, and no key has such characters.
    """
    bare = _bare(text)
    before = _BEFORE.match(bare)
    key = _bare(bare[before.end() :] if before else bare)
    if key.lower() in _NO_KEY:
        return None
    if key != text.strip() and _EXAMPLE.fullmatch(key):
        return "<example key>"
    if not is_placeholder(key) and not all(33 <= ord(character) <= 126 for character in key):
        raise ValueError("the key holds a blank or a character no key has; copy it again")
    return key


def is_placeholder(key: str) -> bool:
    """Tell whether `key` stands where a key was to be put."""
    return _PLACEHOLDER.fullmatch(key) is not None


def is_harmless(key: str) -> bool:
    """Tell whether a placeholder may be shown; with digits in it, it may hold a secret."""
    plain = key.isprintable() and len(key) <= _SHOWN and not any(map(str.isdigit, key))
    return plain and is_placeholder(key)


def placeholder_words(key: str) -> str:
    """Return what to say of a placeholder."""
    return "the API key is a placeholder that nobody filled in" + (
        f": {key}" if is_harmless(key) else ""
    )


def _bare(text: str) -> str:
    return text.strip().strip(_QUOTES).strip()
