"""What a request costs of the monthly quota."""

from starlette.datastructures import QueryParams

from bq_mcp.sandbox.queries import members
from bq_mcp.sandbox.vocabulary import MARKET_SERIES

_BUNDLE_PATH = "/v2/market/bundle"


def quota_units(path: str, query: QueryParams) -> int:
    """Return the units of a request: one, or one per series asked for in a bundle.

    A bundle that names no series is all of them.
    """
    if path != _BUNDLE_PATH:
        return 1
    return len(members(query.get("series"))) or len(MARKET_SERIES)
