"""MCP server for the BackQuant API v2."""

__version__ = "0.1.0"
