"""Find the tools for a question: BM25 over their words.

Okapi BM25 (Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009) over texts of a few
dozen words each. Where the words of one tool point to another ("by strike: gex_strike_profile"),
they are counted for that other one.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import log

from snowballstemmer import stemmer

from .inventory import Tool
from .schema import POINTER

_SATURATION = 2.0
_LENGTH_WEIGHT = 0.3
_WORD = re.compile(r"[a-z]+|\d+")
_stem = stemmer("english").stemWord


class Ranking:
    """The words of some tools, ready to be searched.

    `synonyms` maps a pattern of words in a question to the words of the tools; `noise` are words
    that tell nothing.
    """

    def __init__(
        self, tools: Iterable[Tool], synonyms: Mapping[str, str], noise: Iterable[str]
    ) -> None:
        self._synonyms = [(_pattern(said), meant) for said, meant in synonyms.items()]
        self._noise = frozenset(noise)
        texts = _texts({tool.name: tool for tool in tools})
        self._counts = {name: Counter(self._stems(text)) for name, text in texts.items()}
        lengths = {name: counts.total() for name, counts in self._counts.items()}
        mean = sum(lengths.values()) / max(len(lengths), 1)
        self._norms = {
            name: 1 - _LENGTH_WEIGHT + _LENGTH_WEIGHT * length / max(mean, 1)
            for name, length in lengths.items()
        }
        having = Counter(stem for counts in self._counts.values() for stem in counts)
        total = len(self._counts)
        self._rarity = {
            stem: log(1 + (total - number + 0.5) / (number + 0.5))
            for stem, number in having.items()
        }

    def find(self, query: str, most: int) -> Sequence[str]:
        """Return the names of the tools that fit `query`, the best first; [] where none does."""
        said = query.lower()
        meant = " ".join([said, *(words for found, words in self._synonyms if found.search(said))])
        asked = set(self._stems(meant))
        scores = {name: self._score(name, asked) for name in self._counts}
        found = sorted(scores, key=lambda name: (-scores[name], name))
        return [name for name in found[:most] if scores[name]]

    def _score(self, name: str, asked: Iterable[str]) -> float:
        counts, norm = self._counts[name], self._norms[name] * _SATURATION
        return sum(
            self._rarity[stem] * count * (_SATURATION + 1) / (count + norm)
            for stem in asked
            if (count := counts[stem])
        )

    def _stems(self, text: str) -> Iterable[str]:
        return (_stem(word) for word in _WORD.findall(text.lower()) if word not in self._noise)


def _pattern(phrase: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z0-9])(?:{phrase})(?![a-z0-9])")


def _texts(tools: Mapping[str, Tool]) -> Mapping[str, str]:
    """Return the words each tool is searched by; those that count more stand there more often."""
    texts: defaultdict[str, list[str]] = defaultdict(list)
    for name, tool in tools.items():
        own = tool.description
        for pointer in POINTER.finditer(tool.description):
            named = pointer["tools"].split(" or ")
            if not tools.keys().isdisjoint(named):
                own = own.replace(pointer[0], "")
                for other in named:
                    texts[other].append(pointer["words"])
        weighed = ((name, 2), (tool.title, 3), (own, 2), (tool.hint.asks, 2))
        texts[name] += [words for words, times in weighed for _ in range(times)]
    return {name: " ".join(texts[name]) for name in tools}
