"""The guides: what the numbers mean, one page for each topic, in words of our own."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from .words import prompts_root


@dataclass(frozen=True, slots=True)
class Guide:
    """One page in Markdown; `title` is its first heading, without the mark."""

    topic: str
    title: str
    text: str


@cache
def topics() -> Mapping[str, Guide]:
    """Return every guide by its topic, in alphabetical order."""
    texts = {
        path.stem: path.read_text("utf-8") for path in (prompts_root() / "guides").glob("*.md")
    }
    return {topic: Guide(topic, _title(texts[topic]), texts[topic]) for topic in sorted(texts)}


def _title(text: str) -> str:
    return text.split("\n", 1)[0].removeprefix("# ")
