from .normalise import read_forms

__all__ = ["read_forms"]
