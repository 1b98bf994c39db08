"""First line, kinds of caveats and the lead fit a brief answer, whatever a reply says of itself."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import bpe_openai
import pytest

from bq_mcp.client.model import Reply
from bq_mcp.envelope import read_envelope
from bq_mcp.views.answer import Printer, render
from bq_mcp.views.digest.sheet import Sheet
from bq_mcp.views.facts.header import freshness_of
from bq_mcp.views.pages import PAGES
from bq_mcp.views.scene import BUDGETS, Scene
from bq_mcp.views.words.environment import service
from tests.contract.sandbox_answers import SEEDS, Case, question, reply
from tests.contract.unseen.report import PATHS
from tests.contract.unseen.worlds import cases as invented
from tests.contract.view_facts import all_facts
from tests.sandbox.asking import NOW

EXTRA: Mapping[str, Any] = {
    "positioning": "std",
    "positioning_requested": "flow",
    "positioning_fallback_reason": "no_aggressor_tape_for_symbol",
    "as_of": {
        "requested": "2026-11-01T12:03:00Z",
        "snapshot_ts": "2026-11-01T12:00:00Z",
        "lag_seconds": 180,
    },
    "history_clamp": {"requested": 365, "allowed": 30, "unit": "days", "enforced": True},
    "unavailable_sections": {"sections": ["spot", "candles", "max_pain"], "reason": "as_of"},
}
VENUES = ["deribit", "bybit", "okx", "binance", "derive"]
ASKED = {"exchanges": ",".join(VENUES), "as_of": "2026-11-01T12:03:00Z"}
KINDS = ("as_of|as of", "clamp", "not served|unavailable", "fallback|positioning per row", "venues")
TYPED = frozenset(view.path for view in all_facts()) - frozenset(PATHS)
_encoding = bpe_openai.get_encoding("o200k_base")


def asked(path: str) -> list[tuple[Case, dict[str, Any]]]:
    """Return questions of a page with their replies: of the sandbox, else invented ones.

    A band asked for beside the usual one is more than the lead of a brief answer.
    """
    if path not in TYPED:
        assert path in PATHS
        return [(Case(path, case.query), {**case.body}) for case in invented(path)]
    facts = next(view for view in all_facts() if view.path == path)
    sandboxed = [(case, dict(reply(case))) for case in facts.cases(SEEDS[:1])]
    return [
        (case, body)
        for case, body in sandboxed
        if body["success"] and "confidence_band" not in case.query
    ]


def lost(case: Case, body: dict[str, Any]) -> Iterator[str]:
    """Yield what the brief answer to a question lacks when its reply says all that of itself."""
    meta = body["meta"]
    extra = {**(meta.get("extra") or {}), **EXTRA}
    body["meta"] = {**meta, "exchanges_filtered": VENUES, "extra": extra}
    put = question(case, "brief")
    given = {name: value for name, value in ASKED.items() if put.endpoint.param(name)}
    put = replace(put, query={**case.query, **given})
    scene = Scene(put, Reply(read_envelope(body), server_time=NOW, received=0.0), NOW)
    text = render(put, scene.reply, NOW).text
    yield from (kind for kind in KINDS if not any(word in text for word in kind.split("|")))
    _, units = Printer(scene, freshness_of(scene), service()).body()
    leads = [unit.text for unit in units if unit.rank == 1 and not unit.table]
    kept = [words for words in leads if words in text]
    # A page with words of its own holds all its leads, picks of forms as many as there is room for.
    worded = not isinstance(PAGES[case.path](scene), Sheet)
    yield from (words for words in leads if words not in kept) if worded else ()
    if leads and not kept:
        yield f"no lead of {leads}"
    if (spent := len(_encoding.encode(text))) > BUDGETS["brief"]:
        yield f"{spent} tokens"


@pytest.mark.parametrize("path", PAGES)
def test_brief_keeps_first_line_caveats_and_lead_at_the_extremes(path: str) -> None:
    found = [f"{case}: {fault}" for case, body in asked(path) for fault in lost(case, body)]
    assert not found, f"{len(found)}\n" + "\n".join(found[:12])
