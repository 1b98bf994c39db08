"""Turn a reply into an answer: header, figures, caveats, next step, within a budget of tokens."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from ..envelope import Envelope
from ..errors import ViewError
from ..logs import Log
from .ages import ages_at_their_widest, ages_told
from .caveats import caveats_of
from .context import (
    Cuts,
    Scene,
    context_of,
    detail_argument,
    larger_detail,
    narrowing,
    next_tools,
)
from .fitting import most_that_fits
from .generic import Limits, generic_of
from .header import header_of
from .model import Answer, Question, Standing
from .reading import Body, reading_of
from .tokens import estimate, shorten

if TYPE_CHECKING:
    from .environment import Views

_log = Log(__name__)
BUDGETS: Mapping[str, int] = {"brief": 150, "standard": 500, "full": 2_000, "raw": 2_000}
GENERIC = "generic"
_ROWS: Mapping[str, Sequence[int]] = {
    "brief": (3, 2, 1, 0),
    "standard": (12, 8, 6, 5, 4, 3, 2, 1, 0),
    "full": (80, 60, 45, 34, 26, 20, 15, 11, 8, 6, 4, 2, 1, 0),
}
_LIMITS: Mapping[str, Limits] = {
    "brief": Limits(figures=10, columns=4, listed=2),
    "standard": Limits(figures=24, columns=7, listed=12),
    "full": Limits(figures=96, columns=14, listed=48),
}
# Caveats may take half of what the first line leaves before they shrink to fewer words.
_CAVEAT_SHARE = 0.5
_HEADER_LIMIT = 110
_HEADER, _CAVEATS, _CLOSING = "_header.md.jinja", "_caveats.md.jinja", "_closing.md.jinja"
_SUFFIX = ".md.jinja"


def render(question: Question, envelope: Envelope, standing: Standing) -> Answer:
    """Return the answer to one reply; any payload has one."""
    return render_in(_environment(), question, envelope, standing)


def render_in(
    environment: "Views", question: Question, envelope: Envelope, standing: Standing
) -> Answer:
    """Return the answer rendered with the templates of `environment`."""
    scene = scene_of(question, envelope, standing)
    page = _Page(environment, scene, standing)
    with environment.once.an_answer():
        view, text = ("raw", page.raw()) if question.detail == "raw" else _in_words(page)
    return Answer(text, _meta(scene, standing, view))


def scene_of(question: Question, envelope: Envelope, standing: Standing) -> Scene:
    """Return a reply with everything that is read from it before a template runs."""
    reading = reading_of(envelope)
    return Scene(
        question,
        envelope,
        reading.shape,
        reading.drawn_by(question),
        header_of(
            question,
            envelope,
            standing,
            series=reading.series,
            oldest_part=reading.oldest_part,
        ),
        caveats_of(question, envelope, standing, reading.shape),
    )


def view_name(path: str) -> str:
    """Return the view of a path: the path itself without its `{param}` segments."""
    parts = [part for part in path.strip("/").split("/") if not part.startswith("{")]
    return "/".join(parts)


def views_for(environment: "Views", path: str) -> Iterator[tuple[str, str]]:
    """Return the names and templates that may show an endpoint, the generic one last."""
    name = view_name(path)
    if not any(part.startswith(("_", ".")) for part in name.split("/")):
        template = name + _SUFFIX
        if template in _template_names(environment):
            yield name, template
    yield GENERIC, "_generic" + _SUFFIX


def render_template(environment: "Views", template: str, context: Mapping[str, Any]) -> str:
    """Return one template rendered, without blank lines.

    Raises:
        ViewError: the template could not be rendered, whatever the cause.
    """
    try:
        text = environment.get_template(template).render(context)
    except Exception as exc:
        raise ViewError(f"{template}: {type(exc).__name__}: {exc}") from exc
    return "\n".join(line.rstrip() for line in text.splitlines() if line.strip())


def _in_words(page: "_Page") -> tuple[str, str]:
    """Return the name of the first view that has something to say, and its answer."""
    for name, template in views_for(page.environment, page.scene.question.endpoint.path):
        try:
            if text := page.text(template):
                return name, text
        except ViewError as error:
            log_failure(error, template)
    return "plain", page.plain()


@dataclass(slots=True)
class _Page:
    """One answer under way."""

    environment: "Views"
    scene: Scene
    standing: Standing

    @property
    def budget(self) -> int:
        return BUDGETS[self.scene.question.detail]

    def text(self, template: str) -> str:
        """Return the whole answer, "" where the view found nothing to say.

        It has the most rows that leave room for the first line, the caveats and the closing, and
        names the next tools where they fit as well.
        """
        head = self.header()
        caveats = self.caveats(estimate(head))
        room = self.budget - estimate(head) - _size(caveats)
        limits = _ROWS[self.scene.question.detail]

        @cache
        def tried(rows: int) -> tuple[Body, str | None]:
            body = self._body(template, rows)
            return body, self._closing_within(room, body)

        def fits(rows: int) -> bool:
            return tried(rows)[1] is not None

        def guess(rows: int) -> float:
            return rows * room / tried(rows)[0].tokens

        body, closing = tried(self._most_rows(limits, fits, guess))
        if not body.text:
            return ""
        if closing is None:
            return self._cut(head, body.text.split("\n"), caveats, body.rows_cut)
        return _joined(head, body.text, caveats, closing)

    def _most_rows(
        self,
        limits: Sequence[int],
        fits: Callable[[int], bool],
        guess: Callable[[int], float],
    ) -> int:
        """Return the most rows that fit; among many sizes it begins where the last answer ended."""
        if len(limits) <= _FEW_SIZES:
            return most_that_fits(limits, fits, guess)
        asked = self.scene.question.tool, self.scene.question.detail
        shown = self.environment.rows_shown
        shown[asked] = most_that_fits(limits, fits, guess, shown.get(asked))
        return shown[asked]

    def header(self) -> str:
        """Return the first line; a plain one where its template fails."""
        scene = self.scene
        context = {
            "head": scene.header,
            "subject": scene.subject,
            "tool": scene.question.tool,
            "short": scene.question.detail == "brief",
        }
        try:
            line = render_template(self.environment, _HEADER, context).replace("\n", " ")
        except ViewError as error:
            log_failure(error, _HEADER)
            line = _plain_header(scene)
        return shorten(line, _HEADER_LIMIT)

    def caveats(self, used: int) -> str:
        """Return the caveats in the most words that leave room for figures."""
        room = (self.budget - used) * _CAVEAT_SHARE
        sizes = ("short",) if self.scene.question.detail == "brief" else ("full", "short")
        for size in sizes:
            text = self.caveat_lines(size)
            if estimate(text) <= room:
                return text
        return self.caveat_lines("kind")

    def caveat_lines(self, size: str) -> str:
        """Return the caveats in one of the three sizes; their kinds where the template fails."""
        scene = self.scene
        if not scene.caveats:
            return ""
        context = {"caveats": scene.caveats, "size": size, "now": scene.header.now}
        try:
            return render_template(self.environment, _CAVEATS, context)
        except ViewError as error:
            log_failure(error, _CAVEATS)
            return f"caveats: {'; '.join(caveat.kind for caveat in scene.caveats)}"

    def raw(self) -> str:
        """Return the header line, with what was left out, and the data as JSON."""
        head = self.header()
        kinds = self.caveat_lines("kind").replace("\n", "; ")
        marks = f" · {kinds}" if kinds else ""
        room = self.budget - estimate(head + marks) - _RAW_MARGIN
        found = self.scene.drawn.shortened(self.scene.envelope.data, max(room, 1))
        if found.rows_cut:
            marks += f" · {found.rows_cut:,} rows left out"
            if names := narrowing(self.scene.question):
                marks += f" (narrow with {', '.join(names)})"
        if found.text_cut:
            marks += " · long text cut"
        return f"{head}{marks}\n{found.json}"

    def plain(self) -> str:
        """Return what is left when every template failed: the first line and the caveats."""
        head = self.header()
        return _joined(head, _NO_VIEW, self.caveats(estimate(head)), "")

    def _body(self, template: str, rows: int) -> Body:
        """Return the figures in tables of at most `rows` rows; rendered once a reply and day."""
        now = self.scene.header.now
        bodies = self.scene.drawn.bodies(now)
        made = (self.environment, template, rows)
        if made not in bodies:
            bodies[made] = self._rendered(template, rows)
        return replace(bodies[made], text=ages_told(bodies[made].text, now))

    def _rendered(self, template: str, rows: int) -> Body:
        scene, cuts = self.scene, Cuts()
        context = context_of(scene, rows, cuts)
        if template.startswith("_generic"):
            limits = _LIMITS[scene.question.detail]
            hinted = scene.question.hint.units
            context["view"] = generic_of(scene.shape, scene.subject, hinted, rows, limits)
        text = render_template(self.environment, template, context)
        return Body(text, estimate(ages_at_their_widest(text)), cuts.rows)

    def _closing_within(self, room: int, body: Body) -> str | None:
        """Return the closing that fits beside a body, with the next tools if they do; else None.

        Beside a body with nothing to say anything fits.
        """
        if body.tokens >= room:
            return None
        question = self.scene.question
        named = [] if question.detail == "brief" else next_tools(question)
        for names in (named, []) if named else ([],):
            closing = self._closing(body.rows_cut, 0, names)
            if not body.text or _size(closing) + body.tokens < room:
                return closing
        return None

    def _closing(self, rows_cut: int, lines_cut: int, names: Sequence[str]) -> str:
        question = self.scene.question
        context = {
            "short": question.detail == "brief",
            "lines_cut": lines_cut,
            "rows_cut": rows_cut,
            "argument": detail_argument(question),
            "larger": larger_detail(question),
            "narrowing": narrowing(question),
            "limits": self.standing if question.hint.shows_limits else None,
            "next": names,
        }
        return render_template(self.environment, _CLOSING, context)

    def _cut(self, head: str, lines: Sequence[str], caveats: str, rows_cut: int) -> str:
        """Return the answer with as many lines of its body, from the top, as fit."""

        def with_lines(kept: int) -> str:
            closing = self._closing(rows_cut, len(lines) - kept, [])
            return _joined(head, "\n".join(lines[:kept]), caveats, closing)

        def is_over(kept: int) -> bool:
            return estimate(with_lines(kept)) > self.budget

        kept = bisect_left(range(len(lines)), True, key=is_over) - 1
        return with_lines(kept) if kept >= 0 else _joined(head, caveats)


_FEW_SIZES = 4
_RAW_MARGIN = 40
_NO_VIEW = "the figures could not be put into words; detail=raw has them"


@cache
def _environment() -> "Views":
    # Importing jinja2 costs 40 ms that starting the server need not pay.
    from .environment import service

    return service()


def _template_names(environment: "Views") -> frozenset[str]:
    from .environment import template_names

    return template_names(environment)


def _joined(*parts: str) -> str:
    return "\n".join(part for part in parts if part)


def _size(*parts: str) -> int:
    """Return the tokens of parts that are joined to others, each with its line break."""
    return sum(estimate(part) + 1 for part in parts if part)


def _plain_header(scene: Scene) -> str:
    mark = "SIMULATED " if scene.subject.simulated else ""
    mark += "STALE " if scene.header.failure else ""
    verdict = scene.header.freshness.verdict
    return f"{mark}{scene.subject.symbol} {scene.question.tool} · data age: {verdict}".replace(
        "  ", " "
    )


def _meta(scene: Scene, standing: Standing, view: str) -> Mapping[str, object]:
    fresh, meta = scene.header.freshness, scene.envelope.meta
    found: dict[str, object] = {
        "computed_at": _iso(meta.computed_at),
        "age_seconds": None if fresh.age_seconds is None else round(fresh.age_seconds, 1),
        "verdict": fresh.verdict,
        "next_refresh_at": _iso(fresh.next_refresh_at),
        "request_id": meta.request_id,
        "simulated": scene.envelope.simulated,
        "cache": standing.cache or None,
        "stale_because": standing.failure,
        "view": view,
    }
    return {key: value for key, value in found.items() if value is not None}


def _iso(instant: Any) -> str | None:
    return None if instant is None else instant.isoformat().replace("+00:00", "Z")


def log_failure(error: ViewError, template: str) -> None:
    """Log that a template failed."""
    _log.warning("view failed", template=template, error=error.message)
