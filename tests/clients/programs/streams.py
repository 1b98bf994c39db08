"""The streams of an MCP session: of a server to start, or of one that runs."""

import httpx2
from mcp import StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from task import ARGUMENTS, COMMAND, ENV, HEADERS, URL


def open_streams():
    if URL:
        # Its own limit of 5 s is shorter than that of this server.
        client = httpx2.AsyncClient(headers=HEADERS, timeout=25)
        return streamable_http_client(URL, http_client=client)
    return stdio_client(StdioServerParameters(command=COMMAND, args=ARGUMENTS, env=ENV))
