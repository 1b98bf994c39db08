"""Text from outside: one line, bounded, visible, without keys."""

import html
import json
from base64 import b64encode, urlsafe_b64encode
from urllib.parse import quote, quote_plus

import anyio
import anyio.lowlevel
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bq_mcp.client import in_worker
from bq_mcp.client.worker import LARGE_BYTES
from bq_mcp.text import MASK, clean, masked, may_hold_secret, redact, redact_all

KEY = "bq_live_0123456789abcdefghijklmnopqrstuv"


@pytest.mark.parametrize(
    "hidden",
    [
        "\x00",
        "\x1b",
        "\x7f",
        "\x9b",
        "\u00ad",
        "\u200b",
        "\u200d",
        "\u202e",
        "\u2066",
        "\ufeff",
        "\ufe0f",
        "\u034f",
        "\u3164",
        "\ud800",
        "\ue000",
        "\U000e0041",
        "\U000e0101",
    ],
)
def test_control_and_invisible_characters_vanish(hidden: str) -> None:
    assert clean(f"net{hidden}gex", 40) == "netgex"


@pytest.mark.parametrize(
    "blank", ["\n", "\r\n", "\t", "\x0b", "\x85", "\u2028", "\u2029", "\u00a0"]
)
def test_every_kind_of_white_space_becomes_one_blank(blank: str) -> None:
    assert clean(f" net{blank}{blank} gex{blank}", 40) == "net gex"


def test_an_invisible_character_between_blanks_leaves_one_blank() -> None:
    assert clean("net \u200b gex", 40) == "net gex"


def test_visible_text_of_any_script_stays() -> None:
    assert clean("Γ-Exposure, 日本語, naïve — €5 🚀", 60) == "Γ-Exposure, 日本語, naïve — €5 🚀"


def test_a_long_text_ends_in_an_ellipsis_within_the_limit() -> None:
    cut = clean("word " * 100, 12)
    assert cut == "word word w…"
    assert len(clean("x" * 13, 12)) == 12


def test_a_text_of_exactly_the_limit_is_not_cut() -> None:
    assert clean("x" * 12, 12) == "x" * 12


def test_cleaning_twice_changes_nothing() -> None:
    for text in ("word " * 100, f"use {KEY} now", "a\u202e" * 50, "ends in a blank cut here "):
        once = clean(text, 24)
        assert clean(once, 24) == once


def test_a_text_of_many_megabytes_is_cut_before_it_is_cleaned() -> None:
    assert clean("\u202e" * 10_000_000 + "end", 20) == ""


def test_values_that_are_no_text_are_shown_as_text() -> None:
    assert clean(None, 10) == "None"
    assert clean([1, "a\n"], 20) == "[1, 'a\\n']"


def test_a_key_is_never_shown_even_when_broken_up_by_invisible_characters() -> None:
    assert clean(f"key {KEY[:12]}\u200b{KEY[12:]}!", 80) == "key [key]!"


def test_redact_replaces_keys_and_the_secrets_of_this_process() -> None:
    MASK.add("hunter2")
    assert redact(f"a {KEY} b hunter2") == "a [key] b [key]"


ODD_SECRETS = [
    "abcd",
    "0000",
    "[key]",
    "key]",
    "]]]]",
    "hunter2-Hunter3",
    "p@ss/w:rd?x=1&y#z",
    "quo\"te'd",
    "back\\slash\\n",
    "<b>&amp;</b>",
    "%41%42%43",
    "".join(map(chr, range(33, 127))),
    "x" * 400,
    "bq_live_" + "Ab1-" * 8,
    "bq_live_odd$characters!in~it",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl",
    "4242424242424242",
    "password",
    "[a-z]+(.*)?$^|",
    "api.example/v2",
    "schlüssel-größe-日本",
]


def spellings(secret: str) -> list[str]:
    return [
        secret,
        secret.upper(),
        secret.lower(),
        quote(secret, safe=""),
        quote_plus(secret),
        json.dumps(secret),
        repr(secret),
        repr(secret.encode()),
        html.escape(secret),
    ]


@pytest.mark.parametrize("secret", ODD_SECRETS)
def test_a_secret_is_masked_however_it_is_written(secret: str) -> None:
    MASK.add(secret)
    for spelling in spellings(secret):
        for text in (
            spelling,
            f"a{spelling}b",
            f"{secret[:3]}{spelling}{secret[-3:]}",
            spelling * 3,
        ):
            assert secret.lower() not in redact(text).lower()
        assert secret.lower() not in clean(f"so {spelling} it is", 600).lower()


@pytest.mark.parametrize("secret", ODD_SECRETS)
def test_a_secret_is_masked_anywhere_in_a_value(secret: str) -> None:
    MASK.add(secret)
    value = {secret: [{"a": {"b": [f"x{secret}"]}}, (secret,)], "n": 5, "none": None, "t": True}
    found = redact_all(value)
    assert secret.lower() not in json.dumps(found, ensure_ascii=False).lower()
    assert (found["n"], found["none"], found["t"]) == (5, None, True)


@given(
    secret=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=4, max_size=80),
    before=st.text(max_size=20),
    after=st.text(max_size=20),
)
@settings(max_examples=300)
def test_no_secret_of_any_characters_gets_through(secret: str, before: str, after: str) -> None:
    MASK.clear()
    MASK.add(secret)
    for text in (f"{before}{secret}{after}", f"{secret}{before}{secret}{after}{secret}"):
        assert secret not in redact(text)
        assert secret not in clean(text, 60)
        assert secret not in clean(text, len(before) + 5)


def test_of_a_long_secret_half_is_masked_where_the_rest_was_cut_off() -> None:
    secret = "s3cr3t-of-forty-characters-without-prefix"
    MASK.add(secret)
    for end in range(21, len(secret)):
        assert secret[:20] not in redact(f"the reply said {secret[:end]}…")


@pytest.mark.parametrize("secret", [*ODD_SECRETS[3:], "a" * 8])
def test_nothing_of_an_encoded_secret_can_be_decoded_from_what_is_left(secret: str) -> None:
    MASK.add(secret)
    octets = secret.encode()
    for before in ("", "u:", "us:", "user:"):
        for encode in (b64encode, urlsafe_b64encode):
            left = redact(f"Basic {encode(f'{before}{secret}:x'.encode()).decode()}")
            assert len(left) < 24 + len(before)
    for encoded in (
        octets.hex().upper(),
        "".join(f"%{octet:02X}" for octet in octets),
        "".join(f"\\u{ord(character):04x}" for character in secret),
        "".join(f"&#{ord(character)};" for character in secret),
        "".join(f"&#x{ord(character):X};" for character in secret),
    ):
        assert len(redact(encoded)) <= len("[key]")


def test_a_secret_of_digits_is_masked_as_a_figure_too() -> None:
    MASK.add("4242424242424242")
    figures = [4242424242424242, 4242424242424242.0, 42, True]
    assert redact_all({"a": figures}) == {"a": ["[key]", "[key].0", 42, True]}
    assert redact("4,242,424,242,424,242 left") == "[key] left"
    MASK.clear()
    MASK.add("0000")
    assert redact("0 of 10,000") == "0 of 10,000"


def test_two_secrets_are_masked_side_by_side() -> None:
    MASK.add("hunter2")
    MASK.add("hunter22")
    assert redact("hunter2 hunter22 hunter222") == "[key] [key] [key]2"


def test_less_than_four_characters_are_no_secret() -> None:
    MASK.add("abc")
    assert redact("abc") == "abc"


@pytest.mark.parametrize("secret", ["hunter2hunter2", 'qu"ote', "a/slash"])
def test_a_body_that_may_hold_a_secret_is_looked_at(secret: str) -> None:
    MASK.add(secret)
    numbered = "".join(f"\\u{ord(character):04x}" for character in secret)
    for text in (json.dumps({"a": secret}), f'{{"a": "{numbered}"}}', '{"a": "a\\/slash"}'):
        assert may_hold_secret(text.encode())
    assert may_hold_secret(json.dumps({"a": secret}).encode("utf-16"))
    assert not may_hold_secret(b'{"a": [1, 2, "flow"]}')


def test_the_key_of_a_caller_is_masked_in_that_callers_texts_only() -> None:
    key, other = "caller-one-7381", "caller-two-9054"
    text = f"{key} {b64encode(key.encode()).decode()} {other}"
    with masked(key):
        assert redact(text) == f"[key] [key] {other}"
        assert redact_all({key: [text, 1]}) == {"[key]": [f"[key] [key] {other}", 1]}
        assert may_hold_secret(key.encode())
        with masked(other):
            assert redact(text) == text.replace(other, "[key]")
        with masked(None):
            assert redact(text) == text
    assert redact(text) == text
    assert not may_hold_secret(key.encode())


def test_a_figure_that_is_the_key_of_a_caller_is_masked() -> None:
    with masked("73815926"):
        assert redact_all([73815926, 1.5]) == ["[key]", 1.5]
    assert redact_all([73815926]) == [73815926]


def test_a_text_cleaned_for_one_caller_is_cleaned_again_for_another() -> None:
    key = "caller-one-7381"
    assert clean(f"no {key}", 40) == f"no {key}"
    with masked(key):
        assert clean(f"no {key}", 40) == "no [key]"
        assert clean(f"no \u200b{key[:5]}\u200b{key[5:]}", 40) == "no [key]"


@pytest.mark.anyio
async def test_tasks_and_threads_that_a_caller_began_mask_the_key_too() -> None:
    key, heard = "caller-one-7381", []

    async def later() -> None:
        await anyio.lowlevel.checkpoint()
        heard.append(redact(key))

    async with anyio.create_task_group() as tasks:
        with masked(key):
            tasks.start_soon(later)
            heard.append(await in_worker(LARGE_BYTES + 1, lambda: redact(key)))
    assert heard == ["[key]", "[key]"]


@pytest.mark.parametrize(
    "secret",
    [
        "bqm_" + "aB3-_" * 8 + "xyz",
        "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl-_",
    ],
)
def test_tokens_for_this_server_are_masked_whoever_made_them(secret: str) -> None:
    assert redact(f"Bearer {secret}, x") == "Bearer [key], x"
