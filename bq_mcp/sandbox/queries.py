"""Query values that the schema leaves as free strings, read as the service reads them."""

from collections.abc import Collection

from bq_mcp.sandbox.service_errors import invalid_query
from bq_mcp.sandbox.vocabulary import POSITIONINGS, VENUES


def members(text: str | None) -> tuple[str, ...]:
    """Return the items of a comma list, trimmed, without blanks and repeats, in order."""
    items = (item.strip() for item in (text or "").split(","))
    return tuple(dict.fromkeys(item for item in items if item))


def known_members(text: str | None, known: Collection[str]) -> frozenset[str]:
    """Return the items of a comma list that are in `known`; the others are ignored."""
    return frozenset(item.lower() for item in members(text)) & frozenset(known)


def venue_filter(text: str | None) -> tuple[str, ...] | None:
    """Return the venues to keep in house order, or None for all.

    Unknown venues are ignored, and a list of unknown ones alone filters nothing.
    """
    wanted = known_members(text, VENUES)
    return tuple(venue for venue in VENUES if venue in wanted) or None


def checked_positioning(text: str) -> str:
    """Return the sign model asked for.

    Raises: ServiceError 422 for any other word. The service does not document what it does then; a
    refusal cannot be mistaken for an answer under the wrong model.
    """
    if text not in POSITIONINGS:
        raise invalid_query("positioning", "Input should be 'flow' or 'std'")
    return text
