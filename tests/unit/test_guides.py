"""The guides: each topic has a title and few lines, and names only tools there are."""

import re

import pytest

from bq_mcp.catalog import bundled_hints
from bq_mcp.compose import bundled_snapshot
from bq_mcp.composites import bundled_composites
from bq_mcp.guides import topics
from bq_mcp.tools import Inventory

TOOLS = Inventory(bundled_snapshot(), bundled_hints(), composites=bundled_composites()).tools


def test_there_is_a_guide_for_each_topic() -> None:
    assert {"gamma-exposure", "positioning", "freshness", "limits", "glossary"} <= topics().keys()
    assert list(topics()) == sorted(topics())


@pytest.mark.parametrize("topic", topics())
def test_a_guide_has_a_title_and_few_lines(topic: str) -> None:
    page = topics()[topic]
    assert page.topic == topic
    assert page.title and not page.title.startswith("#")
    assert len(page.text.splitlines()) <= 60 or topic == "glossary"


@pytest.mark.parametrize("topic", topics())
def test_a_guide_names_only_tools_there_are(topic: str) -> None:
    families = tuple({f"{name.split('_')[0]}_" for name in TOOLS if "_" in name})
    named = re.findall(r"`([a-z_]+)`", topics()[topic].text)
    assert [w for w in named if w.startswith(families) and w not in TOOLS] == []
