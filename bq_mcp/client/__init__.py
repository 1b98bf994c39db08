"""Ask the API: one deadline, one key, one place where errors get their type."""

from .client import Client
from .model import Limits, Reply
from .transport import HttpTransport, LoadApp

__all__ = ["Client", "HttpTransport", "Limits", "LoadApp", "Reply"]
