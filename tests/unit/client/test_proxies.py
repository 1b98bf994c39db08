"""Which proxy counts, and which hosts go without, whatever stands in the environment."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bq_mcp.client.proxies import Proxy, proxy_for
from bq_mcp.errors import ConfigError

from ...support import kept_logs

API = "https://api.backquant.com"
HTTP = "http://proxy.example:3128"


def test_without_variables_there_is_no_proxy() -> None:
    assert proxy_for(API, {}) is None
    assert proxy_for(API, {"HTTPS_PROXY": " ", "HTTP_PROXY": HTTP}) is None


@pytest.mark.parametrize(
    ("environment", "proxy"),
    [
        ({"HTTPS_PROXY": HTTP}, Proxy(HTTP, "HTTPS_PROXY")),
        ({"https_proxy": HTTP, "HTTPS_PROXY": "http://x:1"}, Proxy(HTTP, "HTTPS_PROXY")),
        ({"HTTPS_PROXY": HTTP, "ALL_PROXY": "socks5://x:1"}, Proxy(HTTP, "HTTPS_PROXY")),
        ({"ALL_PROXY": "socks5://x:1"}, Proxy("socks5://x:1", "ALL_PROXY")),
        ({"HTTPS_PROXY": "proxy.example:3128"}, Proxy(HTTP, "HTTPS_PROXY")),
    ],
)
def test_the_variable_that_counts_is_named(environment: dict[str, str], proxy: Proxy) -> None:
    assert proxy_for(API, environment) == proxy


@pytest.mark.parametrize(
    "value", ["ftp://x:1", "http://", "http://x:99999", "http://x:port", "http://[::1", "://"]
)
def test_what_is_no_proxy_is_told_without_its_value(value: str) -> None:
    with pytest.raises(ConfigError, match="HTTPS_PROXY is no address") as caught:
        proxy_for(API, {"HTTPS_PROXY": value})
    assert value not in caught.value.message


@pytest.mark.parametrize(
    ("host", "exceptions"),
    [
        ("api.backquant.com", "*"),
        ("api.backquant.com", "localhost, API.backquant.com"),
        ("api.backquant.com", "backquant.com"),
        ("api.backquant.com", ".backquant.com"),
        ("api.backquant.com", "*.backquant.com"),
        ("api.backquant.com", "api.backquant.com:443"),
        ("api.backquant.com", "https://api.backquant.com"),
        ("127.0.0.1", "localhost,127.0.0.1,::1/128"),
        ("127.0.0.1", "127.0.0.0/8"),
        ("10.1.2.3", "10.1.2.3/8"),
        ("[::1]", "localhost,[::1]"),
        ("[::1]", "::1/128"),
        ("[fd07:b51a:cc66:f0::5]", "localhost fd07:b51a:cc66:f0::/64"),
        ("[fd07::1]", "[fd07::]/16"),
        ("[::1]", "[::1]:443"),
    ],
)
def test_a_host_that_is_listed_goes_without(host: str, exceptions: str) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        assert proxy_for(f"https://{host}", {"HTTPS_PROXY": HTTP, name: exceptions}) is None


@pytest.mark.parametrize(
    "exceptions",
    ["", "quant.com", "backquant.com:80", "10.0.0.0/8", "::1/128", "com.backquant", "api", "[::1"],
)
def test_a_host_that_is_not_listed_goes_through(exceptions: str) -> None:
    environment = {"HTTPS_PROXY": HTTP, "NO_PROXY": exceptions}
    with kept_logs():
        assert proxy_for(API, environment) == Proxy(HTTP, "HTTPS_PROXY")


def test_an_entry_that_cannot_be_read_is_passed_over_and_said() -> None:
    environment = {"HTTPS_PROXY": HTTP, "NO_PROXY": "[::1,10.0.0.0/99,api.backquant.com"}
    with kept_logs() as logs:
        assert proxy_for(API, environment) is None
    assert logs == [
        {
            "event": "NO_PROXY has entries that cannot be read",
            "entries": 2,
            "level": "warning",
        }
    ]


@given(st.text(max_size=40), st.sampled_from([API, "https://127.0.0.1:9", "https://[::1]:9"]))
@settings(max_examples=300)
def test_no_text_in_no_proxy_fails(exceptions: str, address: str) -> None:
    with kept_logs():
        proxy_for(address, {"HTTPS_PROXY": HTTP, "NO_PROXY": exceptions})
