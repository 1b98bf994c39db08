"""What goes over the wire, seen by an application in this process."""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import anyio
import pytest

from bq_mcp.client.model import RawReply, Request
from bq_mcp.client.transport import HttpTransport
from bq_mcp.errors import ConfigError, MalformedReplyError

pytestmark = pytest.mark.anyio

KEY = "bq_live_0123456789abcdefghijklmnopqrstuv"
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]


class App:
    """An ASGI application with one fixed reply that remembers the requests."""

    def __init__(self, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        self.status = status
        self.headers = headers or {}
        self.scopes: list[Mapping[str, Any]] = []
        self.loaded = 0

    async def load(self) -> "App":
        self.loaded += 1
        return self

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        self.scopes.append(scope)
        pairs = [(name.encode(), value.encode()) for name, value in self.headers.items()]
        await send({"type": "http.response.start", "status": self.status, "headers": pairs})
        await send({"type": "http.response.body", "body": b"{}"})


def transport(
    app: App | None, *, key: str | None = KEY, base: str = "http://sandbox"
) -> HttpTransport:
    return HttpTransport(
        base, key=key, user_agent="test/1", phase_timeout=1, load_app=app.load if app else None
    )


async def ask(app: App, request: Request, *, key: str | None = KEY) -> RawReply:
    async with transport(app, key=key) as wire:
        return await wire.send(request)


async def test_a_request_is_a_get_below_the_version_prefix_with_the_key_in_its_header() -> None:
    app = App()
    await ask(app, Request("/gex/levels", (("symbol", "BTCUSDT"), ("venues", "a,b"))))
    (scope,) = app.scopes
    headers = {name.decode(): value.decode() for name, value in scope["headers"]}
    assert (scope["method"], scope["path"]) == ("GET", "/v2/gex/levels")
    assert scope["query_string"] == b"symbol=BTCUSDT&venues=a%2Cb"
    assert headers["x-api-key"] == KEY
    assert headers["user-agent"] == "test/1"
    assert headers["accept-encoding"] == "gzip"
    assert headers["host"] == "sandbox"


async def test_without_a_key_no_key_header_is_sent() -> None:
    app = App()
    await ask(app, Request("/health"), key=None)
    assert b"x-api-key" not in dict(app.scopes[0]["headers"])
    assert app.scopes[0]["query_string"] == b""


async def test_an_encoded_path_value_stays_in_its_segment() -> None:
    app = App()
    await ask(app, Request("/greeks/a%2F..%2Fb%3Fc"))
    assert app.scopes[0]["raw_path"] == b"/v2/greeks/a%2F..%2Fb%3Fc"


async def test_repeated_names_are_sent_as_often_as_given() -> None:
    app = App()
    await ask(app, Request("/x", (("v", "a"), ("v", "b"))))
    assert app.scopes[0]["query_string"] == b"v=a&v=b"


async def test_header_names_of_a_reply_are_lower_case() -> None:
    reply = await ask(App(404, {"X-Request-ID": "req_1"}), Request("/x"))
    assert (reply.status, reply.headers["x-request-id"], reply.body) == (404, "req_1", b"{}")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(status: int) -> None:
    app = App(status, {"location": "http://evil.example/v2/x"})
    with pytest.raises(MalformedReplyError, match=f"redirect .{status}"):
        await ask(app, Request("/x"))
    assert len(app.scopes) == 1


async def test_the_application_is_loaded_once_however_many_ask_first() -> None:
    app = App()
    with anyio.fail_after(5):
        async with transport(app) as wire, anyio.create_task_group() as tasks:
            for _ in range(5):
                tasks.start_soon(wire.send, Request("/x"))
    assert app.loaded == 1
    assert len(app.scopes) == 5


async def test_warming_sends_nothing() -> None:
    app = App()
    async with transport(app) as wire:
        await wire.warm()
    assert (app.loaded, app.scopes) == (1, [])


async def test_an_application_that_fails_is_an_error_of_the_service() -> None:
    async def broken(scope: object, receive: object, send: object) -> None:
        raise RuntimeError("inside")

    async def load() -> object:
        return broken

    wire = HttpTransport("http://sandbox", key=None, user_agent="t", phase_timeout=1, load_app=load)
    async with wire:
        assert (await wire.send(Request("/x"))).status == 500


@pytest.mark.parametrize(
    ("name", "value"),
    [("SSL_CERT_FILE", "absent.pem"), ("HTTPS_PROXY", "socks5://user:hunter2@127.0.0.1:1")],
)
async def test_unusable_machine_settings_are_told_without_their_values(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value if "://" in value else str(tmp_path / value))
    async with transport(None, base="https://127.0.0.1:1") as wire:
        with pytest.raises(ConfigError) as caught:
            await wire.warm()
    assert "hunter2" not in caught.value.message
    assert str(tmp_path) not in caught.value.message
