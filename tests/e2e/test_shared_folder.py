"""Three servers that share one key and one cache folder."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

from bq_mcp.catalog import DiskCopy

from ..bench.wire import Child
from .upstream import KEY, Plan, upstream


@contextmanager
def server(port: int, folder: Path) -> Iterator[Child]:
    env = {k: v for k, v in os.environ.items() if not k.startswith("BACKQUANT_")}
    env |= {
        "BACKQUANT_BASE_URL": f"http://127.0.0.1:{port}",
        "BACKQUANT_API_KEY": KEY,
        "BACKQUANT_CACHE_DIR": str(folder),
    }
    child = Child(["-m", "bq_mcp", "serve"], env)
    try:
        child.handshake()
        yield child
    finally:
        child.close()


def ask(child: Child, number: int) -> str:
    """Ask a question nobody asked before, so that it goes out."""
    arguments = {"symbol": "BTC", "limit": number}
    result: dict[str, Any] = child.request(
        "tools/call", {"name": "gex_history", "arguments": arguments}
    )
    return str(result["content"][0]["text"])


def test_each_learns_what_the_others_spent_of_the_minute(tmp_path: Path) -> None:
    plan = Plan(limit=15)
    refused = []
    with upstream(plan) as port, ExitStack() as open_servers:
        children = [open_servers.enter_context(server(port, tmp_path)) for _ in range(3)]
        for child in children:
            child.request("tools/list")
        for number in range(2, 32, 3):
            for place, child in enumerate(children):
                answer = ask(child, number + place)
                if "calls of this minute are used up" in answer:
                    refused.append(answer)
    # Whoever has just seen the last call spent refuses here; the others see one 429 each at most.
    assert plan.statuses[200] == 15
    assert plan.statuses[429] <= 3
    assert len(refused) >= 15


def test_whoever_writes_the_stored_catalog_leaves_a_whole_one(tmp_path: Path) -> None:
    plan = Plan(limit=1_000)
    with upstream(plan) as port:
        for _ in range(2):
            with ExitStack() as open_servers:
                children = [open_servers.enter_context(server(port, tmp_path)) for _ in range(3)]
                listers = [Thread(target=child.request, args=("tools/list",)) for child in children]
                for lister in listers:
                    lister.start()
                for lister in listers:
                    lister.join()
            copy = DiskCopy(tmp_path, f"http://127.0.0.1:{port}")
            stored = copy.load()
            assert stored is not None
            assert len(stored.endpoints) in (52, 62)
            assert [file.name for file in copy.path.parent.iterdir()] == [copy.path.name]
