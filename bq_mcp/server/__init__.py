"""Speak MCP."""

from .app import build_server
from .stdio import Protocol, serve_stdio

__all__ = ["Protocol", "build_server", "serve_stdio"]
