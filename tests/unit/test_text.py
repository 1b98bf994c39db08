"""Text from outside: one line, bounded, visible, without keys."""

import pytest

from bq_mcp.text import clean, redact

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


def test_redact_replaces_keys_and_given_secrets() -> None:
    assert redact(f"a {KEY} b hunter2", "hunter2", "") == "a [key] b [key]"
