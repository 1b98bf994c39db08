"""Scheduled faults: which request they befall, and what a caller then sees in process."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import anyio
import httpx
import pytest
from fastapi import FastAPI

from bq_mcp.sandbox.app import create_app
from bq_mcp.sandbox.envelope import SOURCE
from bq_mcp.sandbox.faults import FAULT_KINDS, Fault, FaultTracker, Schedule
from bq_mcp.sandbox.faults_file import read_schedule
from bq_mcp.sandbox.front import Sleep
from bq_mcp.sandbox.limits import Limiter
from bq_mcp.sandbox.plans import Plan
from bq_mcp.sandbox.recorded_response import HUGE_BODY_BYTES
from tests.sandbox.asking import NOW, HandClock, ask

IN_PROCESS = [kind for kind in FAULT_KINDS if kind not in ("refused", "reset")]
IN_BETWEEN = ("html", "page_401", "page_403", "edge_408", "edge_520")
LOSES_THE_MARK = {*IN_BETWEEN, "cut_body"}
MINUTE = timedelta(minutes=1)


class Naps:
    """Remembers how long it was asked to sleep, and does not."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def faulty(
    *faults: Fault,
    clock: HandClock | None = None,
    plan: str = "pro",
    sleep: Sleep | None = None,
) -> FastAPI:
    return create_app(
        clock=clock or HandClock(), plan=plan, faults=Schedule(*faults), sleep=sleep or Naps()
    )


def statuses(app: FastAPI, count: int, path: str = "changelog") -> list[int]:
    return [ask(app, path).status_code for _ in range(count)]


def acting(fault: Fault, requests: int) -> list[int]:
    """Return the numbers of the requests the fault acts on."""
    strikes = FaultTracker(Schedule(fault))
    return [n for n in range(1, requests + 1) if strikes.next("/gex/levels", NOW)]


@pytest.mark.parametrize(
    ("fault", "numbers"),
    [
        (Fault("http_500"), [1, 2, 3, 4, 5, 6, 7]),
        (Fault("http_500", first=3), [3, 4, 5, 6, 7]),
        (Fault("http_500", last=2), [1, 2]),
        (Fault("http_500", every=3), [1, 4, 7]),
        (Fault("http_500", first=2, every=2, last=5), [2, 4]),
        (Fault("http_500", first=2, times=3), [2, 3, 4]),
    ],
)
def test_fault_acts_on_the_requests_of_its_numbers(fault, numbers):
    assert acting(fault, 7) == numbers


@pytest.mark.parametrize(
    ("route", "met"),
    [
        ("*", ["/gex/levels", "/multi/gex/levels", "/tape"]),
        ("/gex/*", ["/gex/levels"]),
        ("*/levels", ["/gex/levels", "/multi/gex/levels"]),
        ("/tape", ["/tape"]),
        ("/Tape", []),
    ],
)
def test_route_is_a_pattern_over_the_whole_path(route, met):
    paths = ["/gex/levels", "/multi/gex/levels", "/tape"]
    assert [path for path in paths if Fault("reset", route).covers(path, NOW)] == met


def test_requests_of_other_routes_and_times_are_not_numbered():
    fault = Fault("http_500", "/gex/*", since=NOW, first=2)
    strikes = FaultTracker(Schedule(fault))
    assert strikes.next("/gex/levels", NOW - MINUTE) is None
    assert strikes.next("/tape", NOW) is None
    assert strikes.next("/gex/levels", NOW) is None
    assert strikes.next("/gex/levels", NOW) is not None


def test_window_holds_its_beginning_and_not_its_end():
    fault = Fault("http_500", since=NOW, until=NOW + MINUTE)
    instants = [NOW - timedelta(seconds=1), NOW, NOW + MINUTE]
    assert [fault.is_open(instant) for instant in instants] == [False, True, False]


def test_earlier_of_two_faults_acts_and_both_count_the_request():
    app = faulty(Fault("http_502", last=1), Fault("http_503", times=1), Fault("http_504", first=3))
    assert statuses(app, 4) == [502, 503, 504, 504]


def test_schedule_is_not_used_up_by_the_app_it_serves():
    schedule = Schedule(Fault("http_500", times=1))
    for _ in range(2):
        app = create_app(clock=HandClock(), faults=schedule)
        assert statuses(app, 2) == [500, 200]


def test_same_order_of_requests_gives_the_same_bytes():
    faults = [Fault(kind, first=n + 1, last=n + 1) for n, kind in enumerate(IN_PROCESS)]
    first, second = (
        [(r.status_code, r.headers.raw, r.content) for r in run_through(faults)] for _ in range(2)
    )
    assert first == second


def run_through(faults: Sequence[Fault]) -> list[httpx.Response]:
    app = faulty(*faults)
    return [ask(app, "expiries") for _ in faults]


@pytest.mark.parametrize("kind", IN_PROCESS)
def test_every_fault_ends_with_its_window(kind):
    clock = HandClock()
    app = faulty(Fault(kind, "/expiries", until=NOW + MINUTE), clock=clock)
    healthy = create_app(clock=clock)
    assert ask(app, "changelog").json()["data"] == ask(healthy, "changelog").json()["data"]
    ask(app, "expiries")
    clock.advance(minutes=1)
    after, sound = ask(app, "expiries"), ask(healthy, "expiries")
    assert after.status_code == 200
    assert after.json()["data"] == sound.json()["data"]
    assert after.json()["meta"]["computed_at"] == sound.json()["meta"]["computed_at"]


@pytest.mark.parametrize("kind", [kind for kind in IN_PROCESS if kind not in LOSES_THE_MARK])
def test_a_faulty_envelope_still_says_that_it_is_simulated(kind):
    reply = ask(faulty(Fault(kind)), "expiries")
    assert reply.json()["meta"]["source"] == [SOURCE]
    assert reply.headers["X-Request-ID"] == reply.json()["meta"]["request_id"]


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("http_401", 401, "UNAUTHORIZED"),
        ("http_403", 403, "FORBIDDEN"),
        ("http_404", 404, "NOT_FOUND"),
        ("http_422", 422, "VALIDATION_ERROR"),
        ("http_500", 500, "INTERNAL_ERROR"),
        ("http_502", 502, "UPSTREAM_ERROR"),
        ("http_503", 503, "UPSTREAM_ERROR"),
        ("http_504", 504, "UPSTREAM_ERROR"),
        ("burst_429", 429, "RATE_LIMIT_EXCEEDED"),
        ("burst_429_without_retry_after", 429, "RATE_LIMIT_EXCEEDED"),
        ("quota_429", 429, "RATE_LIMIT_EXCEEDED"),
    ],
)
@pytest.mark.parametrize("path", ["gex/levels", "health"])
def test_refusal_has_its_status_and_code(kind, status, code, path):
    reply = ask(faulty(Fault(kind)), path)
    assert (reply.status_code, reply.json()["error"]["code"]) == (status, code)


def test_422_has_the_rows_of_a_validation_error():
    (row,) = ask(faulty(Fault("http_422")), "changelog").json()["error"]["details"]["errors"]
    assert set(row) == {"type", "loc", "msg"}
    assert row["loc"] == ["query", "symbol"]


@pytest.mark.parametrize("kind", ["http_401", "http_403", "burst_429", "quota_429", *IN_BETWEEN])
def test_turned_away_requests_cost_nothing(kind):
    app = faulty(Fault(kind, last=3))
    for _ in range(3):
        ask(app, "changelog")
    assert ask(app, "changelog").headers["X-Quota-Used"] == "1"


@pytest.mark.parametrize("kind", ["http_404", "http_422", "http_500", "http_503", "slow_body"])
def test_requests_that_reached_the_service_are_counted(kind):
    app = faulty(Fault(kind, last=3))
    for _ in range(3):
        ask(app, "changelog")
    assert ask(app, "changelog").headers["X-Quota-Used"] == "4"


def test_burst_429_tells_the_wait_and_leaves_the_quota():
    reply = ask(faulty(Fault("burst_429")), "changelog")
    assert reply.headers["Retry-After"] == "43"
    assert reply.headers["X-RateLimit-Remaining"] == "0"
    assert reply.headers["X-Quota-Remaining"] == "1000000"
    assert reply.json()["error"]["details"] == {
        "retry_after_seconds": 43,
        "limit": "120 per 1 minute",
    }


def test_burst_429_without_retry_after_tells_it_nowhere():
    reply = ask(faulty(Fault("burst_429_without_retry_after")), "changelog")
    assert "Retry-After" not in reply.headers
    assert reply.headers["X-RateLimit-Remaining"] == "0"
    assert reply.json()["error"]["details"] == {"limit": "120 per 1 minute"}
    assert "43" not in reply.json()["error"]["message"]


def test_quota_429_has_nothing_left_until_the_month_turns():
    reply = ask(faulty(Fault("quota_429"), plan="starter"), "changelog")
    assert reply.headers["X-Quota-Remaining"] == "0"
    assert reply.headers["X-Quota-Used"] == "10000"
    assert int(reply.headers["Retry-After"]) > 20 * 86_400
    assert "10,000" in reply.json()["error"]["message"]


def test_quota_429_cannot_happen_where_there_is_no_quota():
    with pytest.raises(ValueError, match="enterprise"):
        faulty(Fault("quota_429"), plan="enterprise")


def test_html_is_a_page_of_something_in_between():
    reply = ask(faulty(Fault("html")), "gex/levels")
    assert reply.status_code == 200
    assert reply.headers["content-type"].startswith("text/html")
    assert reply.text.startswith("<!DOCTYPE html>")
    assert not [name for name in reply.headers if name.startswith("x-")]


@pytest.mark.parametrize("kind", IN_BETWEEN[1:])
def test_something_in_between_refuses_in_other_words_than_the_api(kind):
    reply = ask(faulty(Fault(kind)), "gex/levels")
    assert reply.status_code == int(kind[-3:])
    assert reply.headers["content-type"].startswith("text/")
    assert not [name for name in reply.headers if name.startswith("x-")]


def test_a_cached_copy_is_the_answer_of_before_with_its_age():
    clock = HandClock()
    clock.advance(seconds=-40)
    earlier = ask(faulty(clock=clock), "gex/levels").json()
    reply = ask(faulty(Fault("cached_copy")), "gex/levels")
    assert reply.headers["age"] == "40"
    assert reply.json()["meta"]["timestamp"] == earlier["meta"]["timestamp"]
    assert reply.json()["meta"]["computed_at"] == earlier["meta"]["computed_at"]


def test_wrong_content_type_leaves_the_body():
    reply = ask(faulty(Fault("wrong_content_type")), "changelog")
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert reply.content == ask(faulty(), "changelog").content


def test_cut_body_is_half_of_what_its_length_states():
    reply = ask(faulty(Fault("cut_body")), "changelog")
    assert len(reply.content) == int(reply.headers["content-length"]) // 2
    with pytest.raises(json.JSONDecodeError):
        reply.json()


def test_huge_body_is_the_answer_and_then_blanks():
    reply = ask(faulty(Fault("huge_body")), "changelog")
    assert len(reply.content) == HUGE_BODY_BYTES == int(reply.headers["content-length"])
    assert reply.content.rstrip() == ask(faulty(), "changelog").content


def test_slow_first_byte_waits_once_and_answers_in_full():
    naps = Naps()
    reply = ask(faulty(Fault("slow_first_byte", seconds=2.5), sleep=naps), "changelog")
    assert naps.seconds == [2.5]
    assert reply.content == ask(faulty(), "changelog").content


def test_slow_body_spreads_its_wait_over_the_pieces():
    naps = Naps()
    reply = ask(faulty(Fault("slow_body", seconds=5), sleep=naps), "changelog")
    assert naps.seconds == [0.5] * 10
    assert reply.content == ask(faulty(), "changelog").content


@pytest.mark.anyio
@pytest.mark.parametrize("kind", ["slow_first_byte", "slow_body"])
async def test_caller_who_gives_up_on_a_slow_reply_leaves_nothing_running(kind):
    asleep = anyio.Event()

    async def for_ever(seconds: float) -> None:
        asleep.set()
        await anyio.sleep_forever()

    transport = httpx.ASGITransport(app=faulty(Fault(kind), sleep=for_ever))
    before = asyncio.all_tasks()
    with anyio.fail_after(5):
        async with (
            httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client,
            anyio.create_task_group() as tasks,
        ):
            tasks.start_soon(client.get, "/v2/health")
            await asleep.wait()
            tasks.cancel_scope.cancel()
    assert asyncio.all_tasks() == before


@pytest.mark.parametrize("kind", ["refused", "reset"])
def test_faults_of_the_socket_do_not_pass_in_silence_where_there_is_none(kind):
    with pytest.raises(RuntimeError, match="socket"):
        ask(faulty(Fault(kind)), "changelog")


def test_paths_outside_the_api_have_no_faults():
    assert ask(faulty(Fault("http_500")), "/elsewhere").status_code == 404


@pytest.mark.parametrize(
    ("fault", "computed_at", "age"),
    [
        (Fault("computed_at_in_future", seconds=600), "2026-09-10T12:10:17Z", -600),
        (Fault("computed_at_1970"), "1970-01-01T00:00:00Z", NOW.timestamp()),
    ],
)
def test_wrong_computed_at_is_wrong_everywhere_and_its_age_follows(fault, computed_at, age):
    body = ask(faulty(fault), "multi/gex/levels", symbols="BTCUSDT").json()
    sound = ask(faulty(), "multi/gex/levels", symbols="BTCUSDT").json()
    assert body["meta"]["computed_at"] == computed_at
    assert body["meta"]["freshness_seconds"] == age
    assert body["meta"]["timestamp"] == sound["meta"]["timestamp"]
    entry, sound_entry = (b["data"]["results"]["BTCUSDT"] for b in (body, sound))
    assert entry == sound_entry | {"computed_at": computed_at}


@pytest.mark.parametrize("path", ["changelog", "openapi.json", "docs", "nowhere"])
def test_replies_that_tell_no_computed_at_are_not_given_one(path):
    assert ask(faulty(Fault("computed_at_1970")), path).content == ask(faulty(), path).content


@pytest.mark.parametrize(("kind", "shift"), [("clock_ahead", 100), ("clock_behind", -100)])
def test_wrong_clock_is_told_in_body_and_headers_and_changes_no_limit(kind, shift):
    app = faulty(Fault(kind, seconds=100, first=2))
    sound, wrong = ask(app, "expiries"), ask(app, "expiries")
    before, after = (r.json()["meta"] for r in (sound, wrong))
    assert instant(after["timestamp"]) - instant(before["timestamp"]) == timedelta(seconds=shift)
    assert 0 <= after["freshness_seconds"] < 30
    reset_at, shifted = (int(r.headers["X-RateLimit-Reset"]) for r in (sound, wrong))
    assert shifted - reset_at == shift == after["rate_limit"]["reset"] - reset_at
    assert wrong.headers["X-RateLimit-Remaining"] == "118"


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize("window", [{}, {"since": NOW}])
def test_frozen_data_grows_old_while_the_clock_goes_on(window):
    clock = HandClock()
    app = faulty(Fault("frozen_data", **window), clock=clock)
    first = ask(app, "gex/levels").json()
    clock.advance(minutes=10)
    later = ask(app, "gex/levels").json()
    assert later["data"] == first["data"]
    assert later["meta"]["spot_price"] == first["meta"]["spot_price"]
    assert later["meta"]["computed_at"] == first["meta"]["computed_at"] == "2026-09-10T12:00:00Z"
    assert later["meta"]["freshness_seconds"] == first["meta"]["freshness_seconds"] + 600
    assert later["meta"]["timestamp"] == "2026-09-10T12:10:17Z"


def test_while_data_is_frozen_status_and_symbols_tell_the_time_and_the_growing_age():
    clock = HandClock()
    app = faulty(Fault("frozen_data"), clock=clock)
    first, ages = ask(app, "status").json()["data"], ask(app, "symbols").json()["data"]
    assert first["symbols"]["BTCUSDT"]["gex"]["status"] == "healthy"
    clock.advance(minutes=10)
    later, later_ages = ask(app, "status").json()["data"], ask(app, "symbols").json()["data"]
    assert instant(later["current_time"]) - instant(first["current_time"]) == timedelta(minutes=10)
    cell, before = later["symbols"]["BTCUSDT"]["gex"], first["symbols"]["BTCUSDT"]["gex"]
    assert cell["freshness_seconds"] == before["freshness_seconds"] + 600
    assert cell["status"] == "unhealthy"
    for old, new in zip(ages["symbols"], later_ages["symbols"], strict=True):
        assert new["freshness_seconds"]["gex"] == old["freshness_seconds"]["gex"] + 600
        assert new["spot_price"] == old["spot_price"]


def test_bundle_costs_a_unit_for_each_series():
    def units(**query: str) -> str:
        return str(ask(faulty(), "market/bundle", **query).headers["X-Quota-Used"])

    assert units() == units(series="") == "6"
    assert units(series="candles, funding,candles") == "2"
    assert ask(faulty(), "market/candles", series="candles,funding").headers["X-Quota-Used"] == "1"


def test_units_come_off_the_quota_and_one_request_off_the_burst():
    limiter = Limiter(Plan("tiny", 10, 30, 1, 1, 30))
    first = limiter.admit("k", NOW, units=6)
    assert (first.quota_used, first.burst_used) == (6, 1)
    second = limiter.admit("k", NOW, units=6)
    assert (second.exceeded, second.quota_used) == (None, 10)
    assert limiter.admit("k", NOW).exceeded == "quota"


FILE = """
[[fault]]
kind = "http_503"
route = "/gex/*"
since = 2026-11-20T14:31:00Z
until = 2026-11-20T14:33:00

[[fault]]
kind = "slow_body"
first = 2
last = 8
every = 3
times = 2
seconds = 1.5
"""


def test_file_holds_the_faults_in_order():
    assert read_schedule(FILE).faults == (
        Fault(
            "http_503",
            "/gex/*",
            since=datetime(2026, 11, 20, 14, 31, tzinfo=UTC),
            until=datetime(2026, 11, 20, 14, 33, tzinfo=UTC),
        ),
        Fault("slow_body", first=2, last=8, every=3, times=2, seconds=1.5),
    )


@pytest.mark.parametrize("kind", FAULT_KINDS)
def test_every_kind_can_be_written_in_a_file(kind):
    assert read_schedule(f'[[fault]]\nkind = "{kind}"').faults == (Fault(kind),)


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ('kind = "earthquake"', "unknown kind 'earthquake', choose one of refused"),
        ('route = "/gex/*"', "needs a kind"),
        ('kind = "reset"\nnth = 3', "unknown key 'nth', choose from kind"),
        ('kind = "reset"\nevery = "third"', "every cannot be 'third'"),
        ('kind = "reset"\nfirst = true', "first cannot be True"),
        ('kind = "reset"\nsince = 2026-11-20', "since cannot be"),
        ('kind = "reset"\ntimes = 0', "count from 1"),
        ('kind = "reset"\nfirst = 3\nlast = 2', "last comes before first"),
        ('kind = "reset"\nseconds = 1', "reset takes no seconds"),
        ('kind = "slow_body"\nseconds = 0', "above 0"),
        ('kind = "slow_body"\nseconds = nan', "above 0"),
        ('kind = "refused"\nroute = "/gex/*"', "since and until only"),
        (
            'kind = "reset"\nsince = 2026-11-20T14:31:00Z\nuntil = 2026-11-20T14:31:00Z',
            "until is not after since",
        ),
    ],
)
def test_wrong_table_is_refused_by_number_and_reason(table, reason):
    text = f'[[fault]]\nkind = "reset"\n[[fault]]\n{table}'
    with pytest.raises(ValueError, match=f"fault 2: .*{reason}"):
        read_schedule(text)


@pytest.mark.parametrize(
    "text", ["", "kind", "[fault]\nkind = 'reset'", "fault = 3", "[[faults]]\nkind = 'reset'"]
)
def test_file_of_another_form_is_refused(text):
    with pytest.raises(ValueError):
        read_schedule(text)


def test_instants_without_a_zone_are_refused_in_python():
    with pytest.raises(ValueError, match="time zone"):
        Fault("reset", since=datetime(2026, 11, 20))
