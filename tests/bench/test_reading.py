"""Time of reading 8 MiB of any layout, in decodings of the same text."""

import json
from collections.abc import Callable
from functools import partial
from math import inf
from time import process_time

import pytest

from bq_mcp.views.read.normalise import read_forms
from tests.property.form_layouts import AT

pytestmark = pytest.mark.bench

_SIZE = 8 * 2**20
_START = 1_795_863_900_000
_MOST = 8.0
_ROUNDS = 4
# Seconds that are few decodings of anything.
_LEAST = 0.001


def _rows(n: int) -> object:
    return [
        {"t": _START - 1000 * i, "net_gex": i * 1.37, "hvl": 70_000.5 + i, "regime": "above"}
        for i in range(n)
    ]


def _text_rows(n: int) -> object:
    return [
        {"time": f"2026-11-28T10:{i // 60 % 60:02}:{i % 60:02}Z", "v": f"{i}.5"} for i in range(n)
    ]


def _prints(n: int) -> object:
    return [
        {"id": str(i), "ts": _START - i // 3, "side": "buy", "strike": 60_000 + i % 40 * 500}
        for i in range(n)
    ]


def _chain(n: int) -> object:
    days = [f"{1 + i % 28:02}{m}{27 + i // 28}" for i in range(60) for m in ("JAN", "JUN")]
    return [
        {
            "expiry": days[i % 120],
            "strike": 20_000 + i // 240 * 10,
            "type": "CP"[i // 120 % 2],
            "iv": 0.5,
        }
        for i in range(n)
    ]


def _grid_rows(n: int) -> object:
    return [
        {"t": _START - i // 200 * 60_000, "strike": 50_000 + i % 200 * 200, "gex": i * 0.37}
        for i in range(n)
    ]


def _frames(n: int) -> object:
    frames = [
        {"t": _START - i * 1000, "gex": [j * 0.7 for j in range(200)]} for i in range(n // 200)
    ]
    return {"strikes": [50_000 + i * 200 for i in range(200)], "frames": frames}


LAYOUTS: dict[str, Callable[[int], object]] = {
    "rows": _rows,
    "rows of text": _text_rows,
    "prints": _prints,
    "contracts": _chain,
    "rows of a grid": _grid_rows,
    "frames": _frames,
    "pairs": lambda n: [[_START - i * 1000, i * 0.5] for i in range(n)],
    "parallel": lambda n: {"t": [_START - i for i in range(n)], "v": [i * 0.5 for i in range(n)]},
    "columns and rows": lambda n: {
        "columns": ["t", "a", "b"],
        "rows": [[_START - i * 1000, i * 0.1, -i] for i in range(n)],
    },
    "map of maps": lambda n: {
        str(_START - i * 1000): {str(60_000 + 500 * j): j * 0.3 for j in range(50)}
        for i in range(n // 50)
    },
    "map of records": lambda n: {str(10_000 + i): {"a": i, "b": 0.5} for i in range(n)},
    "map of expiries": lambda n: {
        f"{1 + i % 28:02}JAN{27 + i // 28}": {
            "strikes": [40_000 + 100 * j for j in range(n // 100)],
            "iv": [0.4] * (n // 100),
        }
        for i in range(50)
    },
    "small matrices beside lists": lambda n: {
        **{f"m{i}": [[1, 2], [3, 4]] for i in range(n // 8)},
        **{f"l{i}": [1, 2] for i in range(n // 8)},
    },
    "matrices beside lists": lambda n: {
        **{f"m{i}": [[0.5] * (20 + i)] * 30 for i in range(n // 1500)},
        **{f"l{i}": [7.5] * (20 + i) for i in range(n // 1500)},
    },
    "one list": lambda n: [i * 0.5 for i in range(n)],
    "lists of many lengths": lambda n: {f"l{i}": [0.5] * i for i in range(int((2 * n) ** 0.5))},
    "lists of one length": lambda n: {f"l{i}": [0.5] * 50 for i in range(n // 50)},
    "900,000 empty rows": lambda n: [{}] * n,
    "short rows": lambda n: [{"a": 1}] * n,
    "rows of many names": lambda n: [{f"k{i}": i} for i in range(n)],
    "deep": lambda n: json.loads('{"a":[' * 400 + "]}" * 400),
    "deep maps": lambda n: [json.loads('{"a":' * 60 + "1" + "}" * 60) for _ in range(n // 60)],
    "ragged lists": lambda n: [[0.5] * (i % 7) for i in range(n // 3)],
    "rows with lists": lambda n: [{"t": _START - i, "v": [0.5] * (i % 7)} for i in range(n // 3)],
    "rows with maps": lambda n: [{"t": _START - i, "v": {"a": {"b": i}}} for i in range(n // 3)],
    "scalars": lambda n: {f"field_{i}": i * 0.5 for i in range(n)},
    "texts": lambda n: ["a note on nothing"] * n,
    "mixed": lambda n: [1, "a", None, [1], {"a": 2}] * (n // 5),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_reading_takes_a_few_decodings(layout):
    text = sized(LAYOUTS[layout])
    decoding = reading = inf
    for _ in range(_ROUNDS):
        # In turns, so that both meet the same neighbours on this machine.
        seconds, data = _timed(lambda: json.loads(text))
        decoding = min(decoding, seconds)
        reading = min(reading, _timed(partial(read_forms, data, 70_000.0, AT))[0])
    print(
        f"\n{layout}: {len(text) / 2**20:.1f} MiB, decoding {decoding * 1000:.0f} ms,"
        f" reading {reading * 1000:.0f} ms, {reading / decoding:.1f} decodings"
    )
    assert reading <= max(_MOST * decoding, _LEAST)


def sized(make: Callable[[int], object], size: int = _SIZE) -> str:
    """Return about `size` bytes of a layout as JSON text."""
    few = json.dumps(make(24_000))
    return json.dumps(make(min(900_000, int(24_000 * size / max(1, len(few))))))


def _timed(call: Callable[[], object]) -> tuple[float, object]:
    start = process_time()
    made = call()
    return process_time() - start, made
