"""The configured key, whatever it looks like and wherever upstream echoes it, is found nowhere."""

import html
import io
import json
import logging
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import anyio
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from mcp import Client
from mcp.shared.exceptions import MCPError
from pydantic import BaseModel

from bq_mcp.cli.inspect import listing
from bq_mcp.logs import redact_stderr, set_level
from bq_mcp.server import build_server
from bq_mcp.text import MASK, redact_all
from bq_mcp.views import render_instructions

from ..spans import kept_spans
from ..support import Bench, Receive, Send, Upstream, bench

TOOLS = ("gex_levels", "health", "options_chain", "status", "vol_cone", "expiries")
STATUSES = (200, 200, 204, 302, 400, 401, 403, 404, 408, 418, 422, 429, 500, 502, 503, 520)
HEADERS = ("x-request-id", "retry-after", "date", "age", "location", "content-type", "set-cookie")

# A smaller example would say no more.
PHASES = (Phase.generate,)
# Nothing that our own words could hold by chance.
KEYS = st.one_of(
    st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=12, max_size=60),
    st.from_regex(r"[qzQZ]{4}[0-9]{2}", fullmatch=True),
    st.from_regex(r"bq_live_[A-Za-z0-9]{32}", fullmatch=True),
    st.from_regex(r"bq_live_[!-~]{8,32}", fullmatch=True),
    st.from_regex(r"[0-9]{16}", fullmatch=True),
    st.from_regex(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{12}", fullmatch=True),
    st.from_regex(r"sk[-_/+=\"'\\<>&%]{2}[A-Za-z0-9]{12}", fullmatch=True),
)


def written(key: str) -> list[str]:
    """Return the key as it may stand in a text."""
    return [
        key,
        key.upper(),
        key.lower(),
        quote(key, safe=""),
        html.escape(key),
        repr(key.encode()),
        f"https://user:{key}@api.example/v2?api_key={key}",
        f"{key[:5]}\u200b{key[5:]}",
        "".join(f"\\u{ord(character):04x}" for character in key),
    ]


@dataclass
class Leak:
    """One way for the key to come back; `place` says which of many, `spelling` how written."""

    key: str
    status: int
    spelling: int
    place: int
    broken: bool
    tool: str
    in_catalog: bool
    headers: tuple[str, ...] = field(default=())

    @property
    def text(self) -> str:
        spellings = written(self.key)
        return spellings[self.spelling % len(spellings)]

    def body(self) -> bytes:
        text, key = self.text, self.key
        stamps = {"timestamp": "2026-11-20T14:32:22Z", "computed_at": "2026-11-20T14:32:10Z"}
        meta: dict[str, object] = {**stamps, "version": text, "request_id": text, "symbol": text}
        row = {"strike": 70_000, "net_gex": 1.5, key: 2, "note": text}
        bodies: list[object] = [
            {"success": True, "data": {key: text, "rows": [row] * 3}, "meta": meta},
            {"success": True, "data": text, "meta": {"extra": {key: text, "note": [text, key]}}},
            {"success": True, "data": [row] * 3, "meta": {"source": [text], "computed_at": text}},
            {"success": False, "error": {"code": text, "message": text}, "meta": meta},
            {"success": False, "error": {"code": "NOT_FOUND", "message": f"{text}\n{key}"}},
            {
                "success": False,
                "error": {"code": "VALIDATION_ERROR", "details": {"errors": [{"msg": text}]}},
            },
            {"detail": [{"loc": ["query", key], "msg": text, "type": key}]},
            {"detail": text},
            {"message": text, key: key},
            {"thresholds": {key: {"healthy_max_seconds": 1, "degraded_max_seconds": 2}}},
            text,
            [[text, key], [key]],
            f"<html><title>{text}</title>{key}</html>",
        ]
        chosen = bodies[self.place % len(bodies)]
        is_page = isinstance(chosen, str) and chosen.startswith("<")
        encoded = str(chosen) if is_page else json.dumps(chosen, ensure_ascii=self.place % 2 == 0)
        # Where every character is a number, the backslashes are those of JSON.
        encoded = encoded.replace("\\\\u", "\\u")
        return encoded[: len(encoded) * 2 // 3 if self.broken else None].encode(errors="replace")

    def catalog(self) -> object:
        text, key = self.text, self.key
        params = [
            {"name": key, "description": text},
            {"name": "symbol", "enum": ["BTCUSDT", text, key], "default": key},
            {"name": "day", "description": f"as {text}", "pattern": key, "format": text},
        ]
        plain = "".join(character for character in key if character.isalnum())
        paths = ["/vol/cone", f"/vol/{key}", f"/{plain}/x", "/gex/levels"]
        endpoints = [
            {"path": path, "summary": text, "description": text, "tag": key, "parameters": params}
            for path in paths
        ]
        return {"success": True, "data": {"endpoints": endpoints}, "meta": {"version": key}}


leaks = st.builds(
    Leak,
    key=KEYS,
    status=st.sampled_from(STATUSES),
    spelling=st.integers(0, 8),
    place=st.integers(0, 25),
    broken=st.sampled_from([False, False, False, True]),
    tool=st.sampled_from(TOOLS),
    in_catalog=st.booleans(),
    headers=st.lists(st.sampled_from(HEADERS), max_size=3, unique=True).map(tuple),
)


class Echo(Upstream):
    """An upstream that sends the key back on every path; it may also break inside."""

    def __init__(self, leak: Leak) -> None:
        super().__init__()
        self.leak = leak

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        leak = self.leak
        is_catalog = scope["path"].endswith("/endpoints") and leak.in_catalog
        if leak.place == 25 and not is_catalog:
            raise RuntimeError(f"inside: {leak.text} {leak.key}")
        body = json.dumps(leak.catalog()).encode() if is_catalog else leak.body()
        headers = [
            (name.encode(), leak.text.encode("ascii", "ignore").replace(b"\n", b""))
            for name in leak.headers
        ]
        status = 200 if is_catalog else leak.status
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


@contextmanager
def captured() -> Iterator[io.StringIO]:
    """Give all that is written to standard error, by us and by the SDK."""
    said = io.StringIO()
    sdk = logging.getLogger("mcp")
    handler = logging.lastResort
    assert handler is not None
    with redirect_stderr(said):
        redact_stderr()
        set_level("debug")
        # What writes where nobody has set up logging, as in the real process.
        sdk.addHandler(handler)
        sdk.propagate = False
        yield said
    sdk.removeHandler(handler)
    sdk.propagate = True
    set_level("warning")


async def answers(parts: Bench, leak: Leak) -> list[object]:
    """Return all that a client is told, whatever it asks."""
    server = build_server(
        parts.toolbox,
        version="0",
        instructions=render_instructions,
        resources=parts,
        warm=parts.transport.warm,
    )
    told: list[object] = []

    async def hear(message: object) -> None:
        told.append(message)

    async with Client(server, mode=("auto", "legacy")[leak.place % 2], message_handler=hear) as one:
        await parts.toolbox.keeper.refresh()
        told.append(await one.list_tools())
        calls: list[tuple[str, dict[str, Any]]] = [
            (leak.tool, {}),
            (leak.tool, {"detail": "raw"}),
            ("gex_levels", {"symbol": leak.text, leak.key: leak.key}),
            ("options_chain", {"expiries": [leak.key, leak.text]}),
            (leak.key, {}),
        ]
        for name, arguments in calls:
            try:
                told.append(await one.call_tool(name, arguments))
            except MCPError as error:
                told.append(error.error)
    told.append([listing(tool) for tool in parts.toolbox.inventory.tools.values()])
    return told


def texts(value: object) -> Iterator[str]:
    """Yield every text in a value, names too."""
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json")
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield str(name)
            yield from texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from texts(item)
    elif isinstance(value, str):
        yield value


def play(leak: Leak) -> None:
    MASK.clear()
    MASK.add(leak.key)
    spans = kept_spans()
    with tempfile.TemporaryDirectory() as folder, captured() as stderr:
        parts = bench(Echo(leak), folder=Path(folder), key=leak.key)
        told = anyio.run(answers, parts, leak)
        # What a client hears goes out through the server; the list of the command through `say`.
        heard, listed = told[:-1], redact_all(told[-1])
        logging.getLogger("mcp").error("as the SDK might: %s", leak.text)
        stored = [file.read_text("utf-8") for file in Path(folder).rglob("*.json")]
    # The client of this test traces what it sends.
    traced = [line for line in spans.said if "MCP send " not in line[:20]]
    assert len(traced) > 10
    for text in (*texts(heard), *texts(listed), stderr.getvalue(), *traced, *stored):
        for spelling in (leak.key, json.dumps(leak.key)[1:-1], quote(leak.key, safe="")):
            assert spelling.lower() not in text.lower()


@given(leaks)
@settings(max_examples=40, deadline=None, derandomize=True, phases=PHASES)
def test_no_error_path_tells_the_key(leak: Leak) -> None:
    play(leak)


@pytest.mark.sweep
@given(leaks)
@settings(max_examples=2_000, deadline=None, derandomize=True, phases=PHASES)
def test_ten_thousand_calls_on_error_paths_tell_the_key_nowhere(leak: Leak) -> None:
    play(leak)
