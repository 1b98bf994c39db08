"""A real authorization server: with its tokens for this server a client may enter."""

import json
import subprocess
from collections.abc import Iterator

import httpx
import httpx2
import pytest
from mcp import Client
from mcp.client.auth.extensions.client_credentials import ClientCredentialsOAuthProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthClientInformationFull, OAuthToken
from mcp.types import TextContent

from ..bench.wire import INITIALIZE
from ..e2e.http_server import http_server
from ..fault.loopback import free_port
from .environments import OTHERS, require

pytestmark = [pytest.mark.clients, pytest.mark.anyio]

SCOPE = "market:read"
DESK = ("desk", "s" * 40)
ELSEWHERE = "https://elsewhere.example/mcp"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    require(OTHERS["oidc-provider"])
    asked = json.dumps({"client_id": DESK[0], "client_secret": DESK[1], "scope": SCOPE})
    process = subprocess.Popen(
        [*OTHERS["oidc-provider"].command("issuer.mjs"), asked],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    with process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.communicate()


@pytest.fixture(scope="module")
def server(issuer: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a server that takes tokens of this issuer, and is their audience."""
    address = f"127.0.0.1:{free_port()}"
    settings = {
        "BACKQUANT_HTTP_URL": f"http://{address}/mcp",
        "BACKQUANT_OAUTH_ISSUER": issuer,
        "BACKQUANT_OAUTH_JWKS_URL": f"{issuer}/jwks",
        "BACKQUANT_OAUTH_SCOPES": SCOPE,
    }
    folder = tmp_path_factory.mktemp("cache")
    with http_server("--sandbox", folder=folder, address=address, **settings) as running:
        yield running.mcp
        assert running.complaints() == []


class _Memory:
    """Where the SDK's client keeps its token."""

    def __init__(self) -> None:
        self.token: OAuthToken | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.token

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.token = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return None

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        raise NotImplementedError


@pytest.mark.parametrize("mode", ["auto", "legacy"])
@pytest.mark.parametrize("view", ["", "/search"])
async def test_a_client_that_only_knows_the_address_finds_the_issuer_and_may_enter(
    issuer: str, server: str, mode: str, view: str
) -> None:
    login = ClientCredentialsOAuthProvider(server + view, _Memory(), *DESK, issuer=issuer)
    async with (
        httpx2.AsyncClient(auth=login) as http,
        Client(streamable_http_client(server + view, http_client=http), mode=mode) as client,
    ):
        tools = (await client.list_tools()).tools
        assert (len(tools) == 3) == (view == "/search")
        if not view:
            result = await client.call_tool("gex_levels", {"symbol": "ETH", "detail": "brief"})
            assert isinstance(result.content[0], TextContent)
            assert result.content[0].text.startswith("SIMULATED ETHUSDT")


@pytest.mark.parametrize(
    ("asked", "status", "error"),
    [
        ({"resource": ELSEWHERE, "scope": SCOPE}, 401, "invalid_token"),
        ({"resource": f"{ELSEWHERE}/x/vol", "scope": SCOPE}, 401, "invalid_token"),
        ({"resource": "OURS"}, 403, "insufficient_scope"),
        # Made for no resource, it is no JWT.
        ({"scope": SCOPE}, 401, "invalid_token"),
    ],
)
def test_a_token_for_another_server_without_the_scope_or_without_a_resource_is_refused(
    issuer: str, server: str, asked: dict[str, str], status: int, error: str
) -> None:
    if asked.get("resource") == "OURS":
        asked = {"resource": server}
    reply = ask(server, token(issuer, **asked))
    assert reply.status_code == status
    assert f'error="{error}"' in reply.headers["WWW-Authenticate"]


def test_the_token_that_was_asked_for_this_server_is_taken(issuer: str, server: str) -> None:
    assert ask(server, token(issuer, resource=server, scope=SCOPE)).status_code == 200


def token(issuer: str, **asked: str) -> str:
    """Return a token that the issuer gives to the desk."""
    form = {"grant_type": "client_credentials", **asked}
    reply = httpx.post(f"{issuer}/token", data=form, auth=DESK)
    return str(reply.json()["access_token"])


def ask(server: str, token: str) -> httpx.Response:
    """Return the reply to a handshake with a token."""
    return httpx.post(
        server,
        json={"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": INITIALIZE},
        headers={
            "Accept": "application/json, text/event-stream",
            "Authorization": f"Bearer {token}",
        },
    )
