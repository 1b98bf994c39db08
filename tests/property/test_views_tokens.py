"""The estimate of tokens is never too low."""

import string

from bpe_openai import get_encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from bq_mcp.views.tokens import estimate, shorten
from bq_mcp.views.vocabulary import COSTS, JOINED, LED_MARKS, MARKS, UNPAIRED
from tests.unit.views.asking import DETAILS, ask
from tests.unit.views.test_levels import COMPLETE

O200K = get_encoding("o200k_base")
LEADS = [*string.punctuation, "\t", "\x00"]
WORDS = sorted(COSTS)
PARTS = st.one_of(
    st.sampled_from(WORDS),
    st.sampled_from(
        [" ", "_", " · ", "\n", "-", " (", '"', "…", "±1σ", " ±1σ", " ±2σ,", ".", ", ", "'s", "%"]
    ),
    st.from_regex(r"[+-]?\$?[0-9]{1,3}(,[0-9]{3}){0,2}(\.[0-9]{1,4})?[km%]?", fullmatch=True),
    st.text(alphabet=string.ascii_letters, min_size=1, max_size=12),
    st.text(max_size=4),
)


def tokens(text: str) -> int:
    return len(O200K.encode_ordinary(text))


@settings(deadline=None, max_examples=600, derandomize=True)
@given(text=st.text(max_size=80))
def test_any_text(text: str) -> None:
    assert tokens(text) <= estimate(text)


@settings(deadline=None, max_examples=600, derandomize=True)
@given(text=st.lists(PARTS, max_size=24).map("".join))
def test_texts_like_ours(text: str) -> None:
    assert tokens(text) <= estimate(text)


@settings(deadline=None, max_examples=400, derandomize=True)
@given(text=st.text(alphabet=st.characters(max_codepoint=127), max_size=120))
def test_ascii_noise(text: str) -> None:
    assert tokens(text) <= estimate(text)


@settings(deadline=None, max_examples=200, derandomize=True)
@given(text=st.text(max_size=200), limit=st.integers(3, 60))
def test_shortened_text_keeps_to_its_limit(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert estimate(short) <= max(limit, estimate("…"))


def test_answers_are_estimated_within_a_quarter() -> None:
    texts = [ask(COMPLETE, "/gex/levels", detail).text for detail in DETAILS]
    texts += [ask(COMPLETE, "/new/thing", detail).text for detail in DETAILS]
    estimated, real = sum(map(estimate, texts)), sum(map(tokens, texts))
    assert real <= estimated <= 1.25 * real


def test_every_known_word_costs_what_the_vocabulary_says() -> None:
    for word, (led, alone, joined) in COSTS.items():
        assert tokens(" " + word) <= led, word
        assert tokens(word) <= alone, word
        assert max(tokens(lead + word) for lead in LEADS) <= joined, word
    assert all(tokens("_" + word) == 1 for word in JOINED)
    assert all(tokens(marks) == 1 for marks in MARKS | LED_MARKS)


def test_every_other_pair_of_letters_is_a_token() -> None:
    for letters in (string.ascii_lowercase, string.ascii_uppercase):
        pairs = {first + second for first in letters for second in letters}
        assert all(tokens(pair) == 1 for pair in pairs - UNPAIRED)
