"""Every figure a digest or a page computes can be computed again from those of the payload."""

from collections.abc import Iterable, Iterator
from itertools import product
from typing import Any

import pytest

from bq_mcp.views.digest import digest_of
from bq_mcp.views.pages import PAGES
from bq_mcp.views.read.values import Derived, figure
from tests.contract.unseen import etf_market, gamma, tape, volatility
from tests.contract.unseen.worlds import MAKERS, cases
from tests.unit.views.digest.asking import figures_of, hint_of, places_of, sheet_of

PAYLOADS = (etf_market, gamma, tape, volatility)


def _derived(path: str) -> Iterator[tuple[Derived, set[float], float]]:
    for case, make in product(cases(path)[::2], {digest_of, PAGES.get(path, digest_of)}):
        served = set(_numbers(case.body["data"]))
        sheet = sheet_of(case.body["data"], case.spot, case.query, make, **hint_of(path))
        made = [one for found in figures_of(sheet) for one in (found.value, found.share)]
        made += [found for place in places_of(sheet) for found in (place.away, place.days)]
        yield from ((one, served, case.spot) for one in made if isinstance(one, Derived))


def _numbers(value: Any) -> Iterator[float]:
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list):
        for one in value:
            yield from _numbers(one)
    elif (found := figure(value)) is not None:
        yield found


def _inputs(values: Iterable[object]) -> Iterator[float]:
    for value in values:
        if isinstance(value, list | tuple):
            yield from _inputs(value)
        elif isinstance(value, Derived):
            assert value.function(*value.inputs) == value
            yield from _inputs(value.inputs)
        elif isinstance(value, float):
            yield value


@pytest.mark.parametrize("path", sorted(MAKERS))
def test_derived_figures_can_be_made_again(path: str) -> None:
    for made, served, spot in _derived(path):
        assert made.function(*made.inputs) == made
        assert set(_inputs(made.inputs)) <= served | {spot}
