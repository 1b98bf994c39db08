"""Decide who may enter the HTTP server, and whose key is spent."""

from .configured import entrance_of
from .entrance import Entrance
from .model import AccessError, Caller

__all__ = ["AccessError", "Caller", "Entrance", "entrance_of"]
