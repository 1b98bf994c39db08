"""What is read out of a reply, and that nothing is read into it."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bq_mcp.decoding import decode_json, page_title
from bq_mcp.envelope import Meta, read_envelope, read_meta
from bq_mcp.errors import (
    ApiError,
    BlockedError,
    BurstLimitError,
    ForbiddenError,
    InvalidRequestError,
    MalformedReplyError,
    NoDataError,
    QuotaExhaustedError,
    UnauthorizedError,
    UnknownRouteError,
    UpstreamFaultError,
    UpstreamUnavailableError,
)
from bq_mcp.scalars import moved, parse_http_date, parse_instant

NOON = datetime(2026, 8, 20, 12, 0, tzinfo=UTC)
META = {
    "version": "2.10",
    "timestamp": "2026-08-20T12:00:07Z",
    "request_id": "req_1",
    "symbol": "BTCUSDT",
    "spot_price": 64250.5,
    "computed_at": "2026-08-20T12:00:00Z",
    "freshness_seconds": 7.0,
    "source": ["deribit", "okx"],
    "exchanges_filtered": None,
    "extra": {"positioning": "flow"},
}


def test_a_success_gives_data_and_provenance() -> None:
    envelope = read_envelope({"success": True, "data": {"hvl": 64000}, "meta": META})
    assert envelope.data == {"hvl": 64000}
    assert envelope.meta.computed_at == NOON
    assert envelope.meta.source == ("deribit", "okx")
    assert envelope.meta.exchanges_filtered is None
    assert envelope.meta.extra == {"positioning": "flow"}
    assert not envelope.simulated


def test_null_data_and_empty_lists_stay_what_they_are() -> None:
    assert read_envelope({"success": True, "data": None, "meta": {}}).data is None
    assert read_envelope({"success": True, "data": [], "meta": {}}).data == []
    assert read_envelope({"success": True, "data": 0, "meta": {}}).data == 0


def test_a_body_without_envelope_is_bare_data() -> None:
    document = {"openapi": "3.1.0", "paths": {}}
    assert read_envelope(document).data == document
    assert read_envelope([1, 2]).data == [1, 2]
    assert read_envelope(document).meta == Meta()


def test_the_sandbox_is_recognised_by_its_source() -> None:
    body = {"success": True, "data": 1, "meta": {"source": ["bq-mcp-sandbox"]}}
    assert read_envelope(body).simulated


def test_success_false_with_status_200_is_a_refusal() -> None:
    body = {"success": False, "error": {"code": "NOT_FOUND", "message": "No data"}, "meta": META}
    with pytest.raises(NoDataError) as caught:
        read_envelope(body, status=200)
    assert caught.value.message == "No data"
    assert caught.value.request_id == "req_1"


def test_success_false_beats_data_that_came_along() -> None:
    with pytest.raises(ApiError):
        read_envelope({"success": False, "data": {"hvl": 1}, "meta": {}})


def test_an_error_beside_null_data_is_a_refusal_even_without_success() -> None:
    with pytest.raises(ApiError):
        read_envelope({"error": {"code": "X", "message": "no"}, "data": None, "meta": {}})


def test_a_figure_called_error_beside_data_is_no_refusal() -> None:
    envelope = read_envelope({"success": True, "data": [1], "error": {"fit": 0.1}, "meta": {}})
    assert envelope.data == [1]


def test_an_error_page_without_body_is_judged_by_its_status() -> None:
    with pytest.raises(UpstreamUnavailableError) as caught:
        read_envelope(None, status=503, headers={"x-request-id": "req_9"})
    assert caught.value.request_id == "req_9"
    assert caught.value.message == ""


@pytest.mark.parametrize("error", ["plain words", {"message": "plain words"}])
def test_an_error_may_be_plain_text(error: object) -> None:
    with pytest.raises(ApiError) as caught:
        read_envelope({"success": False, "error": error})
    assert caught.value.message == "plain words"


@pytest.mark.parametrize("error", [None, 7, [], ["x"], {"message": ["x"], "code": 5}])
def test_an_error_of_the_wrong_type_is_still_a_refusal(error: object) -> None:
    with pytest.raises(ApiError) as caught:
        read_envelope({"success": False, "error": error, "meta": "none"})
    assert caught.value.message == ""
    assert caught.value.code == ""


def test_the_frameworks_own_refusal_keeps_its_reasons() -> None:
    rows = [{"type": "missing", "loc": ["query", "symbol"], "msg": "Field required"}]
    with pytest.raises(InvalidRequestError) as listed:
        read_envelope({"detail": rows}, status=422)
    assert listed.value.details == {"errors": rows}
    with pytest.raises(NoDataError) as worded:
        read_envelope({"detail": "No data for BTCUSDT"}, status=404)
    assert worded.value.message == "No data for BTCUSDT"


@pytest.mark.parametrize("body", [None, [], {}, {"detail": "Not Found"}, {"detail": None}, "gone"])
def test_a_404_in_other_words_than_the_apis_says_nothing_of_the_data(body: object) -> None:
    with pytest.raises(UnknownRouteError):
        read_envelope(body, status=404)


@pytest.mark.parametrize(
    "body",
    [
        {"success": False, "error": {"code": "NOT_FOUND", "message": "No data"}, "meta": {}},
        {"success": False, "error": None},
        {"success": False},
        {"error": {"message": "nothing for this expiry"}},
        {"detail": {"code": "NOT_FOUND"}},
    ],
)
def test_a_404_in_the_apis_words_is_no_data(body: object) -> None:
    with pytest.raises(NoDataError):
        read_envelope(body, status=404)


def test_an_error_message_is_cleaned_and_bounded_and_holds_no_key() -> None:
    message = "Invalid\nkey bq_live_abcdef\x1b[31m " + "x" * 5_000
    with pytest.raises(ApiError) as caught:
        read_envelope({"success": False, "error": {"code": "A", "message": message}})
    assert caught.value.message.startswith("Invalid key [key][31m x")
    assert len(caught.value.message) <= 300


def _refused(details: object, headers: dict[str, str]) -> ApiError:
    error = {"code": "RATE_LIMIT_EXCEEDED", "message": "slow down", "details": details}
    with pytest.raises(ApiError) as caught:
        read_envelope({"success": False, "error": error}, status=429, headers=headers)
    return caught.value


def test_the_wait_comes_from_the_body_else_from_the_header() -> None:
    both = _refused({"retry_after_seconds": 7}, {"retry-after": "60"})
    header = _refused({"retry_after_seconds": None}, {"retry-after": "60"})
    now = _refused({}, {"retry-after": "0"})
    assert isinstance(both, BurstLimitError)
    assert both.retry_after == 7
    assert isinstance(header, BurstLimitError)
    assert header.retry_after == 60
    assert isinstance(now, BurstLimitError)
    assert now.retry_after == 0


@pytest.mark.parametrize(
    "stated", ["soon", "-5", "nan", "inf", "1e9", "Wed, 21 Oct 2026 07:28:00 GMT"]
)
def test_a_wait_that_is_no_number_of_seconds_is_not_stated(stated: str) -> None:
    error = _refused({"retry_after_seconds": True}, {"retry-after": stated})
    assert isinstance(error, BurstLimitError)
    assert error.retry_after is None


def test_the_two_kinds_of_429_are_told_apart_by_the_quota_header() -> None:
    assert isinstance(_refused({}, {"x-quota-remaining": "0"}), QuotaExhaustedError)
    assert isinstance(_refused({}, {"x-quota-remaining": "5"}), BurstLimitError)
    # Of a month without a limit none can be used up.
    for limit in ("0", "", " 0 "):
        uncapped = {"x-quota-limit": limit, "x-quota-remaining": "0"}
        assert isinstance(_refused({}, uncapped), BurstLimitError)


def test_meta_of_wrong_types_is_all_missing() -> None:
    wrong = {
        "version": 2.1,
        "timestamp": "yesterday",
        "request_id": {"a": 1},
        "symbol": "",
        "spot_price": "64,250",
        "computed_at": True,
        "freshness_seconds": [],
        "source": 5,
        "exchanges_filtered": {"a": 1},
        "extra": "none",
        "rate_limit": 7,
    }
    assert read_meta(wrong) == Meta()
    assert read_meta(None) == Meta()


def test_spot_zero_is_zero_and_null_is_missing() -> None:
    assert read_meta({"spot_price": 0}).spot_price == 0
    assert read_meta({"spot_price": None}).spot_price is None


def test_a_venue_filter_that_left_nothing_is_not_an_absent_filter() -> None:
    assert read_meta({"exchanges_filtered": []}).exchanges_filtered == ()
    assert read_meta({"exchanges_filtered": "deribit, okx"}).exchanges_filtered == (
        "deribit",
        "okx",
    )


def test_a_missing_instant_is_worked_out_from_the_stated_age() -> None:
    meta = read_meta({"timestamp": "2026-08-20T12:00:30Z", "freshness_seconds": 30})
    assert meta.computed_at == NOON


def test_no_instant_is_invented_from_an_age_beyond_the_calendar() -> None:
    for age in (1e12, 1e300):
        assert read_meta({"timestamp": META["timestamp"], "freshness_seconds": age}) == Meta(
            timestamp=NOON + timedelta(seconds=7), freshness_seconds=age
        )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-08-20T12:00:00Z", NOON),
        ("2026-08-20T12:00:00", NOON),
        (" 2026-08-20 14:00:00+02:00 ", NOON),
        ("2026-08-20", NOON.replace(hour=0)),
        (NOON.timestamp(), NOON),
        (int(NOON.timestamp()) * 1000, NOON),
    ],
)
def test_instants_are_read_as_aware_utc(value: object, expected: datetime) -> None:
    instant = parse_instant(value)
    assert instant == expected
    assert instant.tzinfo is UTC


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        "",
        "soon",
        "20260820",
        "9999-12-31T23:59:59Z",
        "0001-01-01T00:00:00Z",
        "1712011530000",
        0,
        -5,
        1e300,
        10**400,
        float("nan"),
        float("inf"),
        [],
        "9999-12-31T23:59:59-14:00",
        "2026-13-01",
    ],
)
def test_what_is_no_instant_is_missing(value: object) -> None:
    assert parse_instant(value) is None


def test_an_offset_does_not_survive() -> None:
    assert parse_instant(NOON.astimezone(timezone(timedelta(hours=5))).isoformat()) == NOON


def test_non_finite_figures_are_read_as_null_and_counted() -> None:
    value, count = decode_json(b'{"a": NaN, "b": [Infinity, -Infinity, 1e999], "c": 0.5}')
    assert value == {"a": None, "b": [None, None, None], "c": 0.5}
    assert count == 4


@pytest.mark.parametrize(
    "figure",
    [
        "1e309",
        "-1E+400",
        "1.5e0309",
        "0.1E1000",
        "9" * 310 + ".0",
        "9" * 250 + "e99",
        "1" + "0" * 308 + "9.5e1",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_a_figure_beyond_the_floats_is_null_however_it_is_written(
    figure: str, encoding: str
) -> None:
    body = f'{{"a": {figure}, "b": 1.5e-300, "c": 2.5E+20}}'.encode(encoding)
    assert decode_json(body) == ({"a": None, "b": 1.5e-300, "c": 2.5e20}, 1)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"<!DOCTYPE html><html>", "HTML"),
        (b"<html><body>502</body>", "HTML"),
        (b'{"success": true, "data": {"hvl": 64', "not complete"),
        (b"\xff\xfe\x00", "not complete"),
        (b"OK", "not complete"),
        (b'{"a": 1} trailing', "not complete"),
        (b"[" * 100_000, "not complete"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "not complete"),
    ],
)
def test_a_body_that_is_no_json_says_what_came(body: bytes, words: str) -> None:
    with pytest.raises(MalformedReplyError) as caught:
        decode_json(body)
    assert words in caught.value.message


def test_unicode_and_byte_order_marks_are_read() -> None:
    assert decode_json("\ufeff{}".encode()) == ({}, 0)
    assert decode_json(json.dumps({"σ": "Γ"}).encode()) == ({"σ": "Γ"}, 0)


HTTP_NOON = "Thu, 20 Aug 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    "text", [HTTP_NOON, "Thu, 20 Aug 2026 14:00:00 +0200", "Thursday, 20-Aug-26 12:00:00 GMT"]
)
def test_a_date_header_is_an_instant_in_utc(text: str) -> None:
    assert parse_http_date(text) == NOON


ODD_DATES = [
    "",
    " ",
    "now",
    "0",
    "-1",
    "Fri, 31 Dec 9999 23:59:59 -1200",
    "Fri, 31 Dec 9999 23:59:59 GMT",
    "Mon, 01 Jan 0001 00:00:00 +1400",
    "Mon, 01 Jan 0000 00:00:00 GMT",
    "Fri, 31 Dec 10000 00:00:00 GMT",
    f"Fri, 31 Dec {'9' * 40} 00:00:00 GMT",
    f"Fri, 31 Dec {'9' * 5_000} 00:00:00 GMT",
    f"Fri, {'9' * 25} Dec 2026 00:00:00 GMT",
    "Thu, 20 Aug 2026 12:00:00 +9999",
    "Thu, 20 Aug 2026 12:00:00 -99999999999",
    "Thu, 20 Aug 2026 99:99:99 GMT",
    "Thu, 31 Feb 2026 12:00:00 GMT",
    "Thu, 20 Aug -2026 12:00:00 GMT",
    "9999-12-31T23:59:59-23:59",
    "0001-01-01T00:00:00+23:59",
    "0000-01-01T00:00:00Z",
    "-2026-08-20T12:00:00Z",
    "+12026-08-20T12:00:00Z",
    "2026-08-20T12:00:00+99:99",
    "\u0662\u0660\u0662\u0666-08-20",
    ",",
    ",,,,,",
    "(",
    "Thu, 20 Aug 2026",
]


@pytest.mark.parametrize("text", ODD_DATES)
def test_a_date_that_cannot_be_read_is_no_date(text: str) -> None:
    for read in (parse_http_date(text), parse_instant(text)):
        assert read is None or 1900 <= read.year < 2100


@pytest.mark.parametrize("value", [-1, 0, 1e18, 1e300, -1e300, 10**400, -(10**400), True, [], {}])
def test_a_number_beyond_the_calendar_is_no_instant(value: object) -> None:
    assert parse_instant(value) is None


@given(st.text(max_size=60) | st.from_regex(r"[A-Z][a-z]{2}, \d+ [A-Z][a-z]{2} \d+ .{0,20}"))
@settings(max_examples=300)
def test_no_text_in_place_of_a_date_raises(text: str) -> None:
    parse_http_date(text)
    parse_instant(text)


@given(st.floats(allow_nan=False, allow_infinity=False))
@settings(max_examples=200)
def test_no_number_in_place_of_a_date_or_an_age_raises(number: float) -> None:
    parse_instant(number)
    assert moved(NOON, number) is None or 1900 <= (NOON + timedelta(seconds=number)).year < 2100
    read_meta({"timestamp": number, "computed_at": number, "freshness_seconds": number})
    read_meta({"timestamp": META["timestamp"], "freshness_seconds": number})


API_401 = {"success": False, "error": {"code": "UNAUTHORIZED", "message": "Invalid API key"}}
OWN_WORDS = [
    API_401,
    {"error": {"code": "UNAUTHORIZED", "message": "x"}},
    {"success": False, "error": {"code": "NEW", "message": "x"}, "meta": {}},
    {"detail": "Not authenticated"},
]
FOREIGN_WORDS: list[object] = [
    "",
    "Just a moment",
    None,
    [],
    7,
    {},
    {"message": "Forbidden"},
    {"message": "Invalid authentication credentials"},
    {"error": "access_denied"},
    {"error": {"code": 1020, "message": "Access denied"}},
    {"error": {"code": "ACCESS_DENIED"}},
    {"errors": [{"code": 10000, "message": "Authentication error"}]},
    {"success": True},
    {"status": 403, "title": "Forbidden"},
]


def told(body: object, status: int, **headers: str) -> ApiError:
    with pytest.raises(ApiError) as caught:
        read_envelope(body, status=status, headers=headers, now=NOON)
    return caught.value


@pytest.mark.parametrize("body", OWN_WORDS)
def test_a_refusal_in_the_apis_own_words_is_about_the_key_or_its_plan(body: object) -> None:
    assert isinstance(told(body, 401), UnauthorizedError)
    assert isinstance(told(body, 403), UnauthorizedError | ForbiddenError)


@pytest.mark.parametrize("body", FOREIGN_WORDS)
@pytest.mark.parametrize("status", [401, 403, 407])
def test_a_refusal_in_other_words_comes_from_something_in_front_of_the_api(
    body: object, status: int
) -> None:
    assert type(told(body, status)) is BlockedError


@pytest.mark.parametrize("status", [400, 402, 405, 413, 418, 421, 431, 451])
def test_a_page_in_place_of_a_refusal_says_nothing_about_the_parameters(status: int) -> None:
    assert type(told("Request Header Too Large", status)) is BlockedError
    assert type(told({"detail": [{"msg": "bad"}]}, status)) is not BlockedError


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (404, UnknownRouteError),
        (408, UpstreamUnavailableError),
        (425, UpstreamUnavailableError),
        (429, BurstLimitError),
        (500, UpstreamFaultError),
        (503, UpstreamUnavailableError),
        (520, UpstreamUnavailableError),
    ],
)
def test_a_page_of_any_other_status_is_judged_by_it(status: int, expected: type[ApiError]) -> None:
    assert type(told("a page", status)) is expected


@pytest.mark.parametrize(
    ("body", "title"),
    [
        (b"<!DOCTYPE html><title>Just a moment...</title><p>x", "Just a moment..."),
        (b"<html><TITLE lang=en>\n Sign&nbsp;in &amp; go </TITLE>", "Sign in & go"),
        (b"error code: 1020", "error code: 1020"),
        (b"<html>no title</html>", ""),
        (b"", ""),
        (b"\xff\xfe<title>x", "x"),
        (b"<title>" + b"t" * 9_000, "t" * 79 + "…"),
    ],
)
def test_a_page_is_told_by_its_title(body: bytes, title: str) -> None:
    assert page_title(body) == title


LATER = "Thu, 20 Aug 2026 12:00:40 GMT"


@pytest.mark.parametrize("status", [429, 503, 520])
def test_a_wait_may_be_stated_as_a_date(status: int) -> None:
    assert told({}, status, **{"retry-after": LATER}).retry_after == 40
    dated = {"retry-after": LATER, "date": "Thu, 20 Aug 2026 12:00:10 GMT"}
    assert told({}, status, **dated).retry_after == 30
    assert told({}, status, **{"retry-after": "3600"}).retry_after == 3_600


@pytest.mark.parametrize(
    "date",
    [
        "Thu, 20 Aug 2026 11:59:59 GMT",
        "Thu, 20 Aug 2026 12:00:00 GMT",
        "Fri, 31 Dec 9999 23:59:59 -1200",
        "Thu, 20 Aug 2027 12:00:00 GMT",
        "soon",
    ],
)
def test_a_date_that_is_over_or_a_year_off_is_no_wait(date: str) -> None:
    assert told({}, 429, **{"retry-after": date}).retry_after is None
