"""The table in `docs/clients.md`: a row for each client, as its run found it."""

import os
from pathlib import Path
from typing import Any

from ..snapshot.snapshots import WRITE
from .environments import CLIENTS, Client

PAGE = Path(__file__).parents[2] / "docs" / "clients.md"
_ANSWERED = "SIMULATED"


def row(client: Client, found: dict[str, Any]) -> str:
    """Return the row of a client from what its program reported."""
    answers = found["answers"]
    told = {True: "an error", False: "plain text", None: "text, no flag"}
    cells = [
        client.name,
        " ".join(client.package),
        " or ".join(client.eras) or found["era"],
        f"{len(found['tools'])} tools",
        "–" if client.format is None else f"{len(found['converted'])}: {client.format}",
        "yes" if answers["good"]["text"].startswith(_ANSWERED) else "no",
        told[answers["bad"]["error"]],
        "an error" if answers["nothing"]["error"] else "an answer",
        "waits" if answers["slow"]["text"].startswith(_ANSWERED) else "gives up, then asks again",
        client.note,
    ]
    return f"| {' | '.join(cells)} |"


def check(client: Client, row: str) -> None:
    """Fail unless the page has this row; with BQ_MCP_WRITE_SNAPSHOTS=1 write it."""
    if os.environ.get(WRITE) == "1":
        _write(client, row)
    stored = rows().get(client.name)
    assert stored == row, f"if this is meant, run with {WRITE}=1 and -n 0"


def rows() -> dict[str, str]:
    """Return the rows of the page by the name of their client."""
    lines = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ")]
    return {line.split(" | ")[0].removeprefix("| "): line for line in lines[1:]}


def _write(client: Client, row: str) -> None:
    kept = rows() | {client.name: row}
    table = [kept[one.name] for one in CLIENTS if one.name in kept]
    lines = PAGE.read_text("utf-8").splitlines()
    begin = next(number for number, line in enumerate(lines) if line.startswith("|---")) + 1
    end = next(n for n in range(begin, len(lines) + 1) if not lines[n].startswith("|"))
    PAGE.write_text("\n".join([*lines[:begin], *table, *lines[end:]]) + "\n", "utf-8")
