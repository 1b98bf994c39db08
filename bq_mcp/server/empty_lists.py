"""Resources: there are none, but some clients drop a server that does not know them."""

from typing import NoReturn

import mcp.types as types
from mcp.shared.exceptions import MCPError


async def no_resources(*_: object) -> types.ListResourcesResult:
    """Return an empty list of resources."""
    return types.ListResourcesResult(resources=[])


async def no_resource_templates(*_: object) -> types.ListResourceTemplatesResult:
    """Return an empty list of resource templates."""
    return types.ListResourceTemplatesResult(resource_templates=[])


async def no_such_resource(*_: object) -> NoReturn:
    """Refuse a resource.

    Raises:
        MCPError: always.
    """
    raise MCPError(types.INVALID_PARAMS, "Unknown resource: this server has tools only")
