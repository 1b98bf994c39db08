"""Speak MCP."""

from .allowance import Allowance
from .mcp_server import Terms, ToolServer, build_server, instructions_for
from .results import CacheScope, call_result
from .stdio import serve_stdio

__all__ = [
    "Allowance",
    "CacheScope",
    "Terms",
    "ToolServer",
    "build_server",
    "call_result",
    "instructions_for",
    "serve_stdio",
]
