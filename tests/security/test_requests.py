"""Requests that no honest client makes: each is refused, and the next one is answered."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from typing import Any

import pytest

from .door import Door, Reply, bearer, call, read_reply, request, serving, token_line, token_of
from .upstream import Signing, key_of, upstream

LEVELS = ("gex_levels", {"symbol": "BTC", "detail": "brief"})
WHOLE = "100,000"
ACCEPT = "Accept: application/json, text/event-stream"
ENTERS = bearer(token_of("desk"))
PAGE = "https://desk.example"
# A program of this machine that serves pages.
NEIGHBOUR = "http://localhost:3000"


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    names = {"HTTP_HOSTS": "desk.example", "HTTP_ORIGINS": PAGE}
    access = {"API_KEY": key_of(0), "HTTP_TOKENS": token_line("desk")}
    folder = tmp_path_factory.mktemp("door")
    with (
        upstream(Signing()) as url,
        serving(folder=folder, BASE_URL=url, **names, **access) as door,
    ):
        yield door
    assert "Traceback" not in door.said
    assert "INJECTED" not in door.said


@pytest.fixture(autouse=True)
def the_next_one_is_answered(door: Door) -> Iterator[None]:
    yield
    assert WHOLE in levels(door).text


def asked(*headers: tuple[str, str]) -> tuple[Any, ...]:
    """Return the body and headers of a call by somebody who may enter."""
    repeats = "authorization" in [name.lower() for name, _ in headers]
    return call(*LEVELS, *headers, *(() if repeats else (ENTERS,)))


def levels(door: Door, *headers: tuple[str, str], method: str = "POST") -> Reply:
    body, *usual = asked(*headers)
    return door.ask(body, *usual, method=method)


def has_cors(reply: Reply) -> bool:
    return any(name.startswith("access-control") for name in reply.headers)


FOREIGN_HOSTS = (
    "evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost.evil.example",
    "127.0.0.1@evil.example", "evil.example:127.0.0.1", "desk.example.evil.example",
    "[::ffff:127.0.0.1]", "0", "127.1", "2130706433", "127.0.0.1:", "127.0.0.1, evil.example", "",
    "desk.example.", "desk.example#", "desk.example/", "desk.example\\", "x\tdesk.example",
)  # fmt: skip


def test_a_name_that_somebody_elses_dns_leads_here_is_refused(door: Door) -> None:
    # A page at evil.example that has its name rebound to 127.0.0.1 sends its own name as Host.
    for host in FOREIGN_HOSTS:
        reply = levels(door, ("Host", host))
        assert reply.status in (400, 421), host
        assert WHOLE not in reply.whole
    for host in ("desk.example", "DESK.example:443", "localhost", "[::1]:1"):
        assert levels(door, ("Host", host)).status == 200, host


@pytest.mark.parametrize("name", ["X-Forwarded-Host", "Forwarded", "X-Original-URL", "X-Host"])
def test_no_header_of_a_proxy_stands_in_for_the_host(door: Door, name: str) -> None:
    said = "host=desk.example" if name == "Forwarded" else "desk.example"
    assert levels(door, ("Host", "evil.example"), (name, said)).status == 421


FOREIGN_ORIGINS = (
    "https://evil.example", "null", "https://desk.example.evil.example", "http://desk.example@evil",
    "https://evil.example/https://desk.example", "file://", "chrome-extension://abc", "https://",
    "https://desk.example\thttps://evil.example", "javascript:alert(1)", "http://[", "http://127.1",
    "https://desk.example https://evil.example", "//desk.example", "desk.example",
)  # fmt: skip


def test_a_page_of_another_origin_is_refused_and_gets_no_cors(door: Door) -> None:
    for origin in FOREIGN_ORIGINS:
        for method in ("POST", "OPTIONS"):
            reply = levels(door, ("Origin", origin), method=method)
            assert reply.status in (400, 403), origin
            assert not has_cors(reply) and WHOLE not in reply.whole


def test_only_a_page_that_was_named_may_read_answers(door: Door) -> None:
    named = levels(door, ("Origin", PAGE))
    assert (named.headers["access-control-allow-origin"], named.headers["vary"]) == (PAGE, "Origin")
    assert not has_cors(levels(door, ("Origin", NEIGHBOUR)))
    asks = ("Access-Control-Request-Method", "POST")
    assert not has_cors(door.ask(None, asks, ("Origin", NEIGHBOUR), method="OPTIONS"))


def test_what_a_page_may_send_without_asking_first_is_no_call(door: Door) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        reply = levels(door, ("Content-Type", kind), ("Origin", NEIGHBOUR))
        assert reply.status == 415, kind
        assert WHOLE not in reply.whole


REPEATED = (
    ("Host", "127.0.0.1", "evil.example"),
    ("Origin", PAGE, "https://evil.example"),
    ("Authorization", "Bearer a", "Bearer b"),
    ("X-API-Key", "a", "b"),
    ("Content-Length", "5", "6"),
    ("Content-Type", "application/json", "text/plain"),
)


def test_a_header_that_could_be_read_in_two_ways_is_refused(door: Door) -> None:
    for name, first, second in REPEATED:
        for pair in ((first, second), (second, first)):
            reply = levels(door, *((name, value) for value in pair))
            assert reply.status in (400, 403, 421), name


HEADERS = (
    "MCP-Protocol-Version", "Mcp-Method", "Mcp-Name", "Mcp-Session-Id", "Origin", "Authorization",
    "X-Request-Id", "X-Forwarded-For", "X-Forwarded-Host", "Last-Event-ID", "traceparent", "Accept",
)  # fmt: skip
INJECTED = ("a\r\nX-INJECTED: 1", "a\nX-INJECTED: 1", "a\rX-INJECTED: 1", "a\x00X-INJECTED: 1")


def test_no_header_of_a_request_adds_one_to_the_reply_or_a_line_to_the_log(door: Door) -> None:
    for name in HEADERS:
        for value in (*INJECTED, "\x1b[2JINJECTED", "%0d%0aX-INJECTED: 1"):
            reply = levels(door, (name, value))
            assert reply.status, (name, value)
            assert "injected" not in str(reply.headers).lower()


SMUGGLED = (
    b"Content-Length: 0\r\nTransfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
    b"Transfer-Encoding: xchunked\r\n",
    b"Transfer-Encoding : chunked\r\n",
    b"Content-Length: +5\r\n",
    b"Content-Length: -1\r\n",
    b"Content-Length: 5, 6\r\n",
    b"Content-Length: 0x5\r\n",
    b" Content-Length: 5\r\n",
)


def test_no_second_request_hides_in_the_body_of_a_first(door: Door) -> None:
    hidden = request(*asked(), host=door.host)
    enters = ": ".join(ENTERS)
    head = f"POST /mcp HTTP/1.1\r\n{enters}\r\nHost: {door.host}\r\n".encode()
    head += f"{ACCEPT}\r\nContent-Type: application/json\r\nX-Any: 1\r\n".encode()
    for lines in SMUGGLED:
        first = door.send(head + lines + b"\r\n0\r\n\r\n" + hidden)
        assert first.status in (400, 501), lines
        assert WHOLE not in first.whole


MALFORMED = (
    b"", b"{", b"null", b"[]", b"0", b'"x"', b"\xff\xfe{}", b"{}" * 2, b"[" * 100_000,
    b'{"a":' * 50_000 + b"1" + b"}" * 50_000, b'{"jsonrpc":"2.0","id":1}', b"1e999",
    b'{"jsonrpc":"1.0","id":1,"method":"tools/list"}', b'{"jsonrpc":"2.0","id":{},"method":[]}',
    b'{"jsonrpc":"2.0","id":1,"method":"\\ud800"}', b'{"jsonrpc":"2.0","id":1,"id":2,"method":1}',
    b'{"jsonrpc":"2.0","id":null,"method":"ping"}', b'{"jsonrpc":"2.0","id":1.5,"method":"ping"}',
    b'[{"jsonrpc":"2.0","id":1,"method":"ping"}]', b'{"jsonrpc":"2.0","method":"tools/call"}',
    b'{"jsonrpc":"2.0","id":' + b"9" * 5_000 + b"}",
)  # fmt: skip


def test_a_body_that_is_no_message_is_refused_in_words(door: Door) -> None:
    for body in MALFORMED:
        for era in ("2026-07-28", "2025-11-25", "", "x" * 1000):
            reply = door.ask(body, ("MCP-Protocol-Version", era), ENTERS)
            assert 400 <= reply.status < 500, body[:80]
            said = reply.message["error"]["message"]
            assert said and "\n" not in said and len(said) < 160
            assert "Traceback" not in reply.whole and ", line " not in reply.whole


def test_a_body_beyond_the_limit_is_refused_before_it_is_read(door: Door) -> None:
    for length in ("1048577", "1000000000", "9" * 19, "9" * 40):
        reply = door.send(request(b"", ("Content-Length", length), ENTERS, host=door.host))
        assert reply.status in (400, 413), length


def test_a_body_or_head_that_goes_on_for_ever_is_cut_off(door: Door) -> None:
    line = f"POST /mcp HTTP/1.1\r\nHost: {door.host}\r\n{': '.join(ENTERS)}\r\n{ACCEPT}\r\n"
    chunked = f"{line}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    endless = {chunked: b"10000\r\n" + b" " * 0x10000 + b"\r\n", line: b"X: %s\r\n" % (b"x" * 1000)}
    for start, piece in endless.items():
        with door.connect() as connection:
            with suppress(ConnectionError):
                connection.sendall(start.encode())
                for _ in range(2_000):
                    connection.sendall(piece)
            assert read_reply(connection).status in (0, 400, 413, 431)


def slow(door: Door, open_until: ExitStack) -> list[socket.socket]:
    """Return connections on which the head, or the body, of a request never ends."""
    whole = request(*asked(), host=door.host)
    connections = [open_until.enter_context(door.connect()) for _ in range(40)]
    for number, connection in enumerate(connections):
        connection.sendall(whole[: 20 if number % 2 else -20])
    return connections


def test_those_who_send_slowly_keep_nobody_out(door: Door) -> None:
    with ExitStack() as until:
        slow(door, until)
        assert WHOLE in levels(door).text


@pytest.mark.sweep
def test_those_who_send_slowly_are_sent_away_within_a_while(door: Door) -> None:
    with ExitStack() as until:
        replies = [read_reply(connection) for connection in slow(door, until)]
    assert {reply.status for reply in replies} == {0, 408}


NOWHERE = (
    "/", "/MCP", "/mcp/../mcp", "/mcp/%2e%2e/", "//mcp", "/mcp/x/", "/mcp/x/nothing", "/mcp/y",
    "/mcp/x/vol/search", "/mcp/x/" + "a," * 500, "/.well-known/x", "/metrics", "/docs",
    "/openapi.json", "/mcp/x/%00", "/mcp/x/vol%0d%0aX-INJECTED:1", "/etc/passwd", "*",
    "/.well-known/oauth-protected-resource", "http://evil.example/", "/healthz/", "/mcp\\",
)  # fmt: skip


def test_a_path_that_is_not_ours_leads_nowhere(door: Door) -> None:
    body, *headers = asked()
    for path in NOWHERE:
        reply = door.ask(body, *headers, path=path)
        assert reply.status in (400, 404), path
        assert "injected" not in str(reply.headers).lower()


def test_another_method_does_nothing(door: Door) -> None:
    for method in ("GET", "DELETE", "PUT", "TRACE", "CONNECT", "get", "X" * 2_000):
        reply = door.ask(None, ENTERS, ("X-Any", "REFLECTED"), method=method)
        assert reply.status in (400, 405), method
        assert "REFLECTED" not in reply.whole


def test_the_state_of_the_server_is_told_under_any_name_and_nothing_more(door: Door) -> None:
    for path, said in (("/healthz", b"ok\n"), ("/readyz", b"ready\n")):
        reply = door.ask(None, path=path, method="GET", host="probe.internal:1")
        assert (reply.status, reply.body) == (200, said)
        assert "server" not in reply.headers
