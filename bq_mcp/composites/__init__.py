"""Composite tools: one answer from several endpoints, asked at once.

What renders is imported with the first answer: listing tools does not need it.
"""

from .definition import Ask, Composite, bundled_composites
from .heard import Heard

__all__ = ["Ask", "Composite", "Heard", "bundled_composites"]
