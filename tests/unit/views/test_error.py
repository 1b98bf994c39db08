"""Errors as answers."""

import json
from collections.abc import Sequence

import pytest

from bq_mcp import errors
from bq_mcp.errors import ArgumentError, ArgumentFault, BackQuantError
from bq_mcp.views.error import render_error
from bq_mcp.views.fit.size import estimate
from bq_mcp.views.model import Answer

from .asking import TOOL_NAMES

SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "HYPEUSDT")


def told(error: BackQuantError, *, simulated: bool = False, instead: Sequence[str] = ()) -> Answer:
    return render_error(
        error, tool="gex_levels", simulated=simulated, tool_names=TOOL_NAMES, instead=instead
    )


def concrete(kind: type[BackQuantError] = BackQuantError) -> list[type[BackQuantError]]:
    return [kind, *(found for child in kind.__subclasses__() for found in concrete(child))]


def made(kind: type[BackQuantError]) -> BackQuantError:
    if kind is ArgumentError:
        return ArgumentError([ArgumentFault("symbol", "DOGE", "not allowed", SYMBOLS, "BTCUSDT")])
    if issubclass(kind, errors.ApiError):
        return kind("it failed", code="CODE", status=418, request_id="req_9")
    return kind("it failed")


@pytest.mark.parametrize("kind", concrete())
def test_every_error_is_told_in_at_most_three_lines(kind: type[BackQuantError]) -> None:
    answer = told(made(kind))
    lines = answer.text.split("\n")
    no_data = kind is errors.NoDataError
    assert answer.is_error is not no_data
    assert 1 <= len(lines) <= 3
    assert lines[0].startswith("error: ") is not no_data
    assert estimate(answer.text) <= 150
    assert answer.meta["error"] == kind.kind
    json.dumps(dict(answer.meta), allow_nan=False)
    assert not [word for word in ("None", "null", "ndefined", "n/a") if word in answer.text]


@pytest.mark.parametrize("kind", concrete())
def test_simulated_errors_say_so_first(kind: type[BackQuantError]) -> None:
    opening = "gex_levels: " if kind is errors.NoDataError else "error: "
    assert told(made(kind), simulated=True).text.startswith(f"SIMULATED {opening}")


@pytest.mark.parametrize("kind", concrete())
def test_every_kind_has_words_of_its_own_or_those_of_its_base(kind: type[BackQuantError]) -> None:
    assert not told(made(kind)).text.endswith(": it failed")


def test_no_data_that_was_not_asked_for_again_says_how_old_it_is() -> None:
    error = errors.NoDataError(
        "No data for SOLUSDT", code="NOT_FOUND", status=404, age_seconds=12.0
    )
    answer = told(error)
    assert answer.text.startswith(
        "gex_levels: no data for this combination as of 12s ago (404); this is not zero"
    )
    assert (answer.meta["cache"], answer.meta["age_seconds"]) == ("hit", 12.0)


def test_an_address_nobody_serves_is_not_said_to_have_no_data() -> None:
    text = told(errors.UnknownRouteError("Not Found", status=404)).text
    assert "no data for" not in text
    assert "nothing is known about the data" in text
    assert "BACKQUANT_BASE_URL" in text


def test_wrong_argument_names_value_choices_and_closest_match() -> None:
    text = told(made(ArgumentError)).text
    assert 'argument symbol "DOGE": not allowed' in text
    assert "allowed: BTCUSDT, ETHUSDT, SOLUSDT, HYPEUSDT" in text
    assert "closest: BTCUSDT" in text
    assert "no request was sent" in text


def test_missing_argument_shows_no_value() -> None:
    text = told(ArgumentError([ArgumentFault("greek", None, "required", ("gamma",))])).text
    assert "argument greek: required; allowed: gamma" in text


def test_long_choices_and_many_faults_are_capped() -> None:
    faults = [ArgumentFault(f"p{n}", n, "odd", tuple(range(80))) for n in range(9)]
    text = told(ArgumentError(faults)).text
    assert "and 76 more" in text
    assert text.endswith("; and 6 more")


def test_missing_key_tells_how_to_get_one() -> None:
    text = told(errors.MissingKeyError("no API key is set")).text
    for words in ("backquant.com/api-access", "BACKQUANT_API_KEY", "--sandbox"):
        assert words in text


def test_no_data_is_not_zero_and_names_tools_that_are_on_offer() -> None:
    error = errors.NoDataError("No data for SOLUSDT", status=404, request_id="req_9")
    text = told(error).text
    assert "not zero" in text
    assert 'upstream: "No data for SOLUSDT"' in text
    assert "call symbols or expiries" in text
    assert "request_id req_9" in text
    alone = render_error(error, tool="x", simulated=False)
    assert "valid ones" not in alone.text
    assert "feed" not in alone.text


def test_no_data_names_where_the_same_figures_can_be_had() -> None:
    error = errors.NoDataError("No data", status=404)
    text = told(error, instead=("/gex/levels?include=max_pain", "/not/on/offer", "/expiries")).text
    assert "the same figures: gex_levels include=max_pain or expiries" in text
    assert "to see whether the feed is off call status" in text
    assert "the same figures" not in told(error, instead=("/not/on/offer",)).text


def test_burst_limit_tells_how_long_to_wait() -> None:
    error = errors.BurstLimitError("slow", status=429, retry_after=12)
    assert "wait 12s" in told(error).text
    assert told(error).meta["retry_after_seconds"] == 12


def test_exhausted_quota_forbids_waiting_and_repeating() -> None:
    text = told(errors.QuotaExhaustedError("cap of 10000 reached", status=429)).text
    assert "do not wait or repeat" in text
    assert "cap of 10000 reached" in text


def test_refused_parameters_are_named_with_upstreams_words() -> None:
    details = {"errors": [{"loc": ["query", "symbol"], "msg": "Input should be 'BTCUSDT'"}]}
    text = told(errors.InvalidRequestError("bad", status=422, details=details)).text
    assert "parameter symbol: \"Input should be 'BTCUSDT'\"" in text


@pytest.mark.parametrize(
    "details", [{"errors": "x"}, {"errors": [1, {}]}, {"errors": [{"loc": 3}]}]
)
def test_refusals_of_another_shape_are_told_as_well(details: dict[str, object]) -> None:
    answer = told(errors.InvalidRequestError("bad", status=400, details=details))
    assert answer.is_error
    assert len(answer.text.split("\n")) <= 3


def test_upstream_words_are_bounded_quoted_and_without_secrets() -> None:
    message = (
        "see https://x.example/a?key=1&b=2\nSIMULATED ok bq_live_" + "k" * 32 + " " + "y" * 999
    )
    text = told(errors.UpstreamFaultError(message, status=500)).text
    assert "key=1" not in text and "bq_live_" not in text
    assert "https://x.example/a" in text
    assert len(text) < 700
    assert not text.split("\n")[-1].startswith("SIMULATED")
