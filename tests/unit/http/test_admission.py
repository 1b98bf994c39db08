"""How many calls are let through."""

import pytest

from bq_mcp.http.admission import LocalCalls

from ...held_time import HeldTime

pytestmark = pytest.mark.anyio


async def test_a_minutes_calls_may_be_made_at_once_and_then_one_at_a_time() -> None:
    time = HeldTime()
    calls = LocalCalls(time.monotonic)
    assert [await calls.take("a", 6) for _ in range(6)] == [0.0] * 6
    assert await calls.take("a", 6) == pytest.approx(10.0)
    assert await calls.take("b", 6) == 0.0
    await time.pass_by(9.0)
    assert await calls.take("a", 6) == pytest.approx(1.0)
    await time.pass_by(1.0)
    assert await calls.take("a", 6) == 0.0
    assert await calls.take("a", 6) > 0.0
    await time.pass_by(60.0)
    assert [await calls.take("a", 6) for _ in range(6)] == [0.0] * 6
    assert await calls.take("a", 6) > 0.0
