"""The judges of unseen answers: what counts as kept, and what they call wrong."""

from datetime import UTC, date, datetime

import pytest

from tests.contract.unseen.facts import Fact, Told, kept
from tests.contract.unseen.report import PATHS
from tests.contract.unseen.shapes import Named, renamed
from tests.contract.unseen.worlds import Case, cases
from tests.contract.unseen.wrong import faults

FIRST = "BTCUSDT x · spot 91,438 · 2026-11-28 12:00:06Z, 14s old"
AT = datetime(2026, 11, 28, 10, 47, tzinfo=UTC)
BEFORE = datetime(2026, 11, 27, 10, 47, tzinfo=UTC)


def _fact(kind: str, value: float, *places: object, words: str = "net", flags: str = "") -> Fact:
    return Fact("x", kind, words, Told((value,), places), False, flags.split())


@pytest.mark.parametrize(
    ("fact", "line"),
    [
        (_fact("usd", -1_234_567.0), "net -$1.23m"),
        (_fact("usd", 1.85e9, 95_000.0), "at 95,000 (+3.9%): net gex +$1.85bn"),
        (_fact("usd", 61_200.0, date(2026, 12, 25)), "25DEC26 (26d) net $61.2k"),
        (_fact("usd", 61_200.0, AT), "latest 10:47Z: net 61,200"),
        (_fact("usd", 61_200.0, BEFORE), "2026-11-27 10:47Z · net $61.2k"),
        (_fact("price", 91_437.53, words="close"), "close 91,438"),
        (_fact("iv", 45.234, 0.67, words="iv"), "0.67 · iv 45.2%"),
        (_fact("rate", 0.0001163, words="fund"), "fundingRate 0.0116%"),
        (_fact("pct", 2.1349, words="share"), "share 2.1%"),
        (_fact("served", 412_345.6, "deribit", words="oi"), "Deribit total_oi 412,346"),
        (_fact("usd", 5e6, 95_000.0), "- 3 rows: strike · net_gex · oi\n95,000 · $5m · 12"),
        (_fact("usd", 5e6, 95_000.0), "3 rows: strike, call, net_gex\n95,000 (+3.9%) · $1m · $5m"),
    ],
)
def test_a_fact_is_kept_by_figure_words_and_place_on_one_line(fact: Fact, line: str) -> None:
    assert kept(fact, f"{FIRST}\n{line}")


@pytest.mark.parametrize(
    ("fact", "line"),
    [
        (_fact("usd", -1_234_567.0), "net $1.23m"),
        (_fact("usd", 1_234_567.0), "net $1.2m"),
        (_fact("usd", 1.85e9, 95_000.0), "at 96,000: net +$1.85bn"),
        (_fact("usd", 1.85e9, 95_000.0), "at 95,000\nnet +$1.85bn"),
        (_fact("usd", 61_200.0, BEFORE), "10:47Z · net $61.2k"),
        (_fact("usd", 61_200.0, AT), "2026-11-27 10:47Z · net $61.2k"),
        (_fact("price", 91_437.53, words="close"), "close 91.4k"),
        (_fact("iv", 213.0, words="iv"), "iv 2.13"),
        (_fact("ratio", 0.723, words="pcr"), "value 0.72"),
        (_fact("usd", 5e6, 95_000.0), "- 3 rows: strike · call · net\n95,000 · $5m · 12"),
    ],
)
def test_a_fact_is_lost_without_sign_digits_words_or_place(fact: Fact, line: str) -> None:
    assert not kept(fact, f"{FIRST}\n{line}")


def _case(path: str, label: str) -> Case:
    return next(case for case in cases(path) if case.label == label)


_WRONG = (
    ("/options/expected-move", "a", "- iv 4310.0%", "from nowhere"),
    ("/market/funding", "a", "mean 3.7123%", "from nowhere"),
    ("/gex/dealer-flow", "a", "latest 2026-11-28 11:00Z: total {first}", "another instant"),
    ("/gex/dealer-flow", "a", "at 2026-11-28 11:00Z: total_flow {last}", "of its place"),
    ("/gex/dealer-flow", "a", "total $1.2m at 2026-11-21 11:00Z", "not served"),
    ("/gex/dealer-flow", "a", "highest total {first}", "no extreme"),
    ("/gex/dealer-flow", "a", "timestamps 1,795,867,200,000", "from nowhere"),
    ("/options/iv/smile", "a", "sum of 64 rows: iv {sum}", "does not add"),
    ("/options/iv/smile", "a", "at 91,000: iv $43.10", "from nowhere"),
    ("/options/oi/history", "a", "expiry 19MAR27", "not served"),
    ("/market/open-interest", "b", "latest {last} ({away})", "no price"),
    ("/options/expected-move", "a", "upper_1sd {up} (+9.9%)", "not from spot"),
    ("/gex/dealer-flow", "a", "vanna_flow null", "null printed"),
)


@pytest.mark.parametrize(("path", "label", "text", "why"), _WRONG)
def test_a_wrong_answer_is_found(path: str, label: str, text: str, why: str) -> None:
    case = _case(path, label)
    found = faults(case, f"{FIRST}\n{text.format(**_figures(case))}")
    assert any(why in fault for fault in found), found


def _figures(case: Case) -> dict[str, str]:
    rows = case.canon[0].rows
    column = next(name for name in ("total", "oi", "iv", "rate", "up") if name in rows[0])
    last = rows[-1][column]
    return {
        "first": f"{rows[7 % len(rows)][column]:,.0f}",
        "last": f"{last:,.10g}",
        "sum": f"{sum(row[column] or 0 for row in rows):,.1f}",
        "away": f"{100 * (last / case.spot - 1):+.1f}%",
        "up": f"{rows[0].get('up', 0):,.1f}",
    }


@pytest.mark.parametrize("path", PATHS)
def test_a_right_answer_is_not_called_wrong(path: str) -> None:
    """Figures at their places, in words of no kind, are borne out."""
    for case in cases(path):
        lines = [
            f"{fact.name.split()[-1]} {_place(fact)}: {fact.told.values[0]:,.10g}"
            for fact in case.facts
            if fact.kind in ("usd", "price", "served")
            and fact.told.places
            and "derived" not in fact.flags
        ]
        lines = [line for line in lines if "frozenset" not in line]
        assert not faults(case, "\n".join([FIRST, *lines]))


def _place(fact: Fact) -> str:
    place = fact.told.places[0]
    if isinstance(place, datetime):
        return f"{place:%Y-%m-%d %H:%M}Z"
    return f"at {place:,.10g}" if isinstance(place, float) else str(place)


def test_only_containers_are_renamed() -> None:
    data = {
        "points": [{"t": 1, "leg": {"x": 2}}],
        "t": [1, 2],
        "columns": ["a"],
        "rows": [[1]],
        Named("iv"): {Named("91000"): 44.1},
        "unit": "coin",
    }
    assert renamed(data) == {
        "zeta1": [{"t": 1, "zeta2": {"x": 2}}],
        "t": [1, 2],
        "columns": ["a"],
        "zeta3": [[1]],
        "iv": {"91000": 44.1},
        "unit": "coin",
    }
