"""A bare SDK server over HTTP: one tool, which asks upstream and returns the JSON text."""

import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import mcp.types as types
import uvicorn
from mcp.server import Server, ServerRequestContext

SCHEMA = {"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]}
Context = ServerRequestContext[httpx.AsyncClient]


@asynccontextmanager
async def lifespan(_: Server[httpx.AsyncClient]) -> AsyncIterator[httpx.AsyncClient]:
    base_url = f"{os.environ['BACKQUANT_BASE_URL']}/v2"
    headers = {"X-API-Key": os.environ["BACKQUANT_API_KEY"]}
    async with httpx.AsyncClient(base_url=base_url, headers=headers) as http:
        yield http


async def list_tools(
    ctx: Context, params: types.PaginatedRequestParams | None
) -> types.ListToolsResult:
    tool = types.Tool(name="ask", description="Ask the API", input_schema=SCHEMA)
    return types.ListToolsResult(tools=[tool])


async def call_tool(ctx: Context, params: types.CallToolRequestParams) -> types.CallToolResult:
    query = dict(params.arguments or {})
    reply = await ctx.lifespan_context.get(query.pop("path"), params=query)
    reply.raise_for_status()
    return types.CallToolResult(content=[types.TextContent(type="text", text=reply.text)])


class Telling(uvicorn.Server):
    """A server that says where it listens, once it does."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        port = self.servers[0].sockets[0].getsockname()[1]
        print(f"listening on http://127.0.0.1:{port}/mcp", file=sys.stderr, flush=True)


def main() -> None:
    server = Server(
        "bare",
        lifespan=lifespan,
        get_tool_input_schema=lambda _: SCHEMA,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )
    app = server.streamable_http_app(stateless_http=True)
    Telling(uvicorn.Config(app, port=0, log_level="warning", access_log=False)).run()


if __name__ == "__main__":
    main()
