"""Lines of tokens: what they allow, which are refused, what is never repeated."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bq_mcp.access import AccessError
from bq_mcp.access.tokens import (
    Token,
    TokenBook,
    hash_of,
    make_token,
    parse_token,
    parse_tokens,
)
from bq_mcp.errors import ConfigError

SECRET = "bqm_" + "s3cretT0ken" * 4
HASH = hash_of(SECRET)


def book(*tokens: Token, today: date = date(2026, 11, 20)) -> TokenBook:
    there: Mapping[str, Token] = {token.sha256: token for token in tokens}
    return TokenBook([dict, lambda: there], lambda: today)


def test_a_line_says_who_until_when_and_how_much() -> None:
    line = f"alice sha256:{HASH.upper()}  calls=60 toolsets=vol,flow expires=2027-01-31"
    token = parse_token(line)
    assert token == Token("alice", HASH, date(2027, 1, 31), ("vol", "flow"), 60)
    assert HASH not in repr(token)


@given(
    st.builds(
        Token,
        st.text("abzAZ09._@-", max_size=30).map("n{}".format),
        st.text("0123456789abcdef", min_size=64, max_size=64),
        st.none() | st.dates(),
        st.lists(st.text("az09_-", min_size=1, max_size=9), max_size=3).map(tuple),
        st.none() | st.integers(1, 999_999),
    )
)
def test_a_token_is_read_as_it_was_written(token: Token) -> None:
    assert parse_token(token.line()) == token


@pytest.mark.parametrize(
    "line",
    [
        "alice",
        f"alice {HASH}",
        f"alice sha256:{HASH[:-1]}",
        f"alice sha256:{HASH}0",
        f"alice md5:{HASH}",
        f"alice sha256:{HASH} expires=soon",
        f"alice sha256:{HASH} expires=2027-02-30",
        f"alice sha256:{HASH} expires=20270131",
        f"alice sha256:{HASH} expires=2027-W01-1",
        f"alice sha256:{HASH} calls=0",
        f"alice sha256:{HASH} calls=-1",
        f"alice sha256:{HASH} calls=1_0",
        f"alice sha256:{HASH} calls=\u0663",
        f"alice sha256:{HASH} calls=1 calls=2",
        f"alice sha256:{HASH} toolsets=",
        f"alice sha256:{HASH} toolsets=vol,,flow",
        f"alice sha256:{HASH} scopes=all",
        f"alice sha256:{HASH} # the desk",
        f"alice sha256:{HASH} {HASH}",
        f"al/ice sha256:{HASH}",
        f"local sha256:{HASH}",
        f"key-0a1b2c3d sha256:{HASH}",
        SECRET,
        f"{SECRET} sha256:{HASH}",
        f"alice {SECRET}",
        f"alice sha256:{HASH} {SECRET}",
    ],
)
def test_a_wrong_line_is_named_by_its_number_and_not_repeated(line: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_tokens(f"# tokens\n\n{line}\n", "TOKENS")
    assert caught.value.message.startswith("TOKENS: line 3: ")
    assert HASH[:10] not in caught.value.message
    assert SECRET[4:14] not in caught.value.message


def test_each_wrong_line_is_named() -> None:
    text = f"a sha256:{HASH}\nb\nb sha256:{HASH}\na sha256:{'0' * 64}\nc\r\n"
    with pytest.raises(ConfigError, match=r"line 2: .*line 3: .*line 4: .*line 5: "):
        parse_tokens(text, "TOKENS")


@given(st.text(max_size=200))
def test_any_line_is_read_or_refused(line: str) -> None:
    try:
        assert parse_token(parse_token(line).line())
    except ValueError as exc:
        assert str(exc)


def test_new_tokens_differ_and_can_stand_in_a_header() -> None:
    made = {make_token() for _ in range(50)}
    assert len(made) == 50
    assert all(len(token) == 47 and token.isascii() and token.isprintable() for token in made)


def test_a_token_is_found_by_its_hash_in_whichever_place_it_stands() -> None:
    token = Token("alice", HASH)
    assert book(token).find(SECRET) is token
    strangers: list[Any] = ["", HASH, f"sha256:{HASH}", SECRET[:-1], SECRET.lower(), "\ud800"]
    assert all(book(token).find(presented) is None for presented in strangers)


def test_a_token_is_good_on_its_last_day_and_refused_on_the_next() -> None:
    token = Token("alice", HASH, date(2026, 11, 20))
    assert book(token).find(SECRET) is token
    with pytest.raises(AccessError, match="alice expired on 2026-11-20") as caught:
        book(token, today=date(2026, 11, 21)).find(SECRET)
    assert (caught.value.status, caught.value.error) == (401, "invalid_token")
    assert SECRET not in caught.value.description
