"""Payloads about the service itself: liveness, limits, catalog, releases, freshness, expiries."""

from bq_mcp.sandbox.answers.about import about_data
from bq_mcp.sandbox.answers.releases import changelog_data
from bq_mcp.sandbox.answers.status import status_data, symbols_data
from bq_mcp.sandbox.asked import Answer, Asked
from bq_mcp.sandbox.catalog import catalog_data, routes_taking
from bq_mcp.sandbox.moments import worked_until
from bq_mcp.sandbox.vocabulary import SYMBOLS


def health(asked: Asked) -> Answer:
    """Say that cache and database answer."""
    return Answer({"status": "ok", "redis": True, "db": True})


def meta(asked: Asked) -> Answer:
    """Describe the API, its limits and the caller's plan."""
    return Answer(about_data(asked.context.plan, asked.context.seed))


def endpoints(asked: Asked) -> Answer:
    """List every registered route, read off the running application."""
    return Answer(catalog_data(asked.request.app.openapi()))


def changelog(asked: Asked) -> Answer:
    """List the releases."""
    return Answer(changelog_data())


def status(asked: Asked) -> Answer:
    """Grade the age of every category of data."""
    context = asked.context
    return Answer(status_data(context.told_at, worked_until(context), asked.world))


def symbols(asked: Asked) -> Answer:
    """List what is live for each symbol."""
    context = asked.context
    routes = routes_taking(asked.request.app.openapi(), SYMBOLS)
    return Answer(symbols_data(context.told_at, worked_until(context), asked.world, routes))


def expiries(asked: Asked) -> Answer:
    """List the expiries that trade now."""
    rows = [
        {"expiry": expiry.token, "expiry_date": expiry.date.isoformat(), "dte": expiry.dte}
        for expiry in asked.world.expiries(asked.symbol, asked.instant)
    ]
    return Answer({"expiries": rows, "count": len(rows)})
