"""Questions with every parameter of an endpoint at its ends, for each symbol and dealer model."""

from collections.abc import Iterator, Mapping
from itertools import product

from bq_mcp.catalog import Param, ParamHint, bundled_hints
from tests.contract.sandbox_answers import Case, offered

# The parameters that every combination varies; of the others each goes to its ends in turn.
_CROSSED = ("symbol", "positioning", "greek")
_INSTANTS = ("2026-09-03T06:00:00Z", "2026-05-01T06:00:00Z", "2026-04-16T12:00:00Z")
_EXPIRIES = ("0dte", "25SEP26", "25JUN27")
_SYMBOLS = ("BTCUSDT", "BTCUSDT,SOLUSDT", "BTCUSDT,ETHUSDT,SOLUSDT,HYPEUSDT")
_NUMBERS = (0.0, 1e6)


def extremes(path: str, seed: int) -> Iterator[Case]:
    """Yield the questions: crossed parameters, times each other one alone, times all together."""
    endpoint = offered().catalog.by_path()[path]
    hints = bundled_hints()[path].params
    ends = {
        param.name: found
        for param in endpoint.params
        if (found := list(_ends(param, hints.get(param.name, ParamHint()))))
    }
    crossed = {name: ends.pop(name) for name in _CROSSED if name in ends}
    for values in product(*crossed.values()):
        base = dict(zip(crossed, values, strict=True))
        for other in _others(ends):
            yield Case(path, {**base, **other}, seed)


def _others(ends: Mapping[str, list[str]]) -> Iterator[dict[str, str]]:
    needed = {"symbols": ends["symbols"][-1]} if "symbols" in ends else {}
    yield needed
    for name, values in ends.items():
        for value in values:
            yield {**needed, name: value}
    for place in (0, -1):
        yield {**needed, **{name: values[place] for name, values in ends.items()}}
    for first, second in product(ends.get("as_of", ()), ends.get("include", ())):
        yield {**needed, "as_of": first, "include": second}


def _ends(param: Param, hint: ParamHint) -> Iterator[str]:
    if param.name == "symbols":
        yield from _SYMBOLS
    elif param.name == "as_of":
        yield from _INSTANTS
    elif param.name in ("expiry", "expiries"):
        yield from _EXPIRIES
    elif hint.csv:
        yield from (hint.members[0], hint.members[-1], ",".join(hint.members))
    elif param.enum or hint.members:
        yield from map(str, param.enum or hint.members)
    elif param.type == "boolean":
        yield from ("true", "false")
    elif param.type in ("integer", "number"):
        bounds = zip((param.minimum, param.maximum), _NUMBERS, strict=True)
        yield from (f"{far if end is None else end:g}" for end, far in bounds)
