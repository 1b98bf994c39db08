"""Estimate how many o200k tokens a text has, never too few.

The text is cut as the tokenizer cuts it (words with the mark before them, groups of up to three
digits, runs of marks), and each piece is given the most tokens it can have. For n letters
outside the vocabulary that is (2n + 1) / 3: a pair of letters is nearly always a token, and the
tokenizer merges until no two neighbours make one, so that two single letters never end up side
by side. Anything that is not ASCII counts byte by byte.
"""

import re
from functools import lru_cache
from itertools import pairwise

from .vocabulary import COSTS, JOINED, LED_MARKS, MARKS, UNPAIRED

_CONTRACTION = r"(?:'(?:[sS]|[tT]|[rR][eE]|[vV][eE]|[mM]|[lL][lL]|[dD]))?"
_PIECE = re.compile(
    rf"[^\r\nA-Za-z0-9]?[A-Z]*[a-z]+{_CONTRACTION}"
    rf"|[^\r\nA-Za-z0-9]?[A-Z]+{_CONTRACTION}"
    r"|[0-9]{1,3}"
    r"| ?[^ \t\n\v\f\rA-Za-z0-9]+[\r\n/]*"
    r"|\n| +|[\t\v\f\r]"
)
_FOREIGN = re.compile(r" ?[^ \n]*[^\x00-\x7f][^ \n]*")
_WORD = re.compile(r"([^A-Za-z]?)([A-Z]*)([a-z]*)(.*)", re.DOTALL)
# Our separator is one token together with its blank; a deviation is three, its sign with the blank.
_SEPARATOR = " ·"
_OURS = re.compile(r" ·| ±[0-9]{1,3}σ(?![A-Za-z])")
# A mark that takes the break after it along, where nothing else can join them.
_ENDS_WITH_BREAK = re.compile(r".*[A-Za-z0-9](?:%|\)|%\))\n[A-Za-z0-9-]")
_LONGEST_BLANK = 16
_LONG = 400
_JOINS_LETTERS = "(,-./:=[_"


def estimate(text: str) -> int:
    """Return an upper bound of the o200k tokens of `text`, tight for our own answers.

    Lines count apart, each break as one token or as part of the mark before it: a text has at most
    the tokens of its parts.
    """
    lines = text.split("\n")
    breaks = sum(
        not _ENDS_WITH_BREAK.fullmatch(line[-3:] + "\n" + after[:1])
        for line, after in pairwise(lines)
    )
    return breaks + sum(_line(line) if len(line) < _LONG else _measure(line) for line in lines)


def shorten(text: str, limit: int) -> str:
    """Return the longest start of `text` that stays within `limit` tokens, marked if cut."""
    if estimate(text) <= limit:
        return text
    low, high = 0, len(text)
    while low < high:
        half = (low + high + 1) // 2
        low, high = (half, high) if estimate(text[:half] + "…") <= limit else (low, half - 1)
    return text[:low].rstrip() + "…"


def _measure(line: str) -> int:
    parts = _OURS.split(line)
    known = sum(1 if found == _SEPARATOR else 3 for found in _OURS.findall(line))
    return known + sum(map(_part, parts))


def _part(text: str) -> int:
    if text.isascii():
        return _ascii(text)
    return sum(map(_bytes, _FOREIGN.findall(text))) + sum(map(_ascii, _FOREIGN.split(text)))


# The lines of an answer come back: in the next size tried, in the next answer.
_line = lru_cache(maxsize=4096)(_measure)


def _ascii(text: str) -> int:
    return sum(map(_cost, _PIECE.findall(text)))


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


@lru_cache(maxsize=8192)
def _cost(piece: str) -> int:
    if piece.isdigit():
        return 1
    found = _WORD.fullmatch(piece)
    if found is None or not (found[2] or found[3]):
        return _marks(piece)
    before, upper, lower, after = found.groups()
    word = upper + lower
    if word in COSTS and not after:
        led, alone, joined = COSTS[word]
        if before == "_" and word in JOINED:
            return 1
        return led if before == " " else joined if before else alone
    return _most_tokens(before + word) + len(after)


def _marks(piece: str) -> int:
    if not piece.strip(" "):
        # The last blank of a run may go to the next piece, or stand alone before a digit.
        return 1 if len(piece) == 1 else 1 + -(-len(piece) // _LONGEST_BLANK)
    run = piece.rstrip("\r\n")
    breaks = len(piece) - len(run)
    bare = run.removeprefix(" ")
    if run in MARKS or run in LED_MARKS:
        return 1 + breaks
    apart = bare in MARKS or not bare.isprintable()
    return (1 if bare in MARKS else len(bare)) + (apart and run != bare) + breaks


def _most_tokens(word: str) -> int:
    """Return the most tokens `word` can end in, given which pairs of characters merge."""
    alone, paired, before_paired = 1, 0, 0
    for first, second in zip(word, word[1:], strict=False):
        best = max(alone, paired)
        alone, paired, before_paired = (
            (best if _stays_apart(first, second) else paired) + 1,
            before_paired + 1,
            best,
        )
    return max(alone, paired)


def _stays_apart(first: str, second: str) -> bool:
    if first == " " or (first in _JOINS_LETTERS and second.islower()):
        return False
    if not first.isalpha() or first.isupper() != second.isupper():
        return True
    return first + second in UNPAIRED
