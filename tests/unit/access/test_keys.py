"""Whose key is spent: the file of keys."""

import pytest

from bq_mcp.access.keys import Keys, parse_keys
from bq_mcp.errors import ConfigError

KEY = "bq_live_0123456789abcdefghijklmnopqrstuv"


def test_keys_are_read_as_people_paste_them() -> None:
    text = f'[tokens]\nalice = "Bearer {KEY}"\n[subjects]\n"auth0|42" = " {KEY[::-1]} "\n'
    keys = parse_keys(text, "KEYS")
    assert keys == Keys({"alice": KEY}, {"auth0|42": KEY[::-1]})
    assert KEY not in repr(keys)


def test_a_file_may_hold_one_table_or_none() -> None:
    assert parse_keys("# nobody yet", "KEYS") == Keys()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"[tokens]\nalice = {KEY}", "line 2 is no TOML"),
        (f'[tokens]\nalice = "{KEY}', "is no TOML"),
        (f'alice = "{KEY}"', r"\[tokens\] and \[subjects\] only"),
        (f'tokens = "{KEY}"', "is no table"),
        (f'[tokens]\nalice = ["{KEY}"]', r"\[tokens\] entry 1: is no API key"),
        ("[tokens]\nalice = 12345678", "is no API key"),
        ('[subjects]\nalice = ""', r"\[subjects\] entry 1: is no API key"),
        ('[tokens]\nalice = "bq_live_..."', "placeholder"),
        ('[tokens]\nalice = "${BQ_KEY}"', "placeholder"),
        (f'[tokens]\nalice = "{KEY} {KEY}"', "no key has"),
    ],
)
def test_what_is_no_key_is_refused_and_not_repeated(text: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        parse_keys(text, "KEYS")
    assert caught.value.message.startswith("KEYS: ")
    assert KEY[8:] not in caught.value.message
