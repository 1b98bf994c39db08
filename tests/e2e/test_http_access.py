"""Who may enter, as clients of the running server meet it."""

from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from bq_mcp.access.tokens import hash_of, make_token

from ..unit.access.issuer import ISSUER, RESOURCE, KeyServer, token
from .http_server import http_server

pytestmark = pytest.mark.anyio
HEADERS = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
METADATA = "/.well-known/oauth-protected-resource"


async def post(url: str, request: dict[str, Any], **headers: str) -> httpx.Response:
    async with httpx.AsyncClient(timeout=30) as http:
        return await http.post(url, json=request, headers={**HEADERS, **headers})


def call(tool: str) -> dict[str, Any]:
    return {**LIST, "method": "tools/call", "params": {"name": tool, "arguments": {}}}


def bearing(credential: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {credential}"}


async def test_tokens_and_oauth_open_the_server_and_nothing_else_does(tmp_path: Path) -> None:
    secret, file = make_token(), tmp_path / "tokens"
    file.write_text(f"alice sha256:{hash_of(secret)} toolsets=vol calls=1\n")
    async with KeyServer().serving() as issuer:
        settings = {
            "BACKQUANT_HTTP_TOKENS_FILE": str(file),
            "BACKQUANT_HTTP_URL": RESOURCE,
            "BACKQUANT_HTTP_HOSTS": "127.0.0.1",
            "BACKQUANT_OAUTH_ISSUER": ISSUER,
            "BACKQUANT_OAUTH_JWKS_URL": issuer.url,
            "BACKQUANT_OAUTH_SCOPES": "mcp:read",
        }
        with http_server("--sandbox", folder=tmp_path, address="0.0.0.0:0", **settings) as running:
            refused = await post(running.mcp, LIST)
            assert refused.status_code == 401
            document = f"https://desk.example{METADATA}/mcp"
            challenge = f'Bearer scope="mcp:read", resource_metadata="{document}"'
            assert refused.headers["www-authenticate"] == challenge
            async with httpx.AsyncClient() as http:
                metadata = (await http.get(f"{running.url}{METADATA}/mcp")).json()
            assert metadata["authorization_servers"] == [ISSUER]

            for wrong, status in [
                (secret[:-1], 401),
                (token(aud=ISSUER), 401),
                (token(by="ec-2"), 401),
                (token(scope="mcp:write"), 403),
            ]:
                refused = await post(running.mcp, LIST, **bearing(wrong))
                assert refused.status_code == status
                assert wrong not in f"{refused.text} {refused.headers}"

            of_desk = await post(running.mcp, LIST, **bearing(token()))
            of_alice = await post(running.mcp, LIST, **bearing(secret))
            assert "gex_levels" in of_desk.text and "options_iv_smile" in of_desk.text
            assert "gex_levels" not in of_alice.text and "options_iv_smile" in of_alice.text
            assert "SIMULATED" in (await post(running.mcp, call("status"), **bearing(token()))).text

            file.write_text("# alice left\n")
            # Whoever asks meanwhile gets the answer of a moment ago.
            with anyio.fail_after(30):
                while (await post(running.mcp, LIST, **bearing(secret))).status_code == 200:
                    pass


async def test_a_key_of_the_callers_own_is_spent_and_a_wrong_one_soon_stopped(
    tmp_path: Path,
) -> None:
    good, bad = "bq_live_" + "g" * 32, "bq_live_" + "no-such-key"
    settings = {"BACKQUANT_HTTP_PASS_THROUGH": "true"}
    with http_server("--sandbox", folder=tmp_path, **settings) as running:
        assert (await post(running.mcp, LIST)).status_code == 401
        both = {"X-API-Key": good, **bearing(bad)}
        assert (await post(running.mcp, LIST, **both)).status_code == 400
        first = await post(running.mcp, call("gex_levels"), **bearing(bad))
        assert "SIMULATED error" in first.text and "key" in first.text
        again = await post(running.mcp, call("gex_levels"), **bearing(bad))
        assert again.status_code == 401 and "refused this API key" in again.text
        answer = await post(running.mcp, call("gex_levels"), **{"X-API-Key": good})
        assert "SIMULATED BTCUSDT" in answer.text
        for n in range(10):
            await post(running.mcp, call("gex_levels"), **bearing(f"bq_live_guess-{n:04}"))
        stopped = await post(running.mcp, LIST, **bearing("bq_live_another-guess"))
        assert stopped.status_code == 429 and 0 < int(stopped.headers["retry-after"]) <= 60
        assert (await post(running.mcp, LIST, **{"X-API-Key": good})).status_code == 200
        assert bad not in first.text + again.text
