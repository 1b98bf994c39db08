"""Fit the costs of `bq_mcp/views/fit/size.py` on our own answers.

`python -m tests.bench.fit_sizes` prints the table to paste there: the costs that leave the
least slack in all while no answer, and no line of one, is estimated below its real count.
"""

from collections import Counter
from collections.abc import Iterator

import bpe_openai
import numpy as np
from scipy.optimize import linprog

from bq_mcp.views.fit.size import _PIECE, COSTS, class_of, cost_of
from tests.bench.answers import answers

Class = tuple[str, int]
_encoding = bpe_openai.get_encoding("o200k_base")


def texts() -> Iterator[str]:
    """Yield the answers to fit on."""
    yield from dict.fromkeys(answers())


def counted(text: str) -> tuple[Counter[Class], float]:
    """Return how many pieces of each class a text has, and the tokens of all others."""
    pieces = _PIECE.findall(text)
    named = [class_of(piece) for piece in pieces]
    rest = sum(cost_of(piece) for piece, name in zip(pieces, named, strict=True) if not name)
    return Counter(name for name in named if name), rest


def mean_costs(found: list[str]) -> dict[Class, float]:
    """Return what the pieces of each class really cost on average, one token at the least."""
    pieces = Counter(piece for text in found for piece in _PIECE.findall(text))
    costs: dict[Class, list[tuple[int, int]]] = {}
    for piece, many in pieces.items():
        if name := class_of(piece):
            costs.setdefault(name, []).append((many, len(_encoding.encode(piece))))
    return {
        name: max(1.0, sum(many * size for many, size in told) / sum(many for many, _ in told))
        for name, told in costs.items()
    }


def fitted(found: list[str]) -> dict[Class, float]:
    """Return the costs by class."""
    rows = [counted(text) for text in found]
    names = sorted({name for row, _ in rows for name in row})
    sizes = np.array([len(_encoding.encode(text)) for text in found], dtype=float)
    counts = np.array([[row[name] for name in names] for row, _ in rows], dtype=float)
    rest = np.array([others for _, others in rows])
    slack = (counts / sizes[:, None]).sum(axis=0)
    # No class below what its pieces cost on average: answers nobody has seen have others of them.
    means = mean_costs(found)
    bounds = [(means[name], 1.5 * means[name]) for name in names]
    solved = linprog(slack, A_ub=-counts, b_ub=rest - sizes, bounds=bounds)
    assert solved.x is not None
    return {
        name: float(np.ceil(cost * 100) / 100) for name, cost in zip(names, solved.x, strict=True)
    }


def main() -> None:
    """Print the table and what it leaves."""
    found = list(texts())
    costs = fitted(found)
    print("COSTS: Mapping[str, tuple[float, ...]] = {")
    for name in sorted({name for name, _ in costs}):
        by_length = [costs.get((name, length)) for length in range(len(COSTS[name]))]
        # A length that no answer has keeps its cost.
        kept = (
            old if new is None else new for old, new in zip(COSTS[name], by_length, strict=True)
        )
        told = ", ".join(f"{cost:.2f}" for cost in kept)
        print(f'    "{name}": ({told}{"," if "," not in told else ""}),')
    print("}")
    slacks = []
    for text in found:
        row, rest = counted(text)
        size = len(_encoding.encode(text))
        slacks.append((sum(costs[name] * many for name, many in row.items()) + rest) / size - 1)
    slacks.sort()
    median = slacks[len(slacks) // 2]
    print(f"# {len(found)} answers: slack {slacks[0]:.1%} to {slacks[-1]:.1%}, median {median:.1%}")


if __name__ == "__main__":
    main()
