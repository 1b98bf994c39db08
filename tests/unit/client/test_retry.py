"""When asking again can help, and after how long."""

import pytest

from bq_mcp.client.retry import pause_before_retry
from bq_mcp.errors import (
    ApiError,
    BackQuantError,
    BurstLimitError,
    ConfigError,
    ForbiddenError,
    InvalidRequestError,
    MalformedReplyError,
    NoDataError,
    QuotaExhaustedError,
    ReplyTooLargeError,
    RequestTimeoutError,
    UnauthorizedError,
    UnreachableError,
    UpstreamFaultError,
    UpstreamUnavailableError,
)

ALMOST_ONE = 0.999_999
AWAY = UpstreamUnavailableError("away", status=503)


def between(error: BackQuantError, tries: int) -> tuple[float, float]:
    """Return the shortest and the longest pause by chance."""
    shortest = pause_before_retry(error, tries, chance=0.0)
    longest = pause_before_retry(error, tries, chance=ALMOST_ONE)
    assert shortest is not None
    assert longest is not None
    return shortest, longest


@pytest.mark.parametrize(
    "error",
    [
        UnauthorizedError("no"),
        ForbiddenError("no"),
        NoDataError("no"),
        InvalidRequestError("no"),
        ApiError("no", status=418),
        QuotaExhaustedError("no", status=429, retry_after=1),
        RequestTimeoutError("no"),
        ReplyTooLargeError("no"),
        ConfigError("no"),
    ],
)
def test_what_asking_again_cannot_help_is_not_asked_again(error: BackQuantError) -> None:
    assert pause_before_retry(error, 1, chance=0.5) is None


def test_a_store_that_is_away_is_given_two_then_four_seconds_then_up() -> None:
    assert between(AWAY, 1) == pytest.approx((1.0, 2.0), abs=0.01)
    assert between(AWAY, 2) == pytest.approx((2.0, 4.0), abs=0.01)
    assert pause_before_retry(AWAY, 3, chance=0.0) is None


@pytest.mark.parametrize(
    ("error", "longest"),
    [
        (UpstreamFaultError("500"), 1.0),
        (UnreachableError("broke"), 0.2),
        (MalformedReplyError("cut"), 0.2),
    ],
)
def test_a_fault_is_asked_again_once(error: BackQuantError, longest: float) -> None:
    assert between(error, 1) == pytest.approx((longest / 2, longest), abs=0.01)
    assert pause_before_retry(error, 2, chance=0.0) is None


def test_pauses_differ_by_chance() -> None:
    assert len({pause_before_retry(AWAY, 1, chance=step / 10) for step in range(10)}) == 10


@pytest.mark.parametrize("error_class", [UpstreamUnavailableError, UpstreamFaultError])
def test_a_wait_that_upstream_states_is_never_cut(error_class: type[ApiError]) -> None:
    stated = error_class("away", retry_after=30)
    assert between(stated, 1) == (30.0, 30.0)
    soon = error_class("away", retry_after=0)
    assert between(soon, 1)[0] >= 0.5


def test_a_burst_refusal_is_asked_again_once_by_the_budgets_leave() -> None:
    error = BurstLimitError("minute", retry_after=40)
    assert pause_before_retry(error, 1, chance=0.5) == 0.0
    assert pause_before_retry(error, 2, chance=0.5) is None


def test_a_burst_refusal_without_a_wait_is_given_a_moment() -> None:
    assert between(BurstLimitError("minute"), 1) == pytest.approx((1.0, 2.0), abs=0.01)


def test_a_refusal_of_our_own_making_is_final() -> None:
    foreseen = BurstLimitError("minute", retry_after=3, was_sent=False)
    assert pause_before_retry(foreseen, 1, chance=0.0) is None


def test_a_host_known_not_to_answer_is_not_asked_again() -> None:
    assert pause_before_retry(UnreachableError("open", retry_after=8.0), 1, chance=0.0) is None
