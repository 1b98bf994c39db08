"""What every test may use."""

from collections.abc import Iterator

import pytest

from bq_mcp.text import MASK


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def no_secrets_of_other_tests() -> Iterator[None]:
    yield
    MASK.clear()
