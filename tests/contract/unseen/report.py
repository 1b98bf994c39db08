"""What answers to unseen payloads keep.

python -m tests.contract.unseen.report [part of a path ...] [--text] [--lost]
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from bq_mcp.views import Detail
from tests.contract.unseen import etf_market, gamma, tape, volatility
from tests.contract.unseen.asking import BUDGETS, answer
from tests.contract.unseen.facts import Fact, lost
from tests.contract.unseen.worlds import MAKERS, Case, cases
from tests.contract.unseen.wrong import faults

PAYLOADS = (etf_market, gamma, tape, volatility)
PATHS = tuple(sorted(MAKERS))
DETAILS: Sequence[Detail] = ("standard", "brief")


@dataclass(frozen=True)
class Verdict:
    """One answer: what each fact lacks in it ("" where it is kept), and what in it is wrong."""

    case: Case
    detail: Detail
    text: str
    lacks: Sequence[tuple[Fact, str]]
    wrong: Sequence[str]


@cache
def verdicts(path: str) -> Sequence[Verdict]:
    """Return the verdicts on all answers of an endpoint."""
    return [_verdict(case, detail) for case in cases(path) for detail in DETAILS]


def _verdict(case: Case, detail: Detail) -> Verdict:
    text = answer(case.path, case.query, case.body, detail)
    lacks = [(fact, lost(fact, text)) for fact in case.facts]
    return Verdict(case, detail, text, lacks, faults(case, text))


def share(found: Iterable[Verdict], detail: Detail, leads: bool = False) -> float:
    """Return which part of all facts, or of the leads, the answers of one size keep."""
    marks = [
        not why
        for verdict in found
        if verdict.detail == detail
        for fact, why in verdict.lacks
        if fact.lead or not leads
    ]
    return sum(marks) / len(marks)


def line(name: str, found: Sequence[Verdict]) -> str:
    """Return one row of the table."""
    parts = (share(found, "standard"), share(found, "brief", leads=True), share(found, "brief"))
    wrong = sum(bool(verdict.wrong) for verdict in found)
    return f"{name:42}" + "".join(f"{part:10.0%}" for part in parts) + f"{wrong or '':>8}"


def report(paths: Sequence[str], text: bool = False, facts: bool = False) -> Iterator[str]:
    """Yield the lines of the report: a row an endpoint, then what was lost and what is wrong."""
    yield f"{'':42}{'standard':>10}{'leads':>10}{'brief':>10}{'wrong':>8}"
    for path in paths:
        found = verdicts(path)
        yield line(path, found)
        for verdict in found:
            yield from _told(verdict, text, facts)
    yield line("all", [verdict for path in paths for verdict in verdicts(path)])


def _told(verdict: Verdict, text: bool, facts: bool) -> Iterator[str]:
    away = [(fact, why) for fact, why in verdict.lacks if why]
    if text:
        yield f"\n== {verdict.case} {verdict.detail}\n{verdict.text}"
    if facts or text:
        yield from (_lost(verdict, fact, why) for fact, why in away)
        yield from (
            f"  {verdict.case} {verdict.detail} WRONG {fault}" for fault in verdict.wrong[:4]
        )


def _lost(verdict: Verdict, fact: Fact, why: str) -> str:
    places = " @ " + ", ".join(map(_shown, fact.told.places)) if fact.told.places else ""
    values = " or ".join(f"{value:,.10g}" for value in fact.told.values[:2]) or fact.words
    lead = " (lead)" if fact.lead else ""
    name = f"{verdict.case.path.rsplit('/', 1)[-1]}#{verdict.case.label} {verdict.detail}"
    return f"  {name:44} lost {fact.name}{lead}: {values}{places} [{why}; {fact.words}]"


def _shown(place: object) -> str:
    if isinstance(place, frozenset):
        return " or ".join(sorted(map(_shown, place)))
    return f"{place:%Y-%m-%d %H:%MZ}" if isinstance(place, datetime) else str(place)


def main(arguments: Sequence[str]) -> None:
    """Print the report on the endpoints whose path holds one of the words given."""
    words = [word for word in arguments if not word.startswith("--")]
    paths = [path for path in PATHS if not words or any(_fits(word, path) for word in words)]
    text = "--text" in arguments
    for row in report(paths, text, bool(words) or "--lost" in arguments):
        sys.stdout.write(row + "\n")


def _fits(word: str, path: str) -> bool:
    return word == path if word in PATHS else word in path


if __name__ == "__main__":
    main(sys.argv[1:])

__all__ = ["BUDGETS", "PATHS", "Verdict", "report", "share", "verdicts"]
