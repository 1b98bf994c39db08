"""Settings of the HTTP server that would do nothing, or too much, are refused at the start."""

import pytest
from pydantic import ValidationError

from bq_mcp.errors import ConfigError
from bq_mcp.http.settings import HttpSettings, load_http_settings


@pytest.mark.parametrize(
    "given",
    [
        {"http_hosts": "https://desk.example"},
        {"http_hosts": "desk.example/mcp"},
        {"http_hosts": "*"},
        {"http_origins": "https://chat.example/"},
        {"http_origins": "chat.example"},
        {"http_origins": "*"},
        {"http_proxies": "proxy"},
        {"http_proxies": "172.31.87.5/28"},
        {"http_proxies": "*"},
        {"http_url": "http://desk.example/mcp"},
        {"http_url": "https://desk.example"},
        {"http_url": "https://[::1/mcp"},
        {"http_url": "https://desk.example:port/mcp"},
    ],
)
def test_a_setting_that_could_not_work_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="must be"):
        HttpSettings.model_validate(given)


def test_a_misspelt_name_is_refused_and_the_settings_of_others_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BACKQUANT_TEAM", "desk")
    monkeypatch.setenv("BACKQUANT_HTTP_CALLS", "7")
    assert load_http_settings(metrics="127.0.0.1:0").http_calls == 7
    monkeypatch.setenv("Backquant_http_token_file", "tokens")
    words = "no setting BACKQUANT_HTTP_TOKEN_FILE, closest: BACKQUANT_HTTP_TOKENS_FILE"
    with pytest.raises(ConfigError, match=words):
        load_http_settings()


def test_lists_are_read_as_they_are_met() -> None:
    http = HttpSettings.model_validate(
        {
            "http_hosts": "Desk.example, [fd00::1]:8443",
            "http_origins": "https://chat.example,http://localhost:3000",
            "http_proxies": "172.31.87.0/28, 127.0.0.1, fd00::2",
        }
    )
    assert http.http_hosts == ("desk.example", "[fd00::1]:8443")
    assert http.http_origins == ("https://chat.example", "http://localhost:3000")
    assert http.http_proxies == ("172.31.87.0/28", "127.0.0.1/32", "fd00::2/128")
