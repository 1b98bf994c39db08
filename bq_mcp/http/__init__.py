"""Serve MCP over HTTP, to many people and keys."""

from .address import Address
from .serve import serve_http
from .settings import HttpSettings, load_http_settings

__all__ = ["Address", "HttpSettings", "load_http_settings", "serve_http"]
