"""The transport is made when it is first needed, once, and closed with whoever holds it."""

import anyio
import pytest

from bq_mcp.client import LateTransport
from bq_mcp.client.model import Request
from bq_mcp.client.transport import HttpTransport

from ...support import Upstream, envelope

pytestmark = pytest.mark.anyio


async def test_first_requests_at_once_share_one_transport() -> None:
    made: list[HttpTransport] = []

    async def load() -> Upstream:
        return Upstream({"/v2/status": envelope({})})

    def make() -> HttpTransport:
        made.append(
            HttpTransport("http://api", key=None, user_agent="t", phase_timeout=1, load_app=load)
        )
        return made[-1]

    async with LateTransport(make) as transport:
        assert not made
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(transport.warm)
            tasks.start_soon(transport.send, Request("/status"))
            tasks.start_soon(transport.send, Request("/status"))
        assert (await transport.send(Request("/status"))).status == 200
    assert len(made) == 1


async def test_one_that_was_never_needed_is_never_made() -> None:
    def make() -> HttpTransport:
        raise AssertionError("it is not needed")

    async with LateTransport(make):
        pass
