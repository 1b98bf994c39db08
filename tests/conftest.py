"""What every test may use."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from bq_mcp.text import MASK

# The same examples in every run, however busy the machine is.
settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def no_secrets_of_other_tests() -> Iterator[None]:
    yield
    MASK.clear()
