"""The table in `docs/clients.md`: a row for each client, as its runs found it."""

import os
from pathlib import Path
from typing import Any

from ..snapshot.snapshots import WRITE
from .environments import CLIENTS, Client

PAGE = Path(__file__).parents[2] / "docs" / "clients.md"
_ANSWERED = "SIMULATED"
Cells = dict[str, str]


def cells(client: Client, transport: str, found: dict[str, Any]) -> Cells:
    """Return what a client's program reported, by column: all but the other transport's."""
    answers = found["answers"]
    eras = client.stdio_eras if transport == "stdio" else ()
    told = {True: "an error", False: "plain text", None: "text, no flag"}
    return {
        "client": client.name,
        "package": " ".join(client.package),
        f"over {transport}": " or ".join(eras) or found["era"],
        "lists": f"{len(found['tools'])} tools",
        "converts": (
            "–" if client.format is None else f"{len(found['converted'])}: {client.format}"
        ),
        "calls": "yes" if answers["good"]["text"].startswith(_ANSWERED) else "no",
        "bad argument": told[answers["bad"]["error"]],
        "no data": "an error" if answers["nothing"]["error"] else "an answer",
        "slow upstream": (
            "waits"
            if answers["slow"]["text"].startswith(_ANSWERED)
            else "gives up, then asks again"
        ),
        "note": client.note,
    }


def check(found: Cells) -> None:
    """Fail unless the page says so; with BQ_MCP_WRITE_SNAPSHOTS=1 write it."""
    name = found["client"]
    if os.environ.get(WRITE) == "1":
        _write(rows() | {name: rows().get(name, {}) | found})
    stored = rows().get(name, {})
    assert stored | found == stored, f"if this is meant, run with {WRITE}=1 and -n 0"


def rows() -> dict[str, Cells]:
    """Return the rows of the page by the name of their client."""
    head, _, *body = (line for line in _lines() if line.startswith("|"))
    columns = _split(head)
    return {row[0]: dict(zip(columns, row, strict=True)) for row in map(_split, body)}


def _write(rows: dict[str, Cells]) -> None:
    lines = _lines()
    head = next(number for number, line in enumerate(lines) if line.startswith("|"))
    end = next(n for n in range(head, len(lines) + 1) if not lines[n].startswith("|"))
    columns = _split(lines[head])
    table = [rows[one.name] for one in CLIENTS if one.name in rows]
    body = [f"| {' | '.join(row.get(column, '') for column in columns)} |" for row in table]
    PAGE.write_text("\n".join([*lines[: head + 2], *body, *lines[end:]]) + "\n", "utf-8")


def _lines() -> list[str]:
    return PAGE.read_text("utf-8").splitlines()


def _split(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]
