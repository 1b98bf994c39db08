"""Give a server process all its lines at once, as a shell does with a file, and read what it says.

Also an upstream that never says anything, for calls that wait.
"""

import json
import os
import socket
import subprocess
import sys
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..bench.wire import INITIALIZE

SERVE = [sys.executable, "-m", "bq_mcp", "serve"]
MODERN_META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
}
HANDSHAKE = ({"id": 0, "method": "initialize", "params": INITIALIZE},)
MIB = 1024 * 1024


class Talk:
    """What a process said: messages by id, those without one in their order, standard error."""

    def __init__(self, done: "subprocess.CompletedProcess[bytes]") -> None:
        self.status = done.returncode
        self.stderr = done.stderr.decode()
        self.by_id: defaultdict[object, list[dict[str, Any]]] = defaultdict(list)
        self.notifications: list[dict[str, Any]] = []
        for line in done.stdout.splitlines():
            message = json.loads(line)
            if "id" in message:
                self.by_id[message["id"]].append(message)
            else:
                self.notifications.append(message)

    def result(self, request_id: object) -> dict[str, Any]:
        """Return the result of the one answer to a request."""
        (message,) = self.by_id[request_id]
        assert "result" in message, message
        return dict(message["result"])

    def code(self, request_id: object) -> int:
        """Return the code of the one answer to a request, which is an error."""
        (message,) = self.by_id[request_id]
        return int(message["error"]["code"])

    def text(self, request_id: object) -> str:
        """Return the text of the answer to a call."""
        return "\n".join(block["text"] for block in self.result(request_id)["content"])


def encoded(message: Mapping[str, Any] | bytes) -> bytes:
    """Return a message as a line; bytes are a line already."""
    if isinstance(message, bytes):
        return message + b"\n"
    return json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n"


def talk(
    *messages: Mapping[str, Any] | bytes,
    args: tuple[str, ...] = ("--sandbox",),
    env: Mapping[str, str] | None = None,
) -> Talk:
    """Return what a server says to `messages`, after which its input ends."""
    done = subprocess.run(
        [*SERVE, *args],
        input=b"".join(map(encoded, messages)),
        capture_output=True,
        timeout=60,
        env=env or settings(),
        check=False,
    )
    return Talk(done)


def call(request_id: object, *, meta: Mapping[str, Any] | None = None, **arguments: Any) -> Any:
    """Return a call of `gex_levels`."""
    params = {"name": "gex_levels", "arguments": arguments, **({"_meta": meta} if meta else {})}
    return {"id": request_id, "method": "tools/call", "params": params}


def request(request_id: object, method: str, *, modern: bool = False) -> dict[str, Any]:
    """Return a request without arguments."""
    params = {"params": {"_meta": MODERN_META}} if modern else {}
    return {"id": request_id, "method": method, **params}


def cancelled(request_id: object) -> dict[str, Any]:
    """Return the notification that nobody waits for an answer any more."""
    return {"method": "notifications/cancelled", "params": {"requestId": request_id}}


def settings(**ours: str) -> dict[str, str]:
    """Return the environment without any settings but `ours`, named without their prefix."""
    clean = {k: v for k, v in os.environ.items() if not k.upper().startswith("BACKQUANT_")}
    return clean | {f"BACKQUANT_{name}": value for name, value in ours.items()}


@contextmanager
def silent_upstream(folder: Path) -> Iterator[tuple[dict[str, str], threading.Semaphore]]:
    """Listen on a free port, take every request and say nothing.

    Gives the settings of a server that asks it, and a count of the calls for data.
    """
    asked = threading.Semaphore(0)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=hear, args=(connection,), daemon=True).start()

    def hear(connection: socket.socket) -> None:
        with connection:
            while received := connection.recv(MIB):
                if b"/v2/gex/levels" in received:
                    asked.release()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield (
            settings(
                BASE_URL=f"http://127.0.0.1:{listener.getsockname()[1]}",
                CACHE_DIR=str(folder),
                API_KEY="bq_live_" + "k" * 32,
            ),
            asked,
        )
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
