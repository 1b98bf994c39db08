"""Which refusal becomes which error, and what can be tried again."""

import pytest

from bq_mcp.errors import (
    ApiError,
    ArgumentError,
    ArgumentFault,
    BackQuantError,
    BurstLimitError,
    ForbiddenError,
    InvalidRequestError,
    MalformedReplyError,
    NoDataError,
    QuotaExhaustedError,
    ReplyTooLargeError,
    RequestTimeoutError,
    TransportError,
    UnauthorizedError,
    UnreachableError,
    UpstreamFaultError,
    UpstreamUnavailableError,
    api_error_class,
)


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        ("UNAUTHORIZED", 401, UnauthorizedError),
        ("FORBIDDEN", 403, ForbiddenError),
        ("NOT_FOUND", 404, NoDataError),
        ("VALIDATION_ERROR", 422, InvalidRequestError),
        ("VALIDATION_ERROR", 400, InvalidRequestError),
        ("RATE_LIMIT_EXCEEDED", 429, BurstLimitError),
        ("UPSTREAM_ERROR", 502, UpstreamUnavailableError),
        ("UPSTREAM_ERROR", 503, UpstreamUnavailableError),
        ("UPSTREAM_ERROR", 504, UpstreamUnavailableError),
        ("INTERNAL_ERROR", 500, UpstreamFaultError),
    ],
)
def test_documented_codes_have_their_class(
    code: str, status: int, expected: type[ApiError]
) -> None:
    assert api_error_class(code, status, is_month_used_up=False) is expected


def test_the_code_decides_before_the_status() -> None:
    assert api_error_class("NOT_FOUND", 500, is_month_used_up=False) is NoDataError


@pytest.mark.parametrize(
    ("status", "expected"),
    [(401, UnauthorizedError), (429, BurstLimitError), (503, UpstreamUnavailableError)],
)
def test_an_unknown_code_is_judged_by_its_status(status: int, expected: type[ApiError]) -> None:
    assert api_error_class("TEAPOT_OVERFLOW", status, is_month_used_up=False) is expected


@pytest.mark.parametrize("status", [408, 425, 501, 502, 505, 507, 520, 522, 526, 530, 599])
def test_a_status_nobody_listed_falls_into_its_family(status: int) -> None:
    assert api_error_class("", status, is_month_used_up=False) is UpstreamUnavailableError


@pytest.mark.parametrize("status", [0, 200, 402, 418, 451, 600])
def test_an_unknown_code_and_status_is_a_plain_api_error(status: int) -> None:
    assert api_error_class("TEAPOT_OVERFLOW", status, is_month_used_up=False) is ApiError


def test_a_429_without_quota_left_is_the_monthly_quota() -> None:
    assert api_error_class("RATE_LIMIT_EXCEEDED", 429, is_month_used_up=True) is QuotaExhaustedError
    assert api_error_class("RATE_LIMIT_EXCEEDED", 429, is_month_used_up=False) is BurstLimitError


def test_an_empty_quota_does_not_rename_other_refusals() -> None:
    assert api_error_class("NOT_FOUND", 404, is_month_used_up=True) is NoDataError


def test_only_failures_that_can_pass_by_themselves_are_retryable() -> None:
    passing: list[type[BackQuantError]] = [
        RequestTimeoutError,
        UnreachableError,
        MalformedReplyError,
        BurstLimitError,
        UpstreamUnavailableError,
        UpstreamFaultError,
    ]
    lasting: list[type[BackQuantError]] = [
        ReplyTooLargeError,
        QuotaExhaustedError,
        UnauthorizedError,
        ForbiddenError,
        NoDataError,
        InvalidRequestError,
        ApiError,
        ArgumentError,
    ]
    assert all(kind.retryable for kind in passing)
    assert not any(kind.retryable for kind in lasting)


def test_each_class_has_a_kind_of_its_own() -> None:
    classes: list[type[BackQuantError]] = [BackQuantError, *_below(BackQuantError)]
    kinds = [kind.kind for kind in classes]
    assert sorted(set(kinds)) == sorted(kinds)
    assert issubclass(ReplyTooLargeError, TransportError)


def test_an_argument_error_names_every_fault() -> None:
    error = ArgumentError(
        [
            ArgumentFault("symbol", "DOGE", "not one of the allowed values"),
            ArgumentFault("limit", 0, "must be at least 1"),
        ]
    )
    assert error.message == "symbol: not one of the allowed values; limit: must be at least 1"
    assert [fault.param for fault in error.faults] == ["symbol", "limit"]


def test_the_wait_of_a_burst_limit_is_none_where_not_stated() -> None:
    assert BurstLimitError("slow down").retry_after is None
    assert BurstLimitError("slow down", retry_after=12).retry_after == 12.0


def _below(root: type[BackQuantError]) -> list[type[BackQuantError]]:
    return [kind for child in root.__subclasses__() for kind in (child, *_below(child))]
