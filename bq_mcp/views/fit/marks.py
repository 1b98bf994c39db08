"""Read the marks that rank the lines of a template.

A source line begins with its mark and a bar:

    2| text                  a line of rank 2
     | text                  continues the line above, joined with " · "
    2~| text                 shorter wording of the line above
    4 strikes 0/{{ n }}|     head of the table "strikes", of which n rows were received
    4 strikes 3|             a row of it, of importance 3

`[[ clause ]]` is left out when a figure in it is missing. The marks become control characters
before a template is compiled, and no value that is printed can hold one.
"""

import re
from dataclasses import dataclass

from .size import estimate

MISSING = "\x04"
MISSING_WORDS = "n/a"
JOINT = " · "
_LINE, _TEXT, _OPEN, _CLOSE = "\x1e", "\x1f", "\x02", "\x03"
_COMMENT = re.compile(r"{#.*?#}", re.DOTALL)
_NUMBER = r"(?:\d+|{{ ?[\w.]+ ?}})"
_SOURCE = re.compile(
    rf" *(?P<mark>(?:{_NUMBER}~?|~)?(?: +[a-z_{{][\w .{{}}-]*?(?: {_NUMBER}(?:/{_NUMBER})?)?)?)\| ?"
    r"(?P<text>.*)"
)
# A macro whose own lines are marked.
_CALL = re.compile(r"{{ [\w.\[\]]+\([^{}]*\) }}")
_CLAUSE = re.compile(f"{_OPEN}([^{_OPEN}{_CLOSE}]*){_CLOSE}")
# Figures are printed with thousands separators, in a mark as well.
_MARK = re.compile(r"^ *(\d*)(~?) *(.*?)(?: (\d+)(?:/(\d+))?)? *$")


@dataclass(slots=True)
class Unit:
    """What is kept or left as a whole: a line with its continuations, or a row of a table.

    `short` is its shorter wording, "" where there is none. `table` names the table it belongs to;
    the head of one has the number of rows received as `total`.
    """

    rank: int
    text: str
    short: str = ""
    table: str = ""
    importance: int = 0
    total: int | None = None

    def wording(self, short: bool) -> str:
        """Return the text, in short words where they are asked for and there are any."""
        return self.short if short and self.short else self.text

    def size(self, short: bool) -> int:
        """Return the tokens of a wording and its line break."""
        return estimate(self.wording(short)) + 1


def compiled(source: str, name: str) -> str:
    """Return the source of a template with its marks turned into control characters.

    Raises:
        ValueError: a line of text has no mark.
    """
    lines = []
    for line in _COMMENT.sub("", source).splitlines():
        bare = line.strip()
        if not bare:
            continue
        if bare.startswith("{%") or _CALL.fullmatch(bare):
            lines.append(_clauses(bare))
        elif found := _SOURCE.fullmatch(line):
            lines.append(f"{_LINE}{found['mark']}{_TEXT}{_clauses(found['text'])}")
        else:
            raise ValueError(f"{name}: a line without a mark: {bare[:60]}")
    return "\n".join(lines)


def units(rendered: str) -> list[Unit]:
    """Return the units of a rendered template in reading order; empty ones are left out."""
    found: list[tuple[Unit, list[str], list[str]]] = []
    into: list[str] = []
    for part in rendered.split(_LINE)[1:]:
        mark, _, text = part.partition(_TEXT)
        rank, tilde, table, first, total = _MARK.findall(mark.replace(",", ""))[0]
        if rank and not tilde:
            into = []
            unit = Unit(int(rank), "", "", table, int(first or 0), int(total) if total else None)
            found.append((unit, into, []))
        elif rank:
            into = found[-1][2]
        (found[-1][2] if tilde else into).append(resolved(text))
    for unit, words, fewer in found:
        unit.text, unit.short = (JOINT.join(filter(None, parts)) for parts in (words, fewer))
    return [unit for unit, words, _ in found if words[0]]


def resolved(text: str) -> str:
    """Return text on one line without the clauses that miss a figure."""
    many = 1
    while many:
        text, many = _CLAUSE.subn(lambda found: "" if MISSING in found[1] else found[1], text)
    return " ".join(text.split()).replace(MISSING, MISSING_WORDS)


def _clauses(text: str) -> str:
    return text.replace("[[", _OPEN).replace("]]", _CLOSE)
