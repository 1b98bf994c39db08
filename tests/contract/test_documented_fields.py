"""No response field that upstream documents is dropped unseen: another value, another answer.

`documented_fields.toml` lists the fields, `prompts/waived.toml` those no answer tells, and why.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from bq_mcp.views import Detail
from bq_mcp.words import prompts_root
from tests.contract.sandbox_answers import Case, answer, reply

DOCUMENTED = tomllib.loads(Path(__file__).with_name("documented_fields.toml").read_text("utf-8"))
WAIVED: Mapping[str, Mapping[str, str]] = tomllib.loads(
    (prompts_root() / "waived.toml").read_text("utf-8")
)
DETAILS: Sequence[Detail] = ("full", "standard", "brief")
MOST_WAIVED = 1 / 20
# Read as a number or as text, whichever the field holds.
WAS_NULL = "7.25"


def holders(node: Any, names: Sequence[str]) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield the records that hold the field at the end of a path, with its key."""
    if isinstance(node, list):
        for item in node:
            yield from holders(item, names)
    elif names[0] == "<list>":
        for inside in _records(node):
            yield from holders(inside, names[1:])
    elif isinstance(node, dict):
        for key in list(node) if names[0][0] == "{" else [names[0]]:
            if key not in node:
                continue
            if len(names) > 1 and node[key] is None:
                node[key] = {names[1]: None}
            if len(names) == 1:
                yield node, key
            else:
                yield from holders(node[key], names[1:])


def _records(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        node = list(node.values())
    for inside in node if isinstance(node, list) else ():
        yield from _records(inside)


def another(value: Any) -> Any:
    """Return another value of the same kind; text of a figure for null."""
    if isinstance(value, list):
        return [another(item) for item in value] or ["XQ7"]
    if isinstance(value, dict):
        return {key: another(item) for key, item in value.items()} or {"xq7": WAS_NULL}
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return type(value)(value * 1.5 + 2)
    if isinstance(value, str):
        return re.sub("^20[0-9]{2}-", "2025-", value) if re.match("20[0-9]{2}-", value) else "XQ7"
    return WAS_NULL


def told(path: str, field: str) -> bool | None:
    """Tell whether an answer changes with a field; None where the sandbox does not serve it."""
    names, served = field.replace("[]", "").split("."), None
    for query in DOCUMENTED[path]["queries"]:
        case = Case(path, {name: str(value) for name, value in query.items()})
        body = deepcopy(reply(case))
        found = list(holders(body.get("data"), names))
        found = found or list(holders(body.get("data"), ["<list>", *names]))
        absent = all(record[key] is None for record, key in found)
        for record, key in found:
            # What the envelope states as well is one thing.
            if key in body["meta"] and body["meta"][key] == record[key]:
                body["meta"][key] = another(record[key])
            record[key] = another(record[key])
        for of in DETAILS if found else ():
            served, said = False, answer(case, of, body).text
            # In place of null the figure itself has to be there.
            if WAS_NULL in said if absent else said != answer(case, of).text:
                return True
    return served


@pytest.mark.parametrize("path", DOCUMENTED)
def test_a_documented_field_is_told_or_waived(path: str) -> None:
    found = {field: told(path, field) for field in DOCUMENTED[path]["fields"]}
    assert [field for field, is_told in found.items() if is_told is None] == []
    unseen = [field for field, is_told in found.items() if not is_told]
    assert unseen == [field for field in found if field in WAIVED.get(path, {})]


def test_few_fields_are_waived_and_each_for_a_reason() -> None:
    waived = [reason for fields in WAIVED.values() for reason in fields.values()]
    documented = sum(len(entry["fields"]) for entry in DOCUMENTED.values())
    assert all(waived) and len(waived) <= MOST_WAIVED * documented
    assert all(set(fields) <= set(DOCUMENTED[path]["fields"]) for path, fields in WAIVED.items())
