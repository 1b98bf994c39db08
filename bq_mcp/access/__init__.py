"""Decide who may enter the HTTP server, and whose key is spent."""

from .entrance import Entrance, OpenEntrance
from .model import AccessError, Caller

__all__ = ["AccessError", "Caller", "Entrance", "OpenEntrance"]
