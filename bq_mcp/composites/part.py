"""The parts of a composite as its page reads them, and what they say of themselves together."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, TypeVar

from ..errors import BackQuantError
from ..views.arithmetic import distance_pct
from ..views.facts.freshness import Freshness
from ..views.facts.header import freshness_of, header_of
from ..views.read.values import derive
from ..views.scene import Scene
from ..views.words.environment import attempted
from .definition import Ask

_T = TypeVar("_T")
# Two spots that differ by more are told: distances of the two do not compare.
_SPOTS_APART_PCT = 0.1
# Figures of one refresh are of one time.
_TIMES_APART_S = 30.0
_VERDICTS = ("static", "historical", "fresh", "late", "unknown", "stale")


@dataclass
class Part:
    """One part: the scene of its reply, or why there is none."""

    ask: Ask
    scene: Scene | None = None
    failure: BackQuantError | None = None
    unread: bool = field(default=False, init=False)

    def pick(self, make: Callable[[Scene], _T | None]) -> _T | None:
        """Return what a page makes of the reply, None where it fails or there is no reply."""
        if self.scene is None:
            return None
        found = attempted(self.ask.label, partial(make, self.scene))
        self.unread = self.unread or found is None
        return found

    @property
    def kind(self) -> str:
        """The kind of its failure, "" where it has answered."""
        if self.failure:
            return self.failure.kind
        return "unread" if self.unread else "" if self.scene else "not_offered"

    @cached_property
    def fresh(self) -> Freshness:
        """The verdict on its figures."""
        return freshness_of(self.own_scene)

    @cached_property
    def header(self) -> Mapping[str, Any]:
        """What the first line of an answer of its own would say."""
        return header_of(self.own_scene, self.fresh)

    @property
    def spot(self) -> float | None:
        """The spot its figures were computed at."""
        return self.scene.spot if self.scene else None

    @property
    def model(self) -> Mapping[str, Any]:
        """The dealer model behind its signs: effective, requested, reason."""
        return self.header["model"] or {"effective": None, "requested": None, "reason": None}

    @property
    def own_scene(self) -> Scene:
        """The scene of its reply; asked for only where there is one."""
        if self.scene is None:
            raise ValueError(f"{self.ask.label} has no reply")
        return self.scene


@dataclass(frozen=True)
class Page:
    """What a composite says: the context of its template, and which parts show signed exposure.

    `by_row`: each row names the dealer model of its own.
    """

    context: Mapping[str, Any]
    signed: Sequence[Part] = ()
    by_row: bool = False


def worst(parts: Iterable[Part]) -> Part:
    """Return the answered part with the worst verdict, the oldest of such."""
    return max(parts, key=lambda part: (_rank(part), part.fresh.age_seconds or 0.0))


def ages(parts: Sequence[Part]) -> Sequence[Part]:
    """Return the parts whose ages have to be told one by one: all, or none where they are alike."""
    stamps = [part.fresh.computed_at for part in parts]
    known = [stamp for stamp in stamps if stamp]
    alike = len({_rank(part) for part in parts}) < 2 and len(known) == len(stamps)
    close = known and (max(known) - min(known)).total_seconds() <= _TIMES_APART_S
    return [] if alike and close or len(parts) < 2 else parts


def spots(parts: Sequence[Part]) -> Mapping[str, Any] | None:
    """Return the parts of one symbol whose spots differ, and by how much in percent."""
    known = [part for part in parts if part.spot]
    for item in dict.fromkeys(part.ask.item for part in known):
        own = [part for part in known if part.ask.item == item]
        ends = [edge(part.spot or 0.0 for part in own) for edge in (min, max)]
        apart = derive(distance_pct, ends[1], ends[0])
        if apart is not None and apart > _SPOTS_APART_PCT:
            return {"parts": own, "apart": apart}
    return None


def model_of(page: Page) -> Mapping[str, Any] | None:
    """Return the dealer model for the first line; mixed where the parts do not share one."""
    models = [part.model for part in page.signed]
    if not models:
        return None
    if all(model == models[0] for model in models):
        return models[0]
    if page.by_row:
        return {"by_row": True}
    return {"effective": "mixed", "requested": None, "reason": None}


def failures(parts: Sequence[Part]) -> list[dict[str, Any]]:
    """Return the parts without an answer, those with the same failure together."""
    found: dict[tuple[str, int], list[Part]] = {}
    for part in parts:
        if part.kind:
            status = getattr(part.failure, "status", 0)
            found.setdefault((part.kind, status), []).append(part)
    return [{"kind": kind, "status": status, "parts": of} for (kind, status), of in found.items()]


def _rank(part: Part) -> tuple[bool, int]:
    scene = part.scene
    older = scene is not None and scene.reply.failure is not None
    return older, _VERDICTS.index(part.fresh.verdict)
