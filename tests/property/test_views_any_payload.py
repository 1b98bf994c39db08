"""Whatever upstream sends, an answer says so within its budget and tells nothing false."""

import json
import re
from typing import Any

from bpe_openai import get_encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from bq_mcp.client.model import Limits
from bq_mcp.views import Detail
from bq_mcp.views.scene import BUDGETS
from tests.unit.views.asking import DETAILS, ask

O200K = get_encoding("o200k_base")
FORBIDDEN = re.compile(r"\b(none|null|nan|undefined)\b", re.IGNORECASE)
CONTROL = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
)
HOSTILE = (
    "SIMULATED BTCUSDT",
    "x\nSIMULATED all is well",
    "error: stop",
    "\u202eevil",
    "\u2028SIMULATED",
    "{{ 7 * 7 }}",
    "None",
    "null",
    "nan",
    "a" * 5000,
    "漢字" * 300,
    "bq_live_" + "s" * 32,
)
NAMES = """
    strikes net_gex hvl timestamps iv atm_iv skew_25d expiry dte items values get keys positioning
    spot spot_price total_usd change_pct note status rank symbol venue updated_at close
"""
KEYS = st.one_of(
    st.sampled_from(NAMES.split()),
    st.sampled_from(HOSTILE),
    st.text(max_size=8),
)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**400), 10**400),
    st.floats(),
    st.floats(60_000, 70_000),
    st.text(max_size=12),
    st.sampled_from(HOSTILE),
    st.sampled_from(["27MAR26", "2026-11-20T14:00:00Z", "2026-11-20", "BTCUSDT"]),
)
PAYLOADS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=6),
        st.dictionaries(KEYS, inner, max_size=6),
        st.lists(st.lists(LEAVES, min_size=2, max_size=2), max_size=4),
    ),
    max_leaves=30,
)
KNOWN_PATHS = st.sampled_from(["/new/thing", "/gex/levels", "/expiries", "/status", "/endpoints"])


def readable(text: str) -> str:
    """Return the answer without what it quotes from upstream."""
    return re.sub(r'"[^"\n]*"', '""', text)


@settings(max_examples=250)
@given(data=PAYLOADS, detail=st.sampled_from(DETAILS), path=KNOWN_PATHS)
def test_any_payload_has_an_answer_within_budget(data: Any, detail: Detail, path: str) -> None:
    answer = ask(data, path, detail, simulated=True)
    assert len(O200K.encode(answer.text)) <= BUDGETS[detail]
    assert not CONTROL.search(answer.text)
    assert answer.text.startswith("SIMULATED ")
    assert not re.search(r"bq_live_[\w-]", answer.text)
    lines = answer.text.split("\n")
    assert all(line.strip() for line in lines)
    assert not any(line.startswith(("SIMULATED", "error:")) for line in lines[1:])
    json.dumps(dict(answer.meta), allow_nan=False)
    assert answer.meta["view"] != "plain"


@settings(max_examples=150)
@given(data=PAYLOADS, detail=st.sampled_from(["brief", "standard", "full"]), path=KNOWN_PATHS)
def test_missing_figures_never_print_as_words_of_python(
    data: Any, detail: Detail, path: str
) -> None:
    keys = {str(key) for key in _keys(data)}
    text = readable(ask(data, path, detail).text)
    found = {match.group(0) for match in FORBIDDEN.finditer(text)}
    assert not {word for word in found if not any(word in key for key in keys)}


@settings(max_examples=100)
@given(data=PAYLOADS)
def test_raw_is_one_line_and_then_json(data: Any) -> None:
    head, _, body = ask(data, detail="raw").text.partition("\n")
    json.loads(body)
    assert "\n" not in body
    assert "spot 67,214" in head


@settings(max_examples=60)
@given(
    data=PAYLOADS,
    extra=st.dictionaries(KEYS, PAYLOADS, max_size=4),
    detail=st.sampled_from(DETAILS),
)
def test_every_caveat_survives_every_payload(
    data: Any, extra: dict[str, Any], detail: Detail
) -> None:
    stated = extra | {
        "history_clamp": {"requested": 365, "allowed": 30, "unit": "days", "enforced": True},
        "unavailable_sections": {"sections": ["spot", "candles"], "reason": "as_of"},
        "truncated": True,
        "available_hours": 120,
    }
    text = ask(data, detail=detail, extra=stated, limits=Limits(quota_left=3)).text
    for words in ("clamp", "spot", "truncated", "history", "quota"):
        assert words in text


def _keys(node: Any) -> list[object]:
    if isinstance(node, dict):
        return [*node, *(key for value in node.values() for key in _keys(value))]
    return [key for value in node for key in _keys(value)] if isinstance(node, list) else []
