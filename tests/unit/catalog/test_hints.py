"""Hints: shared notes, a tool's own, and the paths nobody has seen."""

import pytest
from pydantic import ValidationError

from bq_mcp.catalog.hints import NO_HINT, Hint, ParamHint, bundled_hints, parse_hints

TEXT = """
plain = ["limit", "symbol"]
[units]
spot = "USD"
[params.venues]
note = "Venues."
csv = true
members = ["okx", "deribit"]
[tools."/gex/levels"]
title = "Levels"
when = "For levels."
next = ["/gex/history"]
cadence_seconds = 30
age_rule = "live"
params.venues.note = "Fewer venues."
params.expiry.expiry = "token"
units.hvl = "USD"
[tools."/health"]
public = true
"""


def test_a_tools_own_note_wins_over_the_shared_one_key_by_key() -> None:
    hint = parse_hints(TEXT)["/gex/levels"]
    assert hint.params["venues"] == ParamHint("Fewer venues.", csv=True, members=("okx", "deribit"))
    assert hint.params["expiry"] == ParamHint(expiry="token")


def test_plain_names_have_an_empty_note_everywhere() -> None:
    hints = parse_hints(TEXT)
    assert hints["/health"].params["limit"] == hints["/health"].params["symbol"] == ParamHint()
    assert hints["/gex/levels"].params["limit"] == ParamHint()


def test_what_is_known_of_a_name_is_shared_by_every_tool() -> None:
    assert parse_hints(TEXT)["/health"].params["venues"].note == "Venues."


def test_units_are_shared_and_extended() -> None:
    hints = parse_hints(TEXT)
    assert hints["/gex/levels"].answer.units == {"spot": "USD", "hvl": "USD"}
    assert hints["/health"].answer.units == {"spot": "USD"}


def test_facts_of_a_tool_are_read() -> None:
    hint = parse_hints(TEXT)["/gex/levels"]
    assert (hint.cadence_seconds, hint.age_rule, hint.next) == (30, "live", ("/gex/history",))
    assert not hint.public
    assert parse_hints(TEXT)["/health"].public


@pytest.mark.parametrize("line", ['age_rule = "soon"', 'params.a.expiry = "roman"', "next = 5"])
def test_a_hint_that_says_something_unknown_is_refused(line: str) -> None:
    with pytest.raises(ValidationError):
        parse_hints(f'[tools."/x"]\n{line}\n')


def test_no_hint_claims_nothing() -> None:
    assert Hint() == NO_HINT
    assert (NO_HINT.age_rule, NO_HINT.cadence_seconds, NO_HINT.public) == ("", None, False)


def test_the_bundled_hints_are_read_once_and_cannot_be_changed() -> None:
    assert bundled_hints() is bundled_hints()
    with pytest.raises(TypeError):
        bundled_hints()["/x"] = NO_HINT  # type: ignore[index]  # that it fails is the point
