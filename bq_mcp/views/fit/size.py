"""Estimate how many o200k tokens a text has by the classes of its pieces.

The text is cut as the tokenizer cuts it (a word with the mark before it, up to three digits, a run
of marks), and each piece has the cost of its class, fitted by `tests/bench/fit_sizes.py` on our own
answers so that none of them is estimated too low. A word no language would write, as upstream
could send it, counts by its letters; what is not ASCII, but for the signs we print, by its bytes.
"""

import re
from bisect import bisect_left
from collections.abc import Mapping
from functools import lru_cache
from math import ceil

# By what stands before a word and its case: words of 1, 2, ... and at least 10 letters.
COSTS: Mapping[str, tuple[float, ...]] = {
    "bare upper": (1.10, 1.00, 1.23, 2.06, 2.00, 2.00, 4.50, 6.00, 3.00, 4.00),
    "bare word": (1.43, 1.00, 1.72, 1.06, 1.20, 1.52, 1.25, 1.76, 2.83, 2.57),
    "blank upper": (1.50, 1.72, 1.41, 2.05, 1.00, 1.84, 3.03, 3.91, 3.00, 2.00),
    "blank word": (1.50, 1.00, 1.11, 1.02, 1.05, 1.04, 1.56, 1.42, 1.20, 1.08),
    "blanks": (1.00,),
    "digits": (1.02,),
    "mark": (1.01,),
    "mark upper": (1.50, 1.50, 1.50, 2.00, 1.00, 2.00, 3.00, 3.00, 3.00, 4.00),
    "mark word": (1.00, 1.54, 1.77, 2.28, 1.62, 1.90, 1.38, 1.77, 2.48, 3.10),
    "marks": (1.81,),
}
_LONGEST = 10
_SHORT = 3
_PIECE = re.compile(
    r"[^\r\nA-Za-z0-9]?[A-Z]*[a-z]+|[^\r\nA-Za-z0-9]?[A-Z]+|[0-9]{1,3}"
    r"| ?[^ \t\n\v\f\rA-Za-z0-9]+[\r\n/]*|\n| +|[\t\v\f\r]"
)
_LETTERS = re.compile(r"[A-Za-z]+")
_OURS = frozenset("·…≈σΣ±×²Δ∂τ√")
_UNLIKELY = re.compile(
    r"[bcdfghjklmnpqrstvwxz]{5}|[aeiou]{4}|[jqz][bcdfghjklmnpqrstvwxz]|x[bdfghjklmnqrsvwxz]|(.)\1\1"
    # A greek that no vocabulary has.
    r"|vanna"
)
_CUT_LIMIT = 4_000


def estimate(text: str) -> int:
    """Return about how many tokens `text` has; of our own answers never too few."""
    return ceil(sum(map(cost_of, _PIECE.findall(text))))


def shorten(text: str, limit: int) -> str:
    """Return the longest start of `text` that stays within `limit` tokens, marked if cut.

    A quotation that was begun ends: what stands behind it is not upstream's.
    """
    if estimate(text) <= limit:
        return text
    lengths = range(min(len(text), _CUT_LIMIT) + 1)
    over = bisect_left(lengths, True, 1, key=lambda size: estimate(text[:size] + '…"') > limit)
    start = text[: over - 1].rstrip()
    return f'{start}…"' if start.count('"') % 2 else f"{start}…"


def class_of(piece: str) -> tuple[str, int] | None:
    """Return the class of a piece and its length in it, None where it counts by its letters."""
    if piece.isascii() and (piece.isdigit() or (len(piece) == 1 and piece.isalpha())):
        return "digits", 0
    word, bare = _LETTERS.search(piece), piece.strip(" \n")
    if word is None:
        ours = bare.isascii() or bare in _OURS
        name = "blanks" if not piece.strip() else "mark" if len(bare) == 1 and ours else "marks"
        return (name, 0) if ours or name == "blanks" else None
    letters, lead = word[0], piece[: word.start()]
    if not lead.isascii() or (len(letters) > _SHORT and _UNLIKELY.search(letters.lower())):
        return None
    before = "blank" if lead == " " else "mark" if lead else "bare"
    case = "upper" if letters.isupper() and len(letters) > 1 else "word"
    return f"{before} {case}", min(len(letters), _LONGEST) - 1


@lru_cache(maxsize=8192)
def cost_of(piece: str) -> float:
    """Return the cost of one piece in tokens."""
    if found := class_of(piece):
        name, length = found
        return COSTS[name][length]
    letters = sum(map(len, _LETTERS.findall(piece)))
    return (2 * letters + 1) / 3 + len(_LETTERS.sub("", piece).encode("utf-8", "surrogatepass"))
