"""Every call that a prompt names is answered with figures."""

from dataclasses import replace

import pytest

from bq_mcp.compose import InProcess, compose, real_clock
from bq_mcp.sandbox.access import SANDBOX_KEY
from bq_mcp.sandbox.app import create_app
from bq_mcp.settings import load_settings
from bq_mcp.workflows import Reach, book, render

from ..unit.test_workflows import NOW, PROMPTS, every, needed, steps, values

pytestmark = [pytest.mark.anyio, pytest.mark.sweep]


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
                # What a step before it tells stands in angle brackets.
                known = {k: v for k, v in arguments.items() if not str(v).startswith("<")}
                answer = await service.toolbox.call(tool, known)
                assert not answer.is_error, answer.text
                assert "no data" not in answer.text or "symbol" in given, answer.text
