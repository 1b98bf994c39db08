"""Which view a path asks for: the mode and the toolsets, never anything else."""

import re
from dataclasses import dataclass

MCP_PATH = "/mcp"
_PATH = re.compile(r"/mcp(?P<search>/search)?(?:/x/(?P<toolsets>[a-z0-9_,-]{1,200}))?/?")


@dataclass(frozen=True, slots=True)
class View:
    """What a path shows: `toolsets` in order, each once; none of them means all."""

    search: bool = False
    toolsets: tuple[str, ...] = ()


def read_path(path: str) -> View | None:
    """Return the view of a path, one for each combination however it is written; None without."""
    found = _PATH.fullmatch(path)
    if found is None:
        return None
    names = {name for name in (found["toolsets"] or "").split(",") if name}
    return View(bool(found["search"]), tuple(sorted(names)))
