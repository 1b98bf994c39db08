"""What each outcome of the fault matrix looks like: the words, the age, the verdict."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import pytest

from bq_mcp.views import Answer
from tests.sandbox.asking import NOW

from .scene import newest

# Long enough ago that a newer answer is due, and not so long that its age alone would tell.
HELD_FOR_S = 40.0
HELD = newest(NOW - timedelta(seconds=HELD_FOR_S))
HELD_AGE = (NOW - HELD).total_seconds()
_SKEW = {"clock_ahead": timedelta(seconds=90), "clock_behind": timedelta(seconds=-90)}
_ERROR_WORDS = {
    "unreachable": "the service could not be reached",
    "timeout": "no reply in time",
    "malformed": "the reply was not readable",
    "upstream_fault": "the service failed (500)",
    "upstream_unavailable": "the service is briefly unavailable (",
    "burst_limit": "the calls of this minute are used up (429)\nwait 4",
    "quota": "the monthly quota of calls is used up (429)",
    "blocked": "something in front of the API refused the call (40",
    "unauthorized": "the API key was refused (401)",
    "forbidden": "the plan of this key does not include this (403)",
    "invalid_request": "upstream refused the parameters (422)",
    "too_large": "the reply is larger than this client reads",
}
_STALE_AGAIN = {"burst_limit": "try again in 4", "quota": "do not repeat"}


def check(answer: Answer, kind: str, outcome: str) -> None:
    """Compare an answer with what the cell promises, in its text and in its twin."""
    if outcome.startswith("error "):
        check_error(answer, outcome.removeprefix("error "))
    elif outcome.startswith("STALE "):
        check_stale(answer, outcome.removeprefix("STALE "))
    else:
        assert not answer.is_error
        assert "STALE" not in answer.text
        _CHECKS[outcome](answer, kind)


def check_error(answer: Answer, failure: str) -> None:
    assert answer.is_error
    assert answer.text.removeprefix("SIMULATED ").startswith("error: ")
    assert _ERROR_WORDS[failure] in answer.text
    assert answer.meta["error"] == failure
    assert "HVL" not in answer.text


def check_stale(answer: Answer, failure: str) -> None:
    first = answer.text.splitlines()[0]
    assert not answer.is_error
    assert first.startswith("SIMULATED STALE BTCUSDT ")
    # A pause before another try may have taken up to half a second.
    assert re.search(r"11:59:30Z, 4[78]s old, late \(refreshes every 30s\)", first)
    why, again = failure.replace("_", " "), _STALE_AGAIN.get(failure, "try again in 10s")
    assert f"older answer: no newer one ({why}); {again}" in first
    assert ", fresh" not in first
    assert answer.meta["cache"] == "stale"
    assert answer.meta["verdict"] == "late"
    assert answer.meta["computed_at"] == _written(HELD)
    assert answer.meta["age_seconds"] == pytest.approx(HELD_AGE, abs=1)


def _check_no_data(answer: Answer, kind: str) -> None:
    opening = "SIMULATED gex_levels: no data for this combination now (404); this is not zero"
    assert first_line(answer).startswith(opening)
    assert answer.meta["error"] == "no_data"
    assert "HVL" not in answer.text


def _check_fresh(answer: Answer, kind: str) -> None:
    told = NOW + _SKEW.get(kind, timedelta())
    assert f" {newest(told):%H:%M:%S}Z, 17s old, fresh " in first_line(answer)
    assert answer.meta["computed_at"] == _written(newest(told))
    assert (answer.meta["verdict"], answer.meta["age_seconds"]) == ("fresh", 17.0)


def _check_late(answer: Answer, kind: str) -> None:
    # A copy of forty seconds ago is as old as what was held, on the clock that went on.
    assert f"11:59:30Z, {HELD_AGE:.0f}s old, late (refreshes every 30s)" in first_line(answer)
    assert (answer.meta["verdict"], answer.meta["age_seconds"]) == ("late", HELD_AGE)


def _check_old(answer: Answer, kind: str) -> None:
    assert "1970-01-01 00:00:00Z, " in first_line(answer)
    assert "d old, stale (refreshes every 30s)" in first_line(answer)
    assert answer.meta["verdict"] == "stale"


def _check_unknown(answer: Answer, kind: str) -> None:
    assert "13:00:17Z lies ahead of the reply, data age unknown" in first_line(answer)
    assert ", fresh" not in first_line(answer)
    assert answer.meta["verdict"] == "unknown"
    assert answer.meta.get("age_seconds") is None


_CHECKS: Mapping[str, Callable[[Answer, str], None]] = {
    "fresh": _check_fresh,
    "no data": _check_no_data,
    "late": _check_late,
    "old": _check_old,
    "age unknown": _check_unknown,
}


def first_line(answer: Answer) -> str:
    return answer.text.splitlines()[0]


def _written(instant: datetime) -> str:
    return f"{instant:%Y-%m-%dT%H:%M:%SZ}"
