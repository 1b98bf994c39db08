"""Turn a reply into an answer: first line, figures, caveats, what to call next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from typing import Any
from weakref import WeakKeyDictionary

from jinja2 import Environment

from ..envelope import Envelope, Reply
from .digest import digest_of
from .digest.also import also_of
from .digest.sheet import Sheet
from .facts.asked import emptied_by
from .facts.caveats import caveats_of
from .facts.freshness import Freshness
from .facts.header import freshness_of, header_of
from .facts.next import Ways, limits_told, ways_on
from .fit.fit import Fitted, fit
from .fit.marks import MISSING, Line
from .fit.raw import shorten_json
from .fit.size import estimate, shorten
from .model import Answer, Question
from .pages import PAGES
from .read.values import utc_day
from .scene import BUDGETS, Scene
from .words.environment import attempted, rendered, service

_Pairs = tuple[tuple[str, object], ...]
_RANKS: Mapping[str, int] = {"brief": 3, "standard": 6, "full": 9}
_CLOSING_RESERVE: Mapping[str, int] = {"brief": 10, "standard": 24, "full": 30}
# Caveats may take half of what the first line leaves before they shrink to fewer words.
_CAVEAT_SHARE = 0.5
_HEADER_LIMIT = 110
_RAW_MARGIN = 40
# What a body depends on, its view and its lines, kept for as long as the reply itself.
_SAID: WeakKeyDictionary[Envelope, tuple[object, tuple[str, Sequence[Line]]]] = WeakKeyDictionary()
# The last answer from a reply, its view and its text, behind what they depend on. Nothing there may
# lead to the reply, which would then be kept for ever.
_GIVEN: WeakKeyDictionary[Envelope, tuple[object, tuple[str, str]]] = WeakKeyDictionary()


def render(
    question: Question, reply: Reply, now: datetime, environment: Environment | None = None
) -> Answer:
    """Return the answer to one reply; any payload has one.

    It is worded again only where a word of it may be another one than a moment ago.
    """
    scene, words = Scene(question, reply, now), environment or service()
    fresh = freshness_of(scene)
    aged = int(now.timestamp()), fresh.verdict, round(fresh.age_seconds or 0)
    held = reply.limits, reply.delay_seconds, reply.clock_gap_seconds, reply.overdue
    # The traceback of a failure leads to the older reply.
    why = reply.failure and (reply.failure.kind, getattr(reply.failure, "retry_after", None))
    depends = words, question, aged, held, why
    given = _GIVEN.get(reply.envelope)
    if not given or given[0] != depends:
        printer = Printer(scene, fresh, words)
        told = printer.raw() if question.detail == "raw" else printer.worded()
        given = _GIVEN[reply.envelope] = depends, told
    view, text = given[1]
    return Answer(text, meta_of(scene, fresh, view))


@dataclass
class Printer:
    """One answer under way, its parts worded with the templates of `environment`."""

    scene: Scene
    fresh: Freshness
    environment: Environment

    def __post_init__(self) -> None:
        question = self.scene.question
        self.header = header_of(self.scene, self.fresh)
        self.caveats = self.gathered()
        self.shared: Mapping[str, Any] = {
            "spot": self.scene.spot,
            "day": None if self.fresh.when == "trading_day" else self.header["at"],
            "query": question.query,
            "terse": question.detail == "brief",
            "tool": lambda path: question.tool_names.get(path, MISSING),
        }

    def gathered(self) -> Mapping[str, object]:
        """Return the caveats by kind."""
        return caveats_of(self.scene)

    def budget(self) -> int:
        """Return how many tokens the whole answer may have."""
        return BUDGETS[self.scene.question.detail]

    def worded(self) -> tuple[str, str]:
        """Return the name of the view and the whole answer in words."""
        detail, head = self.scene.question.detail, self.head()
        room = self.budget() - estimate(head)
        view, found = self.body()
        # Caveats give way to the lead, down to their kinds.
        lead = sum(line.size for line in found if line.rank == 1 and not line.table)
        free = room - _CLOSING_RESERVE[detail] - 1
        caveats = self.caveat_text(min(room * _CAVEAT_SHARE, free - lead))
        room -= estimate(caveats) + bool(caveats)
        fitted = fit(found, room, _RANKS[detail])
        if not fitted.whole:
            # What is left out has to be told.
            fitted = fit(found, room - _CLOSING_RESERVE[detail], _RANKS[detail])
        closing = self.closing(fitted, room - fitted.size)
        return view, "\n".join(filter(None, [head, *fitted.lines, caveats, *closing]))

    def body(self) -> tuple[str, Sequence[Line]]:
        """Return the figures: those of the endpoint's page, else of the forms.

        They are worded once for as long as a reply is held, but for a page that tells ages: its
        context holds `now`.
        """
        day, path = self.shared["day"], self.scene.question.endpoint.path
        key = (self.scene.question, self.scene.spot, day and utc_day(day), self.environment)
        said = _SAID.get(self.scene.envelope)
        if said and said[0] == key:
            return said[1]
        # The view of a path is the path itself without its `{param}` segments.
        name = "/".join(part for part in path.split("/") if part and part[0] != "{")
        found: Sequence[Line] | None = None
        for view, make in ((name, PAGES.get(path)), ("forms", digest_of)):
            made = attempted(view, partial(make, self.scene)) if make else None
            if isinstance(made, Sheet) and (asked := emptied_by(self.scene)):
                return "empty", [Line(1, f"nothing with {asked}: empty, not zero")]
            found = self.rendered(view, made) if made else None
            if found and made:
                told = view, [*found, *self.also(singles=view == name)]
                if isinstance(made, Sheet) or "now" not in made:
                    _SAID[self.scene.envelope] = key, told
                return told
        nothing = Line(1, "no figures in this reply that could be put into words")
        return "plain" if found is None else "forms", [nothing]

    def also(self, *, singles: bool) -> Sequence[Line]:
        """Return what page or digest leave out and the hint names, for a full answer."""
        question = self.scene.question
        if question.detail != "full" or not question.hint.answer.also:
            return ()
        sheet = attempted("also", partial(also_of, self.scene, singles=singles))
        return (self.rendered("also", sheet) if sheet else None) or ()

    def rendered(self, view: str, made: Mapping[str, Any] | Sheet) -> Sequence[Line] | None:
        """Return the lines of a view, None where it cannot be rendered; any sheet has the same."""
        if isinstance(made, Sheet):
            view, made = "_sheet", {"sheet": made}
        return rendered(self.environment, view, {**self.shared, **made})

    def head(self) -> str:
        """Return the first line; a plain one where its template fails."""
        found = self.rendered("_header", self.header)
        if not found:
            return f"{self.header['marks']}{self.header['tool_name']} · data age not told"
        return shorten(found[0].text, _HEADER_LIMIT)

    def caveat_text(self, room: float) -> str:
        """Return the caveats, the first in full as far as they fit, the others by their kinds."""
        pairs = [*self.caveats.items()]
        told = self.rendered("_caveats", {"caveats": pairs}) or () if pairs else ()
        for full in range(len(told), -1, -1):
            lines = [f"caveat: {line.text}" for line in told[:full]]
            if kinds := list(self.caveats)[full:]:
                lines.append(f"caveats: {'; '.join(kinds)}")
            text = "\n".join(lines)
            if estimate(text) <= room:
                break
        return text

    def closing(self, fitted: Fitted, room: int) -> Sequence[str]:
        """Return what was left out, how to get it and what to call next, as far as they fit."""
        question = self.scene.question
        left, limits = fitted.rows_left, limits_told(question, self.scene.reply.limits)
        # At brief there is no room for what to call next.
        ranks = 8 if self.shared["terse"] else 9
        for terse in (self.shared["terse"], True):
            facts = (*left.items(),), fitted.lines_left, (*limits.items(),), ways_on(question)
            found = _closing(self.environment, terse, *facts)
            lines = fit(found, room, ranks).lines
            if not found or found[0].text in lines:
                break
        return lines

    def raw(self) -> tuple[str, str]:
        """Return the header line, with what was left out, and the data as JSON."""
        head = self.head()
        if self.caveats:
            head += f" · caveats: {'; '.join(self.caveats)}"
        found = shorten_json(self.scene.data, BUDGETS["raw"] - estimate(head) - _RAW_MARGIN)
        if found.rows_cut:
            head += f" · {found.rows_cut:,} rows left out"
            if narrowing := ways_on(self.scene.question).narrowing:
                head += f" (narrow with {', '.join(narrowing)})"
        return "raw", f"{head}\n{found.json}"


# Answers of one tool mostly end alike.
@lru_cache(maxsize=512)
def _closing(
    environment: Environment, terse: bool, left: _Pairs, lines_left: int, limits: _Pairs, ways: Ways
) -> Sequence[Line]:
    counts = {"left": dict(left), "lines_left": lines_left, "limits": dict(limits)}
    given = {"terse": terse, **counts, **ways._asdict()}
    return rendered(environment, "_closing", given) or ()


def meta_of(scene: Scene, fresh: Freshness, view: str) -> Mapping[str, object]:
    """Return the facts of an answer as data."""
    meta, reply = scene.envelope.meta, scene.reply
    found: dict[str, object] = {
        "computed_at": _iso(meta.computed_at),
        "age_seconds": None if fresh.age_seconds is None else round(fresh.age_seconds, 1),
        "verdict": fresh.verdict,
        "next_refresh_at": _iso(fresh.next_refresh_at),
        "request_id": meta.request_id,
        "simulated": scene.envelope.simulated,
        "cache": reply.outcome or None,
        "stale_because": reply.failure.kind if reply.failure else None,
        "view": view,
    }
    return {key: value for key, value in found.items() if value is not None}


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat().replace("+00:00", "Z")
