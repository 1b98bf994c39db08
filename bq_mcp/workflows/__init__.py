"""Prompts: what to call for a recurring question, in which order, and how to word the result."""

from .arguments import checked
from .book import Argument, Book, Workflow, book
from .text import Reach, render

__all__ = ["Argument", "Book", "Reach", "Workflow", "book", "checked", "render"]
