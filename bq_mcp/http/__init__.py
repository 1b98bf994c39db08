"""Serve MCP over HTTP, to many people and keys."""

from .address import Address
from .serve import serve_http
from .settings import HttpSettings

__all__ = ["Address", "HttpSettings", "serve_http"]
