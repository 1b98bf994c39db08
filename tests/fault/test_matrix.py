"""Every fault, with and without an older answer in hand, for one caller and for fifty at once.

The promises are the table of `docs/reliability.md`; each of its cells is a test here.
"""

from datetime import timedelta

import pytest

from bq_mcp.sandbox.faults import FAULT_KINDS
from tests.sandbox.asking import NOW

from .checks import HELD_FOR_S, check
from .matrix import CALLERS, MATRIX, Cell, cells, cells_of_the_page
from .scene import Scene

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("callers", CALLERS)
@pytest.mark.parametrize(
    ("kind", "column", "cell"), cells(), ids=[f"{kind}-{column}" for kind, column, _ in cells()]
)
async def test_cell(kind: str, column: str, cell: Cell, callers: int) -> None:
    scene = Scene()
    if column == "held":
        await scene.hold(seconds_ago=HELD_FOR_S)
    since = NOW - timedelta(seconds=HELD_FOR_S) if kind == "frozen_data" else None
    async with scene.failing(kind, since=since) as asked:
        answers = await asked.ask_at_once(callers)
    assert asked.wire.requests == cell.requests
    assert len(answers) == callers
    assert len({answer.text for answer in answers}) == 1
    check(answers[0], kind, cell.outcome)


async def test_the_table_of_the_page_and_the_tests_are_the_same_cells() -> None:
    def place(cell: tuple[str, str, Cell]) -> tuple[str, str]:
        return cell[:2]

    assert sorted(cells_of_the_page(), key=place) == sorted(cells(), key=place)


async def test_the_matrix_has_every_fault_that_can_be_scheduled() -> None:
    assert list(MATRIX) == list(FAULT_KINDS)
