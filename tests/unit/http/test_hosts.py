"""Which Host and Origin headers are let in."""

import pytest

from bq_mcp.http.hosts import LOOPBACK_NAMES, is_host_allowed, is_origin_allowed


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("127.0.0.1:8765", True),
        ("localhost", True),
        ("LocalHost:1", True),
        ("[::1]:8765", True),
        ("[::1]", True),
        ("", False),
        ("evil.example", False),
        ("localhost.evil.example:8765", False),
        ("localhost:8765.evil.example", False),
        ("localhost:", False),
        ("127.0.0.1:80@evil.example", False),
        ("::1", False),
        ("127.0.0.1, evil.example", False),
    ],
)
def test_a_host_is_one_of_those_with_any_port(host: str, allowed: bool) -> None:
    assert is_host_allowed(host, LOOPBACK_NAMES) is allowed


def test_a_name_with_a_port_is_let_in_with_that_port_only() -> None:
    assert is_host_allowed("desk.example:8443", ["desk.example:8443"])
    assert not is_host_allowed("desk.example:80", ["desk.example:8443"])


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://desk.example", True),
        ("HTTPS://Desk.Example", True),
        ("http://localhost:3000", True),
        ("https://desk.example:444", False),
        ("https://desk.example.evil", False),
        ("http://evil.example", False),
        ("null", False),
        ("file://localhost", False),
        ("http://[::1", False),
    ],
)
def test_an_origin_is_named_or_a_page_of_this_server(origin: str, allowed: bool) -> None:
    assert is_origin_allowed(origin, ["https://desk.example"], LOOPBACK_NAMES) is allowed
