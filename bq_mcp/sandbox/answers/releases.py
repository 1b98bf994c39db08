"""Release log of the API whose contract the sandbox imitates, newest first."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Release:
    """One release; `released_at` is an ISO date."""

    version: str
    released_at: str
    breaking: bool
    summary: str
    changes: tuple[str, ...] = ()


def changelog_data() -> dict[str, Any]:
    """Return the payload of the changelog: releases newest first, and where v1 stands."""
    return {
        "current_version": RELEASES[0].version,
        "v1_status": "stable",
        "releases": [asdict(release) for release in RELEASES],
        "docs_url": "/v2/docs",
        "openapi_url": "/v2/openapi.json",
    }


RELEASES = (
    Release(
        "2.10.1",
        "2026-09-01",
        False,
        "Chain activity is a measurement or nothing.",
        (
            "notional_volume is premium on every symbol, HYPE included.",
            "An as_of chain says whether activity was rebuilt and if it has no quotes.",
            "BTC and ETH activity is null where the count over all venues is missing.",
        ),
    ),
    Release(
        "2.10.0",
        "2026-09-01",
        True,
        "Chain activity counts all venues.",
        (
            "BTC and ETH rows: volume and notional_volume over eight venues.",
            "trade_count is filled; bid and ask are no longer always 0.",
            "an empty field means not measured, 0 means nothing traded.",
        ),
    ),
    Release(
        "2.9.0",
        "2026-08-30",
        False,
        "Flow by strike can be split by venue.",
        ("include=by_venue, with a venue_disagreement figure.",),
    ),
    Release(
        "2.8.1",
        "2026-08-30",
        True,
        "Put-call ratio honours days everywhere.",
        (
            "exchange_breakdown must be asked for with include.",
            "Numbers lose their float noise, which shortens every answer.",
        ),
    ),
    Release(
        "2.8.0",
        "2026-08-28",
        True,
        "Point-in-time answers: as_of on nine routes.",
        (
            "Filtered time-heatmap history is signed with each frame's own tape.",
            "Market series report a window shorter than asked.",
        ),
    ),
    Release("2.7.1", "2026-08-26", False, "Venue-book sorts by spread put crossed books last."),
    Release("2.7.0", "2026-08-24", False, "New groups: market series and ETF flows."),
    Release(
        "2.6.11", "2026-08-24", False, "History depth belongs to the plan; reported, not enforced."
    ),
    Release("2.6.10", "2026-08-24", False, "Dealer flow comes from a stored aggregate."),
    Release(
        "2.6.9", "2026-08-23", False, "Dealer flow tells its age and keeps its last good series."
    ),
    Release("2.6.8", "2026-08-22", False, "Dealer flow no longer makes its first caller wait."),
    Release("2.6.7", "2026-08-21", False, "Fixed: 0DTE max pain mixed in other expiries."),
    Release("2.6.6", "2026-08-21", False, "A 429 carries Retry-After; the spec tells its release."),
    Release("2.6.5", "2026-08-20", False, "Fixed: the strike-expiry heatmap failed on every call."),
    Release("2.6.4", "2026-08-20", False, "New wording of meta.extra.aggregation."),
    Release("2.6.3", "2026-08-19", False, "Fixed: stress history answers for the symbol asked."),
    Release(
        "2.6.2", "2026-08-18", True, "Open interest by expiry drops its raw exchange_breakdown."
    ),
    Release(
        "2.6.1", "2026-08-18", False, "The exchanges filter gives true venue figures everywhere."
    ),
    Release(
        "2.6.0",
        "2026-08-18",
        True,
        "Socket levels are signed flow.",
        ("Open interest is split by venue.",),
    ),
    Release("2.5.2", "2026-08-17", False, "Venues thalex, delta_india and delta; flow by strike."),
    Release("2.5.1", "2026-08-17", False, "Venue thalex is always on."),
    Release(
        "2.5.0",
        "2026-08-04",
        True,
        "Plan problems answer 403 instead of 401.",
        ("Monthly quotas beside the burst, and a new plan ladder.",),
    ),
    Release("2.4.0", "2026-07-31", False, "Venue derive; coverage of SOL and HYPE."),
    Release(
        "2.3.0",
        "2026-07-30",
        False,
        "Dealer, gamma and delta flow.",
        ("Tape analytics; levels over the socket.",),
    ),
    Release("2.2.0", "2026-07-30", True, "positioning defaults to flow."),
)
