"""Resources of a real process: read, and told over its pipes to subscribers of both eras."""

from pathlib import Path
from typing import Any

from bq_mcp.composites import bundled_composites
from bq_mcp.server.places import Places

from ..bench.wire import Child
from ..support import Upstream, bench
from .talk import HANDSHAKE, MODERN_META, SERVE, request, settings, talk
from .upstream import KEY, Plan, upstream

MODERN = {"_meta": MODERN_META}
LEVELS = "/v2/gex/levels"
# Refreshed every thirty seconds, so that the next figures are due in a moment.
NEARLY_REFRESHED_S = 29.5


def test_every_resource_of_the_sandbox_can_be_read_in_both_eras() -> None:
    uris = [
        place.uri
        for place in Places(bench(Upstream(), composites=bundled_composites()).toolbox).every()
    ]

    def read(era: str, uri: str, **more: Any) -> dict[str, Any]:
        return {"id": f"{era} {uri}", "method": "resources/read", "params": {"uri": uri, **more}}

    said = talk(
        *HANDSHAKE,
        request("modern list", "resources/list", modern=True),
        *(read("legacy", uri) for uri in uris),
        *(read("modern", uri, **MODERN) for uri in uris),
        read("modern", "bq://levels/DOGE", **MODERN),
    )
    assert [one["uri"] for one in said.result("modern list")["resources"]] == uris
    for uri in uris:
        (legacy,) = said.result(f"legacy {uri}")["contents"]
        modern = said.result(f"modern {uri}")
        assert legacy["text"] and modern["contents"][0]["text"]
        assert "ttlMs" in modern and "ttlMs" not in said.result(f"legacy {uri}")
        assert legacy["text"].startswith("# " if "guide" in uri else "SIMULATED ")
    assert said.code("modern bq://levels/DOGE") == -32602
    assert said.result(0)["capabilities"]["resources"] == {"subscribe": True, "listChanged": True}
    assert (said.status, said.stderr) == (0, "")


def test_subscribers_of_both_eras_are_told_of_new_figures_polled_once_for_both(
    tmp_path: Path,
) -> None:
    plan = Plan(6_000, age=NEARLY_REFRESHED_S)
    with upstream(plan) as port:
        env = settings(BASE_URL=f"http://127.0.0.1:{port}", API_KEY=KEY, CACHE_DIR=str(tmp_path))
        server = Child(SERVE[1:], env)
        server.handshake()
        server.request("resources/subscribe", {"uri": "bq://levels/btc"})
        wanted = {"notifications": {"resourceSubscriptions": ["bq://levels/BTCUSDT"]}}
        server.send("subscriptions/listen", {**wanted, **MODERN})
        told: dict[str, dict[str, Any]] = {}
        while len(told) < 2:
            message = server.receive()
            if message.get("method") == "notifications/resources/updated":
                told[message["params"]["uri"]] = message["params"]
        assert told.keys() == {"bq://levels/btc", "bq://levels/BTCUSDT"}
        # A third where the stream was opened only after the first update.
        assert 2 <= plan.paths[LEVELS] <= 3
        text = server.request("resources/read", {"uri": "bq://levels/btc"})["contents"][0]["text"]
        assert text.startswith("BTCUSDT")
        server.request("resources/unsubscribe", {"uri": "bq://levels/btc"})
        server.close()
        assert server.process.returncode == 0
