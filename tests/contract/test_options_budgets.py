"""Options answers keep their budgets, and brief ones every line, whatever the filters."""

from collections.abc import Iterator, Mapping
from itertools import product
from random import Random

import bpe_openai
import pytest

from bq_mcp.views import Detail
from bq_mcp.views.answer import Printer
from bq_mcp.views.facts.header import freshness_of
from bq_mcp.views.scene import BUDGETS, Scene
from bq_mcp.views.words.environment import service
from tests.contract.sandbox_answers import SYMBOLS, Case, answer, question, received, reply
from tests.sandbox.asking import NOW

DETAILS: tuple[Detail, ...] = ("brief", "standard", "full", "raw")
AS_OF = "2026-08-20T14:31:00Z"
VENUES = "deribit,bybit,okx,binance,derive,thalex,delta_india,delta"
# The extremes of every filter; "" leaves it out.
EXTREMES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "/options/expiry-summary": {},
    "/options/opex": {
        "horizon": ("", "1", "365"),
        "types": ("", "daily", "daily,weekly,monthly,quarterly"),
    },
    "/options/chain": {
        "expiries": ("", "25SEP26", "11SEP26,25SEP26,30OCT26,25DEC26"),
        "dte_max": ("", "0", "720"),
        "delta_min": ("", "0", "1"),
        "moneyness_min": ("", "0", "10"),
        "option_type": ("", "call", "put"),
        "max_contracts": ("", "1", "5000"),
        "fields": ("", "aggregates", "contracts", "available_expiries"),
        "include": ("", "oi", "bid_ask,gex", "greeks,volume"),
        "as_of": ("", AS_OF),
    },
    "/options/iv/term-structure": {
        "dte_max": ("", "0", "720"),
        "historical_compare_days": ("", "1", "365"),
        "exchanges": ("", "derive", VENUES),
        "as_of": ("", AS_OF),
    },
    "/options/iv/skew": {"as_of": ("", AS_OF)},
    "/options/probability/density": {
        "expiry": ("", "11SEP26", "25dec26"),
        "dte_max": ("", "0", "720"),
        "confidence_band": ("", "0.5", "0.999"),
    },
    "/options/greeks/trace/{greek}": {
        "greek": ("gamma", "charm", "vanna", "delta_change"),
        "expiry": ("", "all", "25SEP26"),
        "time_steps": ("", "2", "200"),
        "price_steps": ("", "2", "200"),
        "price_range_pct": ("", "0.01", "50"),
        "horizon_hours": ("", "0.01", "720"),
        "vol_shift_pct": ("", "-50", "50"),
        "min_oi": ("", "0", "1000000000"),
        "positioning": ("", "std"),
    },
}
# A grid of 200 by 200 takes the sandbox a while; every second of these is enough in a sweep.
LARGE = {"time_steps": "200", "price_steps": "200"}
# Of the chain's 23,000 a symbol.
COMBINATIONS = 600
# A brief answer has the lines of the first three ranks.
_encoding = bpe_openai.get_encoding("o200k_base")


def single_extremes(path: str) -> Iterator[Mapping[str, str]]:
    """Yield every extreme of every filter, the other filters as they are by default."""
    asked = EXTREMES[path]
    plain = {name: values[0] for name, values in asked.items()}
    yield plain
    for name, values in asked.items():
        for value in values[1:]:
            yield {**plain, name: value}


def combinations(path: str) -> Iterator[Mapping[str, str]]:
    """Yield all extremes together, the grids of TRACE only in their smaller sizes."""
    asked = {
        name: values if name not in LARGE else values[1:2]
        for name, values in EXTREMES[path].items()
    }
    for values in product(*asked.values()):
        yield dict(zip(asked, values, strict=True))


def over_budget(case: Case) -> Iterator[str]:
    """Yield what is wrong with the sizes of the answers to one question."""
    found = reply(case)
    if not found["success"]:
        return
    for detail in DETAILS:
        text = answer(case, detail).text
        spent = len(_encoding.encode(text))
        if spent > BUDGETS[detail]:
            yield f"{case} {detail}: {spent} tokens\n{text}"
        elif detail == "brief" and lost(case, text):
            yield f"{case} brief lost a line\n{text}"


def lost(case: Case, text: str) -> list[str]:
    """Return the lines of the first rank that are not in a brief answer."""
    scene = Scene(question(case, "brief"), received(reply(case)), NOW)
    _, units = Printer(scene, freshness_of(scene), service()).body()
    lines = (unit.text for unit in units if unit.rank == 1 and not unit.table)
    return [line for line in lines if line not in text]


def cases(path: str, symbol: str, queries: Iterator[Mapping[str, str]]) -> Iterator[Case]:
    """Yield the questions of some queries, without what is left out."""
    for query in queries:
        given = {name: value for name, value in query.items() if value}
        yield Case(path, {"symbol": symbol, **given})


# The default run looks at the market whose prices have the most tokens.
@pytest.mark.parametrize(
    "symbol",
    [pytest.param(name, marks=[] if name == "ETHUSDT" else pytest.mark.sweep) for name in SYMBOLS],
)
@pytest.mark.parametrize("path", EXTREMES)
def test_every_extreme_alone_keeps_budgets_and_lines(path: str, symbol: str) -> None:
    found = [
        fault for case in cases(path, symbol, single_extremes(path)) for fault in over_budget(case)
    ]
    assert not found, f"{len(found)}\n" + "\n\n".join(found[:4])


@pytest.mark.sweep
@pytest.mark.parametrize("symbol", SYMBOLS)
@pytest.mark.parametrize("path", EXTREMES)
def test_combinations_keep_their_budget(path: str, symbol: str) -> None:
    every = list(combinations(path))
    chosen = Random(f"{path} {symbol}").sample(every, min(COMBINATIONS, len(every)))
    found = [
        fault
        for case in cases(path, symbol, iter(chosen))
        for fault in over_budget(case)
        if "lost a line" not in fault
    ]
    assert not found, f"{len(found)}\n" + "\n\n".join(found[:4])
