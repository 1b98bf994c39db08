"""Clients of all revisions on one pipe: whatever came before, each request is served in its era."""

import re
from pathlib import Path

from ..bench.wire import INITIALIZE
from .talk import HANDSHAKE, MODERN_META, call, cancelled, request, silent_upstream, talk

HANDSHAKE_REVISIONS = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"]
TOOLS = 65
ASKED: dict[str, dict[str, object]] = {
    "prompts/get": {"name": "trade_context", "arguments": {"symbol": "eth", "strike": 4000}},
    "completion/complete": {
        "ref": {"type": "ref/prompt", "name": "opex_week"},
        "argument": {"name": "expiry", "value": ""},
    },
}


def test_a_probe_before_between_and_after_the_handshake_changes_nothing() -> None:
    said = talk(
        request("early", "server/discover", modern=True),
        request("again", "server/discover", modern=True),
        *HANDSHAKE,
        request("late", "server/discover", modern=True),
        {"method": "notifications/initialized"},
        request("legacy list", "tools/list"),
        request("modern list", "tools/list", modern=True),
        call("legacy call", symbol="BTC"),
        call("modern call", symbol="ETH", meta=MODERN_META),
        request("last", "server/discover", modern=True),
        request("end", "ping"),
    )
    for probe in ("early", "again", "late", "last"):
        assert "2026-07-28" in said.result(probe)["supportedVersions"]
    assert said.result(0)["protocolVersion"] == INITIALIZE["protocolVersion"]
    assert len(said.result("legacy list")["tools"]) == TOOLS
    assert "ttlMs" not in said.result("legacy list")
    assert len(said.result("modern list")["tools"]) == TOOLS
    assert said.result("modern list")["resultType"] == "complete"
    assert said.text("legacy call").startswith("SIMULATED BTCUSDT")
    assert said.text("modern call").startswith("SIMULATED ETHUSDT")
    assert said.result("end") == {}
    assert (said.status, said.stderr) == (0, "")


def test_every_revision_shakes_hands_also_after_a_modern_request_and_with_its_envelope() -> None:
    asked = [*HANDSHAKE_REVISIONS, "1999-01-01", "2026-07-28"]
    said = talk(
        request("first", "ping"),
        request("modern", "tools/list", modern=True),
        *(
            {"id": v, "method": "initialize", "params": {**INITIALIZE, "protocolVersion": v}}
            for v in asked
        ),
        {"id": "stamped", "method": "initialize", "params": {**INITIALIZE, "_meta": MODERN_META}},
        request("uninitialized", "tools/list"),
    )
    assert said.result("first") == {}
    newest = HANDSHAKE_REVISIONS[-1]
    for version in asked:
        spoken = version if version in HANDSHAKE_REVISIONS else newest
        assert said.result(version)["protocolVersion"] == spoken
    assert said.result("stamped")["protocolVersion"] == newest
    assert len(said.result("uninitialized")["tools"]) == TOOLS


def test_a_cancelled_call_is_not_answered_whichever_era_it_is_of(tmp_path: Path) -> None:
    with silent_upstream(tmp_path) as (env, _):
        said = talk(
            *HANDSHAKE,
            request("probe", "server/discover", modern=True),
            call(7, meta=MODERN_META),
            cancelled(7),
            call("8", symbol="ETH"),
            cancelled(8),
            cancelled(9),
            cancelled(1.5),
            request("end", "ping"),
            args=(),
            env=env,
        )
    assert said.by_id.keys() == {0, "probe", "end"}


def test_requests_of_one_id_are_each_answered() -> None:
    said = talk(
        *HANDSHAKE,
        call(5, symbol="BTC"),
        call(5, symbol="ETH"),
        call(5, symbol="SOL", meta=MODERN_META),
    )
    texts = [message["result"]["content"][0]["text"] for message in said.by_id[5]]
    symbols = {text.split()[1] for text in texts}
    assert symbols == {"BTCUSDT", "ETHUSDT", "SOLUSDT"}


def test_there_are_lists_of_prompts_and_resources_in_both_eras() -> None:
    lists = {
        "prompts/list": "prompts",
        "resources/list": "resources",
        "resources/templates/list": "resourceTemplates",
    }
    said = talk(
        *HANDSHAKE,
        *(request(method, method) for method in lists),
        *(request(f"modern {method}", method, modern=True) for method in lists),
        {"id": "prompt", "method": "prompts/get", "params": {"name": "x"}},
        *(
            {"id": f"{era} {method}", "method": method, "params": {**params, **meta}}
            for era, meta in (("legacy", {}), ("modern", {"_meta": MODERN_META}))
            for method, params in ASKED.items()
        ),
        {"id": "resource", "method": "resources/read", "params": {"uri": "bq://x"}},
    )
    for method, name in lists.items():
        assert said.result(method)[name] == said.result(f"modern {method}")[name]
    for era in ("legacy", "modern"):
        (message,) = said.result(f"{era} prompts/get")["messages"]
        assert "strike 4000 in ETHUSDT" in message["content"]["text"]
        proposed = said.result(f"{era} completion/complete")["completion"]["values"]
        assert len(proposed) >= 5 and all(re.fullmatch(r"\d\d[A-Z]{3}\d\d", v) for v in proposed)
    assert len(said.result("prompts/list")["prompts"]) >= 8
    assert said.code("prompt") == said.code("resource") == -32602
    assert {"completions", "prompts", "resources", "tools"} <= said.result(0)["capabilities"].keys()


def test_two_hundred_calls_at_once_and_an_argument_of_a_megabyte_are_answered() -> None:
    said = talk(
        *HANDSHAKE,
        *(call(n, meta=MODERN_META if n % 2 else None) for n in range(1, 201)),
        call("large", symbol="x" * 1024**2),
        request("end", "ping"),
    )
    for number in range(1, 201):
        assert said.text(number).startswith("SIMULATED BTCUSDT")
    assert said.result("large")["isError"] and len(said.text("large")) < 2_000
    assert said.result("end") == {} and said.stderr == ""
