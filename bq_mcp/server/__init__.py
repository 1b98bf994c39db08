"""Speak MCP."""

from .mcp_server import build_server
from .stdio import ProtocolEra, serve_stdio

__all__ = ["ProtocolEra", "build_server", "serve_stdio"]
