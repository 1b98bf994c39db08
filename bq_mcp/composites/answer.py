"""Turn what was heard into one answer: first line, figures, what is missing, ages, what is next."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from jinja2 import ChoiceLoader, Environment, FunctionLoader

from ..views import Answer, Question
from ..views.answer import Printer, meta_of
from ..views.facts.caveats import caveats_of
from ..views.fit.marks import Line, compiled
from ..views.scene import Scene
from ..views.words.environment import attempted, service
from ..words import prompts_root
from . import compare_symbols, expiry_brief, market_brief
from .heard import Heard
from .part import Page, Part, ages, failures, model_of, spots, worst

_PAGES: Mapping[str, Callable[[Sequence[Part], Question], Page]] = {
    "compare_symbols": compare_symbols.page,
    "expiry_brief": expiry_brief.page,
    "market_brief": market_brief.page,
}
_FOLDER = "composites/"
# What an answer takes of the window unless more is asked for, in tokens.
_SCREEN = 450
_NOTES, _VENUES = "upstream notes", "by_venue"


def render(
    question: Question,
    heard: Sequence[Heard],
    monotonic: float,
    environment: Environment | None = None,
) -> Answer:
    """Return the answer of a composite; at least one of its parts has a reply."""
    parts = [_part(one, monotonic) for one in heard]
    answered = [part for part in parts if part.scene]
    page = attempted(question.tool, lambda: _PAGES[question.endpoint.path](parts, question))
    lead = worst(answered)
    served = {part.ask.label: part.own_scene.data for part in answered}
    reply = lead.own_scene.reply
    envelope = replace(reply.envelope, data=served)
    scene = replace(lead.own_scene, question=question, reply=replace(reply, envelope=envelope))
    printer = JointPrinter(
        scene, lead.fresh, words(environment or service()), parts, page or Page({})
    )
    view, text = printer.raw() if question.detail == "raw" else printer.worded()
    return Answer(text, _meta(parts, lead, view))


@cache
def words(views: Environment) -> Environment:
    """Return the environment of the views with the templates of composites beside theirs."""
    loaders = filter(None, (FunctionLoader(_template), views.loader))
    return views.overlay(loader=ChoiceLoader([*loaders]))


@dataclass
class JointPrinter(Printer):
    """One answer under way, made from several parts; `scene` is that of the worst of them."""

    parts: Sequence[Part]
    page: Page

    def __post_init__(self) -> None:
        super().__post_init__()
        answered = [part for part in self.parts if part.scene]
        alone = not any(part.ask.item for part in self.parts)
        joint = {"symbol": "", "title": self.scene.question.hint.title}
        self.header = {
            **self.header,
            **({} if alone else joint),
            "model": model_of(self.page),
            "oldest": None,
            "venues": [],
        }
        self.shared = {**self.shared, "spot": answered[0].spot if alone else None}

    def gathered(self) -> Mapping[str, object]:
        return _caveats([part for part in self.parts if part.scene])

    def budget(self) -> int:
        most = super().budget()
        return min(most, _SCREEN) if self.scene.question.detail == "standard" else most

    def body(self) -> tuple[str, Sequence[Line]]:
        """Return the figures, and what the parts say of themselves."""
        answered = [part for part in self.parts if part.scene]
        context = {
            "ages": ages(answered),
            "spots": spots(answered),
            "failures": failures(self.parts),
            **self.page.context,
        }
        view = _FOLDER + self.scene.question.endpoint.path
        found = self.rendered(view, context)
        return (view, found) if found else ("plain", [Line(1, "no figures could be put in words")])


def _meta(parts: Sequence[Part], lead: Part, view: str) -> Mapping[str, object]:
    """Return the facts of the oldest part, the worst verdict, and which parts failed by label."""
    answered = [part for part in parts if part.scene]
    oldest = max(answered, key=lambda part: part.fresh.age_seconds or 0.0)
    failure = lead.own_scene.reply.failure
    told = {
        "verdict": lead.fresh.verdict,
        "stale_because": failure.kind if failure else None,
        "failed": {part.ask.label: part.kind for part in parts if part.kind},
    }
    stated = {name: value for name, value in told.items() if value}
    return {**meta_of(oldest.own_scene, oldest.fresh, view), **stated}


def _part(heard: Heard, monotonic: float) -> Part:
    scene = None
    if heard.question and heard.reply:
        # Pages know no raw; their figures are not printed then.
        detail = "standard" if heard.question.detail == "raw" else heard.question.detail
        question = replace(heard.question, detail=detail)
        scene = Scene(question, heard.reply, heard.reply.server_now(monotonic))
    return Part(heard.ask, scene, heard.failure)


def _caveats(parts: Sequence[Part]) -> Mapping[str, object]:
    """Return the caveats of all parts; one that differs between them names its part.

    Notes on the split by venue are left out: no composite shows one.
    """
    found: dict[str, object] = {}
    for part in parts:
        for kind, told in caveats_of(part.own_scene).items():
            if kind == _NOTES:
                told = _without_venues(told)
            before = found.setdefault(kind, told) if told else told
            if isinstance(before, float) and isinstance(told, float):
                # Two measures of one time.
                found[kind] = max(before, told)
            elif before != told:
                found[f"{kind}, {part.ask.label}"] = told
    return found


def _without_venues(notes: object) -> object:
    if isinstance(notes, Mapping):
        return {name: note for name, note in notes.items() if _VENUES not in name}
    return [name for name in notes if _VENUES not in name] if isinstance(notes, list) else notes


def _template(name: str) -> str | None:
    if not name.startswith(_FOLDER):
        return None
    return compiled((prompts_root() / name).read_text("utf-8"), name)
