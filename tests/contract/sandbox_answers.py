"""Answers to questions about the simulated market, without a client or a server."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from itertools import product
from typing import Any

from fastapi import FastAPI

from bq_mcp.catalog import NO_HINT, SNAPSHOT, bundled_hints, load_catalog
from bq_mcp.client.model import Reply
from bq_mcp.envelope import read_envelope
from bq_mcp.tools.inventory import Inventory, Tool
from bq_mcp.views import Answer, Detail, Question
from bq_mcp.views.answer import render
from bq_mcp.views.digest import digest_of
from bq_mcp.views.digest.also import also_of
from bq_mcp.views.pages import PAGES
from bq_mcp.views.scene import Scene
from tests.sandbox.asking import NOW, HandClock, ask, sandbox

SEEDS = (7, 11, 23)
SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "HYPEUSDT")


@dataclass(frozen=True)
class Case:
    """One question: a path, its query, the world it is put to, and the shape of its replies."""

    path: str
    query: Mapping[str, str] = field(default_factory=dict, hash=False)
    seed: int = SEEDS[0]
    shapes: int = 1

    def __str__(self) -> str:
        asked = "&".join(f"{name}={value}" for name, value in self.query.items())
        return f"{self.path}?{asked}#{self.seed}{'/shapes 2' if self.shapes == 2 else ''}"


def reply(case: Case) -> Mapping[str, Any]:
    """Return the whole body the sandbox sends; a refusal has `success: false`."""
    return _reply(case.path, tuple(case.query.items()), case.seed, case.shapes)


def answer(case: Case, detail: Detail, body: object = None) -> Answer:
    """Return the answer to `body`, by default to what the sandbox sends."""
    return _answered(case, detail) if body is None else _rendered(case, detail, body)


@cache
def _answered(case: Case, detail: Detail) -> Answer:
    return _rendered(case, detail, reply(case))


def _rendered(case: Case, detail: Detail, body: object) -> Answer:
    return render(question(case, detail), received(body), NOW)


def made(case: Case, detail: Detail, body: object = None) -> object:
    """Return what the page of an endpoint, or else the digests, hand over for an answer."""
    told = received(reply(case) if body is None else body)
    scene = Scene(question(case, detail), told, NOW)
    page = PAGES.get(case.path)
    found = page(scene) if page else None
    also = [also_of(scene, singles=page is not None)] if detail == "full" else []
    return [digest_of(scene) if found is None else found, *also]


def received(body: object) -> Reply:
    """Return a body as a reply of upstream that has just come."""
    return Reply(read_envelope(body), server_time=NOW, received=0.0)


def question(case: Case, detail: Detail) -> Question:
    """Return the question as the tools would put it."""
    inventory = offered()
    return Question(
        tool=inventory.names[case.path],
        endpoint=inventory.catalog.by_path()[case.path],
        hint=bundled_hints().get(case.path, NO_HINT),
        query=case.query,
        detail=detail,
        tool_names=inventory.names,
    )


def questions(tool: Tool) -> Iterator[dict[str, str]]:
    """Yield the plainest question for each symbol and each value of what is required."""
    properties = tool.input_schema["properties"]
    names = [name for name in properties if name in ("symbol", "greek")]
    asked = [properties[name].get("enum", [""]) for name in names]
    several = {"symbols": "BTCUSDT,HYPEUSDT"} if "symbols" in properties else {}
    for values in product(*asked):
        yield dict(zip(names, values, strict=True)) | several


@cache
def offered() -> Inventory:
    """Return the tools of the bundled catalog."""
    return Inventory(load_catalog(SNAPSHOT, "snapshot"), bundled_hints())


@cache
def world(seed: int, shapes: int = 1) -> FastAPI:
    """Return the sandbox of a seed, its clock standing at NOW."""
    return sandbox(HandClock(NOW), seed=seed, plan="enterprise", shapes=shapes)


def put(case: Case) -> Mapping[str, Any]:
    """Return the whole body the sandbox sends, without keeping it as `reply` does."""
    return _put(case.path, tuple(case.query.items()), case.seed, case.shapes)


def _put(
    path: str, query: tuple[tuple[str, str], ...], seed: int, shapes: int
) -> Mapping[str, Any]:
    asked = dict(query)
    filled = re.sub(r"{(\w+)}", lambda found: asked.pop(found[1]), path)
    # A key per question, because the clock stands still and a key has so many calls a minute.
    key = "bq_live_" + sha256(repr((filled, query)).encode()).hexdigest()[:32]
    body: Mapping[str, Any] = ask(world(seed, shapes), filled.lstrip("/"), key=key, **asked).json()
    return body


_reply = cache(_put)
