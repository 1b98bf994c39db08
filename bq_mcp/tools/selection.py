"""Which tools a server offers: whole toolsets, single tools, and those left out."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from ..catalog import Hint
from ..errors import ConfigError

CORE = "core"
# Where the endpoints are that nobody has put into a toolset yet.
NEW = "new"


@dataclass(frozen=True, slots=True)
class Selection:
    """The toolsets and tools to offer, all of them where neither is named; `exclude` wins.

    Never one that `within` does not take.
    """

    toolsets: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    within: "Selection | None" = None

    def takes(self, name: str, toolsets: Collection[str]) -> bool:
        """Decide whether the tool `name`, a member of `toolsets`, is offered."""
        if name in self.exclude or (self.within and not self.within.takes(name, toolsets)):
            return False
        is_open = not (self.toolsets or self.tools)
        return is_open or name in self.tools or not set(self.toolsets).isdisjoint(toolsets)

    def check(self, members: Mapping[str, Collection[str]]) -> tuple[str, ...]:
        """Return the names no tool has; `members` maps each tool's name to its toolsets.

        Raises:
            ConfigError: there is no such toolset, or nothing would be offered.
        """
        known = {CORE, NEW}.union(*members.values())
        for toolset in self.toolsets:
            if toolset not in known:
                near = _closest(toolset, known)
                raise ConfigError(f"no toolset {toolset!r}{near}; there are {_listed(known)}")
        if not any(self.takes(name, toolsets) for name, toolsets in members.items()):
            raise ConfigError("of the tools chosen none is left to offer; docs/choices.md has all")
        return tuple(name for name in (*self.tools, *self.exclude) if name not in members)


def known_toolsets(hints: Iterable[Hint]) -> set[str]:
    """Return the toolsets there are, whatever the catalog lists."""
    return {CORE, NEW, *(hint.toolset for hint in hints if hint.toolset)}


def _closest(word: str, known: Iterable[str]) -> str:
    found = get_close_matches(word, list(known), n=1)
    return f", closest: {found[0]}" if found else ""


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


EVERYTHING = Selection()
