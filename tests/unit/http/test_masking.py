"""The key of each caller is taken out of that caller's answers, in whatever form it comes back."""

import json
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from bq_mcp.compose import InProcess, real_clock
from bq_mcp.http.address import Address
from bq_mcp.http.serve import build
from bq_mcp.http.settings import HttpSettings
from bq_mcp.settings import Settings

from ...support import Receive, Send

pytestmark = pytest.mark.anyio
# Not like the keys of the service, which are masked wherever they stand.
KEYS = [f"desk-{n}-Secret-{n * 2719:04}" for n in range(4)]
HEADERS = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}


async def echo(scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
    """Answer with an error that repeats the key, as it is and as it is not to be recognised."""
    key = dict(scope["headers"])[b"x-api-key"]
    words = f"no {key.decode()} {b64encode(key).decode()} {key.hex()}"
    error = {"code": "VALIDATION_ERROR", "message": words}
    body = json.dumps({"success": False, "error": error}).encode()
    await send({"type": "http.response.start", "status": 422, "headers": []})
    await send({"type": "http.response.body", "body": body})


@pytest.mark.parametrize("headers", [{}, {"MCP-Protocol-Version": "2026-07-28"}])
async def test_no_answer_repeats_a_key(tmp_path: Path, headers: dict[str, str]) -> None:
    async def load_app() -> Any:
        return echo

    app = build(
        Settings(cache_dir=tmp_path),
        HttpSettings(http_pass_through=True),
        Address.read("127.0.0.1:0"),
        real_clock(),
        sandbox=InProcess(load_app, "none"),
    ).app
    answers: list[str] = []

    async def ask(key: str) -> None:
        params: dict[str, Any] = {"name": "gex_levels", "arguments": {"symbol": "BTC"}}
        if headers:
            client = {"name": "test", "version": "1"}
            params["_meta"] = {
                "io.modelcontextprotocol/protocolVersion": headers["MCP-Protocol-Version"],
                "io.modelcontextprotocol/clientInfo": client,
                "io.modelcontextprotocol/clientCapabilities": {},
            }
        request = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        named = {"Mcp-Method": "tools/call", "Mcp-Name": "gex_levels"} if headers else {}
        reply = await http.post(
            "/mcp", json=request, headers={**HEADERS, **headers, **named, "X-API-Key": key}
        )
        answers.append(reply.text)

    transport = httpx.ASGITransport(app=app)
    async with (
        app,
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http,
        anyio.create_task_group() as tasks,
    ):
        for key in KEYS * 2:
            tasks.start_soon(ask, key)
    assert len(answers) == 8
    assert all("no [key] [key] [key]" in text for text in answers)
    assert not any(key in text for key in KEYS for text in answers)
