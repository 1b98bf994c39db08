"""The type of what answers are put together from."""

from typing import Any

Section = dict[str, Any]
"""A part of a payload, ready for JSON."""
