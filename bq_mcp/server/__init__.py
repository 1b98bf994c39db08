"""Speak MCP."""

from .mcp_server import ToolServer, build_server
from .stdio import serve_stdio

__all__ = ["ToolServer", "build_server", "serve_stdio"]
