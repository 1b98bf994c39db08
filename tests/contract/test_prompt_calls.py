"""Every call that a prompt names is answered with figures."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from bq_mcp.compose import InProcess, compose, real_clock
from bq_mcp.sandbox.access import SANDBOX_KEY
from bq_mcp.sandbox.app import create_app
from bq_mcp.settings import load_settings
from bq_mcp.workflows import Reach, book, render

from ..unit.test_workflows import NOW, PROMPTS, every, needed, steps, values

EXPIRY = "25DEC26"
pytestmark = [pytest.mark.anyio, pytest.mark.sweep]


def filled(arguments: Mapping[str, object]) -> dict[str, object]:
    """Return arguments with an expiry in place of the one that a step before tells."""
    # What a step before it tells stands in angle brackets.
    told = {name for name, value in arguments.items() if str(value).startswith("<")}
    known = {name: value for name, value in arguments.items() if name not in told}
    return known | ({"expiry": EXPIRY} if "expiry" in told else {})


@pytest.mark.parametrize("prompt", PROMPTS)
async def test_every_call_of_a_prompt_is_answered(prompt: str) -> None:
    async def load() -> object:
        return create_app(clock=lambda: NOW, plan="enterprise")

    thin = {"symbol": "sol"} if "symbol" in book().prompts[prompt].arguments else {}
    clock = replace(real_clock(), now=lambda: NOW)
    sandbox = InProcess(load, SANDBOX_KEY)
    async with compose(load_settings(), sandbox=sandbox, clock=clock) as service:
        reach = Reach(service.toolbox.inventory.names)
        for given in (needed(prompt), every(prompt), {**needed(prompt), **thin}):
            for tool, arguments in steps(render(prompt, values(prompt, **given), reach)):
                answer = await service.toolbox.call(tool, filled(arguments))
                assert not answer.is_error, answer.text
                assert "no data" not in answer.text or "symbol" in given, answer.text
