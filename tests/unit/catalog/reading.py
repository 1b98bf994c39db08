"""Short ways to read hand-made catalogs."""

from typing import Any

from bq_mcp.catalog.model import Catalog, Endpoint, Param
from bq_mcp.catalog.parse import read_catalog


def read(body: object) -> Catalog:
    """Return the catalog in `body` as if it came from upstream's own list."""
    return read_catalog(body, source="live")


def read_one(entry: object) -> Endpoint:
    """Return the only endpoint of a catalog with this one entry."""
    (endpoint,) = read([entry]).endpoints
    return endpoint


def read_param(**facts: Any) -> Param:
    """Return the only parameter of an endpoint that lists it with these facts."""
    (param,) = read_one({"path": "/x", "parameters": [{"name": "p", **facts}]}).params
    return param
