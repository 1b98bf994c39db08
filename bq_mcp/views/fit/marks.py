"""Read the marks that rank the lines of a template.

A source line begins with its mark and a bar:

    2| text                  a line of rank 2
     | text                  continues the line above, joined with " · "
    +| text                  is the rest of the source line above, broken to be read
    2~| text                 the line above in few words, for brief; up to the next line or tag
    4 strikes 0/{{ n }}|     head of the table "strikes", of which n rows were received
    4 strikes 3|             a row of it, of importance 3
    4 strikes for of in rows|  the line, with what belongs to it, once for each
    4 if zones|              the same where something holds

Only one of two wordings is rendered, by the variable `terse`. `[[ clause ]]` is left out when a
figure in it is missing, `[[+ clause ]]` in few words. The marks become control characters
before a template is compiled, and no value that is printed can hold one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from .size import estimate

MISSING = "\x04"
MISSING_WORDS = "n/a"
JOINT = " · "
# None of them is white space, which Jinja strips before a tag.
_LINE, _TEXT, _OPEN, _CLOSE, _MORE = "\x06", "\x07", "\x02", "\x03", "\x05"
# What is no part of a line: comments, and the breaks in long ones.
_LEFT_OUT = re.compile(r"{#.*?#}|\n *\+\| ?", re.DOTALL)
_NUMBER = r"(?:\d+|{{ ?[\w.]+(?: \| length)? ?}})"
_SOURCE = re.compile(
    rf" *(?P<rank>{_NUMBER})?(?P<few>~)?"
    rf"(?P<table> +(?!for |if )[a-z_{{][\w .{{}}-]*?(?: {_NUMBER}(?:/{_NUMBER})?)?)?"
    r"(?: +(?P<tag>(?P<kind>for|if) [^|]+))?\| ?(?P<text>.*)"
)
# A macro whose own lines are marked.
_CALL = re.compile(r"{{ [\w.\[\]]+\([^{}]*\) }}")
_CLAUSE = re.compile(f"{_OPEN}([^{_OPEN}{_CLOSE}]*){_CLOSE}")
_MARK = re.compile(r"^(\d*) *(.*?)(?: (\d+)(?:/(\d+))?)?$")


@dataclass
class Line:
    """What is kept or left as a whole: a line with its continuations, or a row of a table.

    `table` names the table it belongs to; the head of one has the number of rows received as
    `total`.
    """

    rank: int
    text: str
    table: str = ""
    importance: int = 0
    total: int | None = None

    @cached_property
    def size(self) -> int:
        """The tokens of the text and its line break."""
        return estimate(self.text) + 1


def compiled(source: str, name: str) -> str:
    """Return the source of a template with its marks turned into control characters.

    Raises:
        ValueError: a line of text has no mark.
    """
    lines: list[str] = []
    # The tags that end what the line under way stands in.
    ends: list[str] = []
    line_from, mark, few = 0, "", False
    whole = _LEFT_OUT.sub("", source).replace("[[+", _OPEN + _MORE)
    for line in whole.replace("[[", _OPEN).replace("]]", _CLOSE).splitlines():
        bare, found = line.strip(), _SOURCE.fullmatch(line)
        is_tag = bare.startswith("{%") or _CALL.fullmatch(bare)
        is_new = found and found["rank"] and not found["few"]
        if not bare:
            continue
        if is_tag or is_new:
            lines += reversed(ends)
            ends, few = [], False
        if is_tag:
            lines.append(bare)
            continue
        if not found:
            raise ValueError(f"{name}: a line without a mark: {bare[:60]}")
        if is_new:
            if found["tag"]:
                lines.append(f"{{% {found['tag']} %}}")
                ends.append(f"{{% end{found['kind']} %}}")
            line_from, mark = len(lines), found["rank"] + (found["table"] or "")
        elif found["few"] and not few:
            few = True
            if found["rank"]:
                lines.insert(line_from, "{% if not terse %}")
            lines.append("{% else %}" if found["rank"] else "{% if terse %}")
            ends.append("{% endif %}")
        lines.append(f"{_LINE}{mark if found['rank'] else ''}{_TEXT}{found['text']}")
    return "\n".join([*lines, *reversed(ends)])


def lines_of(rendered: str, terse: bool = False) -> list[Line]:
    """Return the lines of a rendered template in reading order; empty ones are left out."""
    found: list[tuple[str, list[str]]] = []
    for part in rendered.split(_LINE)[1:]:
        mark, _, text = part.partition(_TEXT)
        if mark.strip():
            found.append((mark, []))
        found[-1][1].append(resolved(text, terse))
    return [_line(mark, words) for mark, words in found if words[0]]


def _line(mark: str, words: Sequence[str]) -> Line:
    text = JOINT.join(filter(None, words))
    # Figures are printed with thousands separators, in a mark as well.
    rank, table, first, total = _MARK.findall(mark.replace(",", "").strip())[0]
    return Line(int(rank), text, table, int(first or 0), int(total) if total else None)


def resolved(text: str, terse: bool) -> str:
    """Return text on one line without the clauses that miss a figure or are too many words."""

    def kept(found: re.Match[str]) -> str:
        gone = terse if found[1].startswith(_MORE) else MISSING in found[1]
        return "" if gone else found[1].removeprefix(_MORE)

    many: int = _OPEN in text
    while many:
        text, many = _CLAUSE.subn(kept, text)
    return " ".join(text.split()).replace(MISSING, MISSING_WORDS)
