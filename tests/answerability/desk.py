"""What the tools say to the calls of a question, beside the payloads they say it from."""

from collections.abc import Iterable, Iterator
from typing import Any

import anyio
from fastapi import FastAPI

from bq_mcp.client import Clock
from bq_mcp.compose import InProcess, compose
from bq_mcp.errors import ArgumentError
from bq_mcp.sandbox.access import SANDBOX_KEY
from bq_mcp.settings import Settings
from bq_mcp.tools import Tool
from bq_mcp.views import Detail
from tests.answerability.reading import Call, Question
from tests.contract.sandbox_answers import Case, answer, offered, reply, world
from tests.contract.view_facts import evaluate, settles
from tests.sandbox.asking import NOW


def unsettled(questions: Iterable[Question], seed: int) -> Iterator[str]:
    """Yield the truths of the questions that the answers in one world leave out."""
    for question in questions:
        for truth in question.truths:
            call = question.calls[truth.of]
            wanted, text = true(call, truth.fact.truth, seed), said(call, seed)
            posed = wanted is not None or truth.fact.missing
            if not posed or not settles(truth.fact, wanted, text):
                yield f"{question.ask} #{seed}\n{truth.fact.label} {wanted}\n{text}"


def said(call: Call, seed: int) -> str:
    """Return what the tool says to a call."""
    sent = _sent(call, seed)
    if sent and reply(sent[0])["success"]:
        return answer(*sent).text
    return anyio.run(_asked, call, seed)


def true(call: Call, expression: str, seed: int) -> Any:
    """Return what an expression says about the payload behind a call; refused, it has none."""
    sent = _sent(call, seed)
    return evaluate(expression, *((reply(sent[0]), sent[0].query) if sent else ({}, {})))


def _sent(call: Call, seed: int) -> tuple[Case, Detail] | None:
    """Return what is sent for a call and the size of its answer, None where it is refused."""
    tool: Tool = offered().tools[call.tool]
    try:
        prepared = tool.checker.prepare(call.arguments, NOW)
    except ArgumentError:
        return None
    return Case(tool.endpoint.path, prepared.query, seed), prepared.detail


async def _asked(call: Call, seed: int) -> str:
    async def load() -> FastAPI:
        return world(seed)

    still = Clock(lambda: NOW, lambda: 0.0, anyio.sleep, lambda: 0.0)
    service = compose(Settings(), sandbox=InProcess(load, SANDBOX_KEY), clock=still)
    async with service:
        return (await service.toolbox.call(call.tool, call.arguments)).text
