"""Which settings leave the server open to whoever reaches it, and are refused."""

from typing import Any

import pytest

from bq_mcp.errors import ConfigError
from bq_mcp.http.address import Address
from bq_mcp.http.serve import build
from bq_mcp.http.settings import HttpSettings
from bq_mcp.settings import Settings

from ...support import kept_logs, still_clock

DESK = "https://desk.example/mcp"
LINE = f"alice sha256:{'0' * 64}"


def built(address: str, settings: dict[str, Any]) -> None:
    http = HttpSettings.model_validate(settings)
    build(Settings(), http, Address.read(address), still_clock(), sandbox=None)


@pytest.mark.parametrize(
    ("address", "settings"),
    [
        ("127.0.0.1:0", {}),
        ("[::1]:0", {}),
        ("127.0.0.1:0", {"http_hosts": "localhost:9000", "http_url": "http://127.0.0.1:9000/mcp"}),
        ("0.0.0.0:0", {"http_url": DESK, "http_tokens": LINE}),
        ("127.0.0.1:0", {"http_url": DESK, "http_pass_through": True}),
        (
            "192.0.2.1:0",
            {"http_url": DESK, "oauth_issuer": DESK, "oauth_jwks_url": "http://127.0.0.1/jwks"},
        ),
    ],
)
def test_this_machine_needs_no_credential_and_others_one_of_three(
    address: str, settings: dict[str, Any]
) -> None:
    built(address, settings)


@pytest.mark.parametrize(
    ("address", "settings"),
    [
        ("192.0.2.1:0", {}),
        ("[2001:db8::1]:0", {}),
        ("0.0.0.0:0", {"http_url": DESK}),
        # First who may enter, then under which name.
        ("0.0.0.0:0", {}),
        ("[::]:0", {}),
        # A proxy on this machine leads there.
        ("127.0.0.1:0", {"http_url": DESK}),
        ("127.0.0.1:0", {"http_hosts": "desk.example"}),
    ],
)
def test_a_server_that_others_reach_does_not_start_without(
    address: str, settings: dict[str, Any]
) -> None:
    with pytest.raises(ConfigError, match=r"callers must show who they are.*TOKENS_FILE"):
        built(address, settings)


def test_a_server_that_no_name_leads_to_does_not_start() -> None:
    with pytest.raises(ConfigError, match=r"under which name .* 0\.0\.0\.0"):
        built("0.0.0.0:0", {"http_tokens": LINE})


@pytest.mark.parametrize(
    ("settings", "is_said"), [({}, True), ({"http_pass_through": True}, False)]
)
def test_a_server_without_a_key_to_spend_says_so(settings: dict[str, Any], is_said: bool) -> None:
    with kept_logs() as events:
        built("127.0.0.1:0", settings)
    assert any("no API key" in event["event"] for event in events) is is_said


def test_callers_with_keys_of_their_own_never_spend_the_operators() -> None:
    settings = Settings.model_validate({"api_key": "bq_live_" + "k" * 32})
    http = HttpSettings(http_pass_through=True)
    address = Address("127.0.0.1", 0)
    with pytest.raises(ConfigError, match="unset BACKQUANT_API_KEY"):
        build(settings, http, address, still_clock(), sandbox=None)


def test_scopes_keep_their_case() -> None:
    http = HttpSettings.model_validate({"oauth_scopes": "mcp:Read, offline"})
    assert http.oauth_scopes == ("mcp:Read", "offline")
