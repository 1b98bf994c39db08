"""What all route files share: keyed routers, their documented refusals, and what they answer."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Security
from fastapi.security import APIKeyHeader

from bq_mcp.sandbox.access import KEY_HEADER
from bq_mcp.sandbox.envelope import Provenance

# The gate checks the key; this only declares the scheme in the OpenAPI document.
_API_KEY = APIKeyHeader(
    name=KEY_HEADER,
    scheme_name="ApiKeyAuth",
    description="bq_live_ and 32 characters; the sandbox takes any key of that shape.",
    auto_error=False,
)
_REFUSALS: dict[int | str, dict[str, Any]] = {
    401: {"description": "Key missing or malformed."},
    404: {"description": "No data for this combination now."},
    422: {"description": "A parameter is missing, mistyped or out of range."},
    429: {"description": "Burst or monthly quota used up."},
}


@dataclass(frozen=True)
class RouteResult:
    """Payload of a route and where it comes from."""

    data: dict[str, Any]
    provenance: Provenance


def keyed_router(*tags: str) -> APIRouter:
    """Return a router for routes that need a key, under these tags."""
    return APIRouter(tags=[*tags], dependencies=[Security(_API_KEY)], responses=_REFUSALS)
