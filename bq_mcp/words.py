"""Find the folder that holds every word an agent reads, and render those of whole pages."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment


def prompts_root() -> Path:
    """Return the packaged `prompts` folder, or the checkout's in an editable install."""
    package = Path(__file__).resolve().parent
    packaged = package / "prompts"
    return packaged if packaged.is_dir() else package.parent / "prompts"


def render_page(name: str, **context: object) -> str:
    """Return the words of `NAME.md.jinja` below `prompts/`, every name of which has to be given."""
    return _pages().get_template(f"{name}.md.jinja").render(context).strip()


@cache
def _pages() -> "Environment":
    # As for answers, Jinja is imported when it is needed.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(prompts_root()),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701  # for a model; HTML marks mean nothing there
        trim_blocks=True,
        lstrip_blocks=True,
    )
