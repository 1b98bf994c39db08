"""Instants on the wire: grids, writing and reading."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def floor_to(instant: datetime, step_seconds: int) -> datetime:
    """Return the last point of the grid of `step_seconds` not later than `instant`."""
    whole = (instant - EPOCH) // timedelta(seconds=step_seconds)
    return EPOCH + whole * timedelta(seconds=step_seconds)


def iso(instant: datetime) -> str:
    """Write an instant as ISO 8601 in UTC with `Z`; milliseconds only where there are any."""
    utc = instant.astimezone(UTC)
    precision = "milliseconds" if utc.microsecond >= 1000 else "seconds"
    return utc.isoformat(timespec=precision).removesuffix("+00:00") + "Z"


def parse_instant(text: str) -> datetime:
    """Read an ISO 8601 instant; one without an offset counts as UTC.

    Raises: ValueError when the text is no such instant.
    """
    try:
        instant = datetime.fromisoformat(text)
        return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
    except OverflowError as exc:
        raise ValueError(f"instant out of range: {text!r}") from exc
