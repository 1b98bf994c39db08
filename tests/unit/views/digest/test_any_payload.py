"""Whatever is missing, empty or of another kind, a digest is made."""

from random import Random
from typing import Any

import pytest

from bq_mcp.catalog import bundled_hints
from tests.contract.unseen import etf_market, gamma, tape, volatility
from tests.contract.unseen.worlds import MAKERS, cases
from tests.unit.views.digest.asking import told

PAYLOADS = (etf_market, gamma, tape, volatility)
_ODD: tuple[Any, ...] = (None, [], {}, "x", 0, -1.5e12, True, [None], "2026-11-28", {"a": 1})
_FIELDS = ("lead", "units", "adds", "order", "picks", "say")


def _broken(value: Any, random: Random, part: float) -> Any:
    if random.random() < part:
        return random.choice(_ODD)
    if isinstance(value, dict):
        kept = {key: held for key, held in value.items() if random.random() > part}
        return {key: _broken(held, random, part) for key, held in kept.items()}
    if isinstance(value, list):
        return [_broken(held, random, part) for held in value]
    return value


@pytest.mark.parametrize("path", sorted(MAKERS))
def test_a_broken_payload_has_a_digest(path: str) -> None:
    hint, random = bundled_hints()[path].answer, Random(path)
    fields = {name: getattr(hint, name) for name in _FIELDS}
    for case, part in zip(cases(path)[::2], (0.002, 0.02, 0.2), strict=True):
        data = _broken(case.body["data"], random, part)
        for spot in (case.spot, None):
            told(data, spot=spot, **fields)


@pytest.mark.parametrize("data", [None, [], {}, 3.5, "x", [[]], [{}], {"a": {"b": []}}, [None]])
def test_an_empty_payload_has_a_digest(data: Any) -> None:
    assert isinstance(told(data), list)
