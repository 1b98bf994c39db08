"""Compare text with a file under review.

A file that is missing or differs fails the test and prints the difference; with
BQ_MCP_WRITE_SNAPSHOTS=1 in the environment it is written instead.
"""

import difflib
import os
from collections.abc import Iterable
from pathlib import Path

FOLDER = Path(__file__).parent
WRITE = "BQ_MCP_WRITE_SNAPSHOTS"


def check(name: str, text: str) -> None:
    """Fail unless the file `name` below this folder holds `text`."""
    path = FOLDER / name
    if os.environ.get(WRITE) == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    if not path.is_file():
        raise AssertionError(f"{name} is missing; write it with {WRITE}=1 and review it")
    stored = path.read_text("utf-8")
    if stored != text:
        lines = difflib.unified_diff(
            stored.splitlines(),
            text.splitlines(),
            f"{name} (stored)",
            f"{name} (made)",
            lineterm="",
        )
        raise AssertionError("\n".join([*lines, f"if this is meant, run with {WRITE}=1"]))


def check_no_others(folder: str, names: Iterable[str]) -> None:
    """Fail where `folder` holds a file that no test made; delete it when writing."""
    left = {path.name for path in (FOLDER / folder).iterdir()} - set(names)
    if os.environ.get(WRITE) == "1":
        for name in left:
            (FOLDER / folder / name).unlink()
    elif left:
        raise AssertionError(f"{folder} holds files nothing makes: {sorted(left)}")
