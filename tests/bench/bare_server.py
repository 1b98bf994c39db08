"""A bare low-level SDK server that also imports httpx: the floor start-up is measured against."""

import anyio
import httpx
import mcp.types as types
from mcp.server import Server, ServerRequestContext
from mcp.server.stdio import stdio_server


async def list_tools(
    ctx: ServerRequestContext[None], params: types.PaginatedRequestParams | None
) -> types.ListToolsResult:
    schema = {"type": "object", "properties": {"symbol": {"type": "string"}}}
    tools = [
        types.Tool(name=f"tool_{i:02}", description=httpx.__name__, input_schema=schema)
        for i in range(62)
    ]
    return types.ListToolsResult(tools=tools)


async def main() -> None:
    server: Server[None] = Server("bare", on_list_tools=list_tools)
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())


anyio.run(main)
