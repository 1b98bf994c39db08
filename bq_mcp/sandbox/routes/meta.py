"""Routes about the service itself."""

from fastapi import APIRouter, Request, Response

from bq_mcp.sandbox.answers.about import about_data
from bq_mcp.sandbox.answers.releases import changelog_data
from bq_mcp.sandbox.catalog import catalog_data
from bq_mcp.sandbox.envelope import success
from bq_mcp.sandbox.request_context import Context
from bq_mcp.sandbox.routes.common import keyed_router

router = keyed_router("Meta")
public_router = APIRouter(tags=["Meta"])


@public_router.get("/health", summary="Liveness check, no key needed")
async def get_health(context: Context) -> Response:
    """Say whether cache and database answer; the verdict is in the body, the status is 200."""
    return success({"status": "ok", "redis": True, "db": True}, context.stamp)


@router.get("/meta", summary="Symbols, venues, limits and error codes of the API")
async def get_meta(context: Context) -> Response:
    """Describe the API: what it covers, how to sign in, plan ladder, errors, envelope, links."""
    return success(about_data(context.plan, context.seed), context.stamp)


@router.get("/endpoints", summary="Catalog of all routes with their parameters")
async def get_endpoints(context: Context, request: Request) -> Response:
    """List every registered route, read off the running application."""
    return success(catalog_data(request.app.openapi()), context.stamp)


@router.get("/changelog", summary="Releases, newest first")
async def get_changelog(context: Context) -> Response:
    """List releases with a flag on those that can break a client, and the state of v1."""
    return success(changelog_data(), context.stamp)
