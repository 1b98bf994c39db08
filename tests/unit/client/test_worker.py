"""Heavy work is done beside the loop, and left to itself when nobody waits for it any more."""

import threading
from collections.abc import Callable

import anyio
import anyio.to_thread
import pytest

from bq_mcp.client import in_worker
from bq_mcp.client.worker import LARGE_BYTES

pytestmark = pytest.mark.anyio
LARGE = LARGE_BYTES + 1
# Only a fault lets this pass.
PATIENCE_S = 30.0


async def test_the_loop_turns_while_much_is_read() -> None:
    turned = threading.Event()

    async def turn() -> None:
        turned.set()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(turn)
        assert await in_worker(LARGE, lambda: turned.wait(PATIENCE_S))


async def test_little_is_read_in_place() -> None:
    assert await in_worker(LARGE_BYTES, threading.current_thread) is threading.current_thread()
    assert await in_worker(LARGE, threading.current_thread) is not threading.current_thread()


@pytest.mark.parametrize(("raised", "met"), [(KeyError, KeyError), (StopIteration, RuntimeError)])
async def test_what_fails_there_fails_here(raised: type[Exception], met: type[Exception]) -> None:
    def fail() -> None:
        raise raised("no")

    with anyio.fail_after(PATIENCE_S), pytest.raises(met):
        await in_worker(LARGE, fail)


async def test_who_leaves_does_not_wait_for_the_thread() -> None:
    begun, released, over = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        released.wait(PATIENCE_S)
        over.set()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(in_worker, LARGE, work)
        assert await _waited(begun.wait)
        tasks.cancel_scope.cancel()
    assert not over.is_set()
    released.set()
    assert await _waited(over.wait)


async def _waited(wait: Callable[[float], bool]) -> bool:
    return await anyio.to_thread.run_sync(wait, PATIENCE_S)
