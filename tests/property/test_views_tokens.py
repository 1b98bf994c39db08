"""The estimate of tokens: never too low for our own answers, and close above them."""

from collections.abc import Iterator
from functools import cache
from statistics import median

from bpe_openai import get_encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from bq_mcp.views.fit.size import estimate, shorten
from tests.contract.sandbox_answers import SEEDS, answer, reply
from tests.contract.view_facts import typed_facts

O200K = get_encoding("o200k_base")
DETAILS = ("brief", "standard", "full")


def tokens(text: str) -> int:
    return len(O200K.encode_ordinary(text))


@cache
def texts() -> tuple[str, ...]:
    """Return the answers of every view to its questions in one world."""
    return tuple(_texts())


def _texts() -> Iterator[str]:
    for view in typed_facts():
        for case in view.cases(SEEDS[1:2]):
            if reply(case)["success"]:
                for detail in DETAILS:
                    yield answer(case, detail).text  # type: ignore[arg-type]


def test_no_answer_of_ours_is_estimated_too_low() -> None:
    assert [text for text in texts() if estimate(text) < tokens(text)] == []


def test_half_of_our_answers_are_estimated_within_six_per_cent() -> None:
    assert median(estimate(text) / tokens(text) - 1 for text in texts()) <= 0.06


@settings(max_examples=300)
@given(text=st.text(alphabet=st.characters(min_codepoint=0x80), max_size=80))
def test_text_of_other_scripts_is_never_estimated_too_low(text: str) -> None:
    assert tokens(text) <= estimate(text)


@settings(max_examples=200)
@given(text=st.text(max_size=200), limit=st.integers(3, 60))
def test_shortened_text_keeps_to_its_limit(text: str, limit: int) -> None:
    assert estimate(shorten(text, limit)) <= max(limit, estimate("…"))
