"""A caller's key, sent in any place of a request or back by upstream, comes out nowhere.

Each error path is one exchange over HTTP. What callers are told, what the process writes and what
it stores is searched for the key.
"""

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain, count, islice
from pathlib import Path
from random import Random
from urllib.parse import quote

import httpx
import pytest

from bq_mcp.api_key import is_placeholder, read_key

from ..property.leaks import Leak, key_of
from ..property.test_secrets import assert_found_nowhere
from .door import OWN_KEYS, Door, Reply, bearer, call, message, request, serving
from .upstream import Signing, upstream

PATHS_A_KEY = 25
MODERN, LEGACY = "2026-07-28", "2025-11-25"
NAMED = ("Mcp-Session-Id", "MCP-Protocol-Version", "Mcp-Method", "Mcp-Name", "Accept")
METHODS = ("tools/list", "resources/list", "prompts/get", "server/discover", "ping", "nothing")


def keys() -> Iterator[str]:
    """Yield keys of many forms that a client can send as one."""
    seen = set()
    for number in count():
        key = key_of(number)
        # Longer than a word of the protocol or of English.
        key = key if len(key) > 9 else f"bq_live_{key}"
        if key not in seen and len(key) < 256 and read_key(key) == key and not is_placeholder(key):
            seen.add(key)
            yield key


class Leaking(Signing):
    """Sends each key back in every way there is."""

    def __init__(self) -> None:
        super().__init__()
        self.leaks: dict[str, Leak] = {}

    def reply(self, key: str, path: str, head: str) -> bytes:
        if "endpoints" in path or "openapi" in path:
            return super().reply(key, path, head)
        try:
            found = self.leaks[key].respond(httpx.Request("GET", f"http://upstream.example{path}"))
        except Exception:
            return b""
        lines = [b"HTTP/1.1 %d X" % found.status_code]
        lines += [name + b": " + value for name, value in found.headers.raw]
        return b"\r\n".join([*lines, b"", b""]) + found.content


def exchanges(leak: Leak, host: str) -> Iterator[bytes]:
    """Yield requests with the key as credential and in one more place."""
    rng, key, text = leak.rng, leak.key, leak.text
    line = text.replace("\r", "").replace("\n", " ")
    credential = rng.choice((bearer(key), ("X-API-Key", key), ("authorization", f"BEARER  {key}")))
    ask = partial(request, host=host)
    for tool, arguments in leak.calls():
        yield ask(*call(tool, arguments, credential))
        # Its id is said again, as the protocol wants.
        old = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
        params = {"name": tool, "arguments": arguments}
        yield ask({**old, "params": params}, ("MCP-Protocol-Version", LEGACY), credential)
    era = ("MCP-Protocol-Version", rng.choice((MODERN, LEGACY)))
    name = rng.choice(NAMED)
    good, *headers = call("gex_levels", {"symbol": "BTC"}, credential)
    yield ask(good, *[pair for pair in headers if pair[0] != name], (name, line))
    yield ask(good, *headers, ("Origin", f"https://{line}"))
    yield ask(good, *headers, ("Host", line))
    yield ask(good, *headers, ("Content-Type", line))
    yield ask(good, *headers, path=f"/mcp/x/{quote(key, safe='')}")
    yield ask(good, *headers, path=f"/{quote(key, safe='')}?api_key={quote(key)}")
    yield ask(good, *headers, method="POST" + key[:4].upper())
    yield ask(message(key, **{text: key}), era, credential)
    yield ask(message(rng.choice(METHODS), cursor=key, uri=text, name=key), era, credential)
    yield ask(message("resources/read", uri=f"bq://levels/{key}"), era, credential)
    yield ask({"jsonrpc": key, "id": [key], "method": {key: text}}, era, credential)
    yield ask(json.dumps([text, key])[: rng.choice((None, -3))].encode(), era, credential)
    yield ask(text.encode("utf-8", "replace") + b"{", era, credential)
    yield ask(good, *headers, bearer(key), bearer(key + "x"))
    yield b"POST /mcp HTTP/1.1\r\nHost: " + host.encode() + b"\r\n" + key.encode() + b"\r\n\r\n"


def play(door: Door, leaking: Leaking, key: str) -> list[Reply]:
    """Return what is told on the error paths of one key."""
    rng = Random(f"door {key}")
    told: list[Reply] = []
    while len(told) < PATHS_A_KEY:
        leaking.leaks[key] = leak = Leak(key, rng)
        told += map(door.send, exchanges(leak, door.host))
    return told


def check(first: int, paths: int, folder: Path) -> None:
    leaking, chosen = Leaking(), list(islice(keys(), first, first + paths // PATHS_A_KEY))
    settings = {**OWN_KEYS, "DEADLINE_SECONDS": "0.15", "LOG_LEVEL": "debug"}
    with (
        upstream(leaking) as url,
        serving("--metrics", "127.0.0.1:0", folder=folder, BASE_URL=url, **settings) as door,
    ):
        with ThreadPoolExecutor(6) as threads:
            told = [*chain(*threads.map(partial(play, door, leaking), chosen))]
        counted = httpx.get(re.findall(r"metrics on (\S+)", door.said)[0]).text
    assert len(told) >= paths
    # Some entered, some calls were carried out, and some failed in every way.
    assert {reply.status for reply in told} >= {200, 400, 403, 404, 405, 421}
    assert "event=call" in door.said and "bq_mcp_requests" in counted
    stored = [file.read_text("utf-8") for file in folder.rglob("*.json")]
    left = "\n".join([*(reply.whole for reply in told), door.said, counted, *stored]).lower()
    for key in chosen:
        assert_found_nowhere(key, left)


def test_three_hundred_error_paths_over_http_tell_the_key_nowhere(tmp_path: Path) -> None:
    check(0, 300, tmp_path)


@pytest.mark.sweep
@pytest.mark.parametrize("tenth", range(10))
def test_ten_thousand_error_paths_over_http_tell_the_key_nowhere(
    tenth: int, tmp_path: Path
) -> None:
    check(20 + tenth * 40, 1_000, tmp_path)
