"""How an answer is made from a payload: the one place that knows the engine's interface."""

import json
from collections.abc import Mapping
from functools import cache

from bq_mcp.catalog import NO_HINT, SNAPSHOT, bundled_hints, load_catalog
from bq_mcp.client.model import Reply
from bq_mcp.decoding import decode_json
from bq_mcp.envelope import read_envelope
from bq_mcp.tools.inventory import Inventory
from bq_mcp.views import Detail, Question
from bq_mcp.views.answer import render
from bq_mcp.views.scene import BUDGETS
from tests.contract.unseen.shapes import NOW

__all__ = ["BUDGETS", "answer"]


def answer(path: str, query: Mapping[str, str], body: object, detail: Detail) -> str:
    """Return the text an agent gets when upstream's reply to a question is `body`."""
    inventory = _offered()
    question = Question(
        tool=inventory.names[path],
        endpoint=inventory.catalog.by_path()[path],
        hint=bundled_hints().get(path, NO_HINT),
        query=query,
        detail=detail,
        tool_names=inventory.names,
    )
    value, non_finite = decode_json(json.dumps(body).encode())
    envelope = read_envelope(value, non_finite=non_finite)
    return render(question, Reply(envelope, server_time=NOW, received=0.0), NOW).text


@cache
def _offered() -> Inventory:
    return Inventory(load_catalog(SNAPSHOT, "snapshot"), bundled_hints())
