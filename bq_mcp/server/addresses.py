"""The addresses of our resources: `prompts/resources/addresses.toml`, and how a uri is read."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from ..words import prompts_root

GUIDE = "guide"
_URI = re.compile(r"bq://([a-z]+)(?:/([A-Za-z0-9_.-]{1,64}))?")


@dataclass(frozen=True, slots=True)
class Address:
    """One kind of resource; the fields are explained in the TOML.

    `kind` is the first word of the `uri` after the scheme, `variable` the name in braces, or "".
    """

    uri: str
    title: str
    description: str
    kind: str
    variable: str
    priority: float
    tool: str = ""
    live: bool = False

    def of(self, value: str) -> str:
        """Return the address with `value` in place of its variable."""
        return self.uri.replace("{" + self.variable + "}", value)


@dataclass(frozen=True, slots=True)
class Place:
    """One resource: its `address` and what stands for the variable there, written as we do."""

    address: Address
    value: str = ""

    @property
    def uri(self) -> str:
        """Return the one way we write its address."""
        return self.address.of(self.value)

    @property
    def arguments(self) -> dict[str, object]:
        """Return the arguments for the tool whose answer it is."""
        return {self.address.variable: self.value} if self.value else {}


@cache
def addresses() -> Mapping[str, Address]:
    """Return the addresses by kind."""
    raw = tomllib.loads((prompts_root() / "resources" / "addresses.toml").read_text("utf-8"))
    found: dict[str, Any] = {}
    for uri, entry in raw.items():
        kind, _, rest = uri.removeprefix("bq://").partition("/")
        own = {"uri": uri, "kind": kind, "variable": rest.strip("{}")}
        found[kind] = {**entry, **own}
    return TypeAdapter(dict[str, Address]).validate_python(found)


def split(uri: str) -> tuple[str, str] | None:
    """Return the kind and the value in a uri, "" without one; None where it is no uri of ours."""
    found = _URI.fullmatch(uri)
    return (found[1], found[2] or "") if found else None
