"""What a request presents; names of headers are in lower case."""

from collections.abc import Mapping

from ..api_key import is_placeholder, placeholder_words, read_key
from .model import AccessError

# One of fewer characters would be masked in every other word.
_KEY_LENGTHS = range(8, 257)


def bearer(headers: Mapping[str, str]) -> str | None:
    """Return what stands after `Bearer` in the Authorization header."""
    scheme, _, credential = headers.get("authorization", "").strip().partition(" ")
    return credential.strip() or None if scheme.lower() == "bearer" else None


def api_key(headers: Mapping[str, str]) -> str:
    """Return the key that a request carries.

    Raises:
        AccessError: none, two that differ, or what can be no key; in the words of `read_key`.
    """
    given = [_read(value) for value in (bearer(headers), headers.get("x-api-key")) if value]
    if not given:
        words = "send your BackQuant API key as Authorization: Bearer KEY, or as X-API-Key: KEY"
        raise AccessError(401, "", words)
    if len(set(given)) > 1:
        words = "Authorization and X-API-Key hold different keys: send one of them"
        raise AccessError(400, "invalid_request", words)
    return given[0]


def _read(value: str) -> str:
    try:
        key = read_key(value) or ""
    except ValueError as exc:
        raise AccessError(401, "invalid_token", str(exc)) from None
    if key and is_placeholder(key):
        raise AccessError(401, "invalid_token", placeholder_words(key))
    if len(key) not in _KEY_LENGTHS:
        raise AccessError(
            401, "invalid_token", "the API key has not the length of one; copy it again"
        )
    return key
