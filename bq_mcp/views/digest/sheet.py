"""What a digest or a page hands over to be printed: picks and tables."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..read.forms import Role
from ..read.units import AS_SERVED, IvScale, Unit


@dataclass(frozen=True, slots=True)
class Place:
    """Where a figure belongs: an instant, a price, an expiry, a tenor or a name.

    `away` is its distance from spot in percent, `days` the whole days to a settlement.
    """

    role: Role
    value: object
    away: object = None
    days: object = None


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure to print: `words` of ours, its wire name, value and unit, and its own places.

    `scale` is that of a volatility, None where it is not stated; `signed`: a change, whose plus
    sign is printed; `share` is its part of a whole, in percent.
    """

    name: str
    value: object
    unit: Unit = AS_SERVED
    words: str = ""
    places: Sequence[Place] = ()
    scale: IvScale | None = None
    signed: bool = False
    share: object = None


@dataclass(frozen=True, slots=True)
class Part:
    """Figures chosen for one reason: `words` say which (latest, highest), then their places.

    `name` is the wire name of figures that do not carry their own, `most` how many of them are
    printed in few words.
    """

    words: str
    figures: Sequence[Figure]
    places: Sequence[Place] = ()
    name: str = ""
    most: int | None = None

    @property
    def apart(self) -> bool:
        """Whether the figures have places of their own."""
        return any(figure.places for figure in self.figures)


@dataclass(frozen=True, slots=True)
class Pick:
    """One line of an answer; `kinds` are the reasons a hint may ask for it by.

    `about` is the wire name of the part of the payload it comes from, where there are several.
    """

    rank: int
    parts: Sequence[Part]
    kinds: Sequence[str] = ()
    about: str = ""


@dataclass(frozen=True, slots=True)
class Rows:
    """A table to print: `name` is what its rows are called, `total` how many were received.

    `rows` are in the order they are read; each has its importance, lower kept longer.
    """

    rank: int
    name: str
    headings: Sequence[str]
    rows: Sequence[tuple[int, Sequence[Place | Figure]]]
    total: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole body: picks, tables, and `notes`, words of ours that every reader needs."""

    picks: Sequence[Pick] = ()
    tables: Sequence[Rows] = ()
    notes: Sequence[str] = ()
