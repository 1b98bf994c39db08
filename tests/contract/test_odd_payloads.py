"""Replies of every shape the service may send, and what their answers must and must not say."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import bpe_openai
import pytest

from bq_mcp.views import Detail
from bq_mcp.views.scene import BUDGETS
from tests.contract import odd_payloads, odd_service_payloads
from tests.contract.odd_payloads import Odd
from tests.contract.sandbox_answers import Case, answer
from tests.sandbox.asking import NOW

CASES = [*odd_payloads.CASES, *odd_service_payloads.CASES]
LARGE = [*odd_payloads.LARGE, *odd_service_payloads.LARGE]
DETAILS: tuple[Detail, ...] = ("brief", "standard", "full")
_encoding = bpe_openai.get_encoding("o200k_base")


def body(odd: Odd) -> dict[str, Any]:
    """Return the reply of a case: BTCUSDT at 67,214.37, computed twelve seconds ago."""
    meta: dict[str, Any] = {
        "version": "2.10",
        "timestamp": NOW.isoformat(),
        "request_id": "req_odd",
        "symbol": "BTCUSDT",
        "spot_price": 67_214.37,
        "computed_at": (NOW - timedelta(seconds=12)).isoformat(),
        "source": ["deribit", "okx"],
        "extra": {},
    }
    return {"success": True, "data": odd.data, "meta": meta | dict(odd.meta)}


def answers(odd: Odd) -> Mapping[Detail, str]:
    """Return the answer in every size."""
    case = Case(odd.path, odd.query)
    return {detail: answer(case, detail, body(odd)).text for detail in DETAILS}


@pytest.mark.parametrize("odd", CASES, ids=lambda odd: f"{odd.path} {odd.name}")
def test_an_odd_reply_is_told_truly(odd: Odd) -> None:
    texts = answers(odd)
    for detail, text in texts.items():
        wanted = odd.every + (odd.says if detail != "brief" else odd.brief)
        lacking = [words for words in wanted if words not in text]
        false = [words for words in odd.never if words in text]
        assert not lacking and not false, f"{detail}: {lacking} {false}\n{text}"


@pytest.mark.parametrize("odd", [*CASES, *LARGE], ids=lambda odd: f"{odd.path} {odd.name}")
@pytest.mark.parametrize("detail", [*DETAILS, "raw"])
def test_an_odd_reply_keeps_its_budget(odd: Odd, detail: Detail) -> None:
    text = answer(Case(odd.path, odd.query), detail, body(odd)).text
    assert len(_encoding.encode(text)) <= BUDGETS[detail], text


@pytest.mark.parametrize("odd", LARGE, ids=lambda odd: f"{odd.path} {odd.name}")
def test_a_large_reply_keeps_its_lead_and_counts_what_it_leaves_out(odd: Odd) -> None:
    for detail, text in answers(odd).items():
        lacking = [words for words in odd.every if words not in text]
        assert not lacking, f"{detail}: {lacking}\n{text}"
        assert "left out" in text or "more: detail" in text or detail != "standard"
