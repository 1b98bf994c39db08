"""What a Python program is asked to do, and how it tells what it found.

The only argument is JSON: `command` and `env` of a server to start, or `url` and `headers` of one
that runs, the `mode` of the client, and `calls`, a mapping of a name to a tool and its arguments.
Standard output ends with a line of JSON.
"""

import json
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

TASK = json.loads(sys.argv[1])
# Empty where a server is started.
URL = TASK.get("url", "")
HEADERS = TASK.get("headers", {})
COMMAND, *ARGUMENTS = TASK.get("command", [""])
ENV = TASK.get("env", {})
MODE = TASK["mode"]
CALLS = {name: tuple(call) for name, call in TASK["calls"].items()}
# A live resource, to be read.
RESOURCE = "bq://levels/BTC"

Answer = dict[str, Any]


def answer(text: str, error: bool | None) -> Answer:
    """Return what the model would read; `error` is None where the client does not tell errors."""
    return {"text": text, "error": error}


async def make_calls(
    call: Callable[[str, Mapping[str, Any]], Awaitable[Answer]],
) -> dict[str, Answer]:
    """Make every call, one after the other; what it raises is an answer too."""
    answers = {}
    for name, (tool, arguments) in CALLS.items():
        try:
            answers[name] = await call(tool, arguments)
        except Exception as exc:
            answers[name] = answer(f"raised {exc!r}", True)
    return answers


async def count_lists(**asks: Callable[[], Awaitable[Any]]) -> dict[str, int | str]:
    """Return how many prompts, resources, templates or texts a client gets, or what it raises."""
    counts: dict[str, int | str] = {}
    for name, ask in asks.items():
        try:
            found = await ask()
            values = [found] if isinstance(found, list) else vars(found).values()
            counts[name] = len(next(value for value in values if isinstance(value, list)))
        except Exception as exc:
            counts[name] = f"raised {exc!r}"
    return counts


def convert_each(convert: Callable[[Any], Any], tools: Iterable[Any]) -> dict[str, list[str]]:
    """Return the names of the tools that a client can convert, and what it says of the others."""
    found: dict[str, list[str]] = {"converted": [], "complaints": []}
    for tool in tools:
        try:
            convert(tool)
            found["converted"].append(tool.name)
        except Exception as exc:
            found["complaints"].append(f"{tool.name}: {exc!r}")
    return found


def report(**found: Any) -> None:
    """Tell what was found: `era`, `tools`, `lists`, `answers`; `converted` and `complaints`."""
    sys.stdout.write(json.dumps(found) + "\n")
