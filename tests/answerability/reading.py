"""Market questions and the calls that settle them: read from `*.toml`, put to the tools on offer.

A file holds the questions of one theme:

[[question]]
ask       the question as somebody on a desk puts it
again     the same question in quite other words
symbols   the markets it is put for; `{symbol}` and `{coin}` stand for each in all texts; optional
right     the tools of which a search should name one among its first three
calls     the calls that settle it together, each with its tool and its arguments
truths    what the answers must say: facts as in `tests/contract/view_facts.py`, their truths
          expressions over the payload of a call, whose number is `of`, 0 if left out; a fact
          whose truth may be missing says which words stand for it
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from tests.contract.view_facts import Fact

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Call:
    """One call of a tool."""

    tool: str
    arguments: Mapping[str, object]


@dataclass(frozen=True)
class Truth:
    """A fact that the answer to one of the calls must settle."""

    fact: Fact
    of: int


@dataclass(frozen=True)
class Question:
    """One question, put for one market where it is about one."""

    ask: str
    again: str
    right: Sequence[str]
    calls: Sequence[Call]
    truths: Sequence[Truth] = field(repr=False)


@cache
def questions() -> tuple[Question, ...]:
    """Return every question, put for the first of its markets."""
    return tuple(next(_put(entry)) for entry in _entries())


@cache
def of_every_market() -> tuple[Question, ...]:
    """Return every question, put for each of its markets."""
    return tuple(asked for entry in _entries() for asked in _put(entry))


def _entries() -> Iterator[Mapping[str, Any]]:
    for path in sorted(FOLDER.glob("*.toml")):
        yield from tomllib.loads(path.read_text("utf-8"))["question"]


def _put(entry: Mapping[str, Any]) -> Iterator[Question]:
    for symbol in entry.get("symbols", [""]):
        told = _filled(entry, symbol)
        yield Question(
            ask=told["ask"],
            again=told["again"],
            right=told["right"],
            calls=[Call(call["tool"], call.get("arguments", {})) for call in told["calls"]],
            truths=[_truth(truth, told["ask"]) for truth in told["truths"]],
        )


def _truth(entry: Mapping[str, Any], ask: str) -> Truth:
    told = {name: value for name, value in entry.items() if name != "of"}
    return Truth(Fact(question=ask, details=(), **told), entry.get("of", 0))


def _filled(node: Any, symbol: str) -> Any:
    if isinstance(node, str):
        coin = symbol.removesuffix("USDT")
        return node.replace("{symbol}", symbol).replace("{coin}", coin)
    if isinstance(node, Mapping):
        return {name: _filled(value, symbol) for name, value in node.items()}
    return [_filled(value, symbol) for value in node] if isinstance(node, list) else node
