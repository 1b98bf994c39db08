"""What one reading of a catalog notes and how much work it may be."""

from ..errors import CatalogError

# One step takes a few microseconds; today's sixty endpoints take some ten thousand.
MOST_STEPS = 100_000
_MAX_WARNINGS = 50
# A client written in JavaScript that collects names in an object would change the object itself.
_RESERVED = frozenset(
    {"constructor", "prototype", "hasownproperty", "isprototypeof", "propertyisenumerable"}
    | {"tostring", "tolocalestring", "valueof", "tojson"}
)


def is_reserved(name: str) -> bool:
    """Tell whether a client may trip over `name`: `__proto__`, `constructor` and their like."""
    return name.startswith("__") or name.lower() in _RESERVED


class Reading:
    """Notes what was dropped on the way, and ends where a document asks for too much work."""

    def __init__(self) -> None:
        self._warnings: list[str] = []
        self._left_out = 0
        self._steps_left = MOST_STEPS

    @property
    def warnings(self) -> tuple[str, ...]:
        """The first warnings, and how many more there were."""
        if not self._left_out:
            return tuple(self._warnings)
        return (*self._warnings, f"{self._left_out} more warnings")

    def warn(self, words: str) -> None:
        """Note what was dropped and why."""
        if len(self._warnings) < _MAX_WARNINGS:
            self._warnings.append(words)
        else:
            self._left_out += 1

    def spend(self, steps: int) -> None:
        """Take note of work about to be done.

        Raises:
            CatalogError: it would be too much; what such a document lists is not believed.
        """
        self._steps_left -= steps
        if self._steps_left < 0:
            raise CatalogError("the catalog is too large to be read")
