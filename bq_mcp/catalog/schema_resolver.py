"""Fold the JSON Schemas of a document into plain ones, without references or unions."""

from collections.abc import Mapping
from itertools import islice
from typing import Any

from .reading import Reading

RawSchema = Mapping[str, Any]

_MAX_DEPTH = 8
_MAX_KEYS = 64
_MAX_MEMBERS = 64
_MAX_VALUES = 1_000
_REF_LIMIT = 256
_FOLDED = ("$ref", "allOf", "anyOf", "oneOf")


class SchemaResolver:
    """Resolves the references of one document.

    Each reference is followed once and remembered, so that schemas that refer to themselves, or
    to each other many times over, cost no more than their text; `reading` bounds that.
    """

    def __init__(self, document: RawSchema, reading: Reading) -> None:
        self._document = document
        self._reading = reading
        self._folded: dict[str, RawSchema] = {}

    def resolve(self, node: object) -> object:
        """Return what a local `$ref` points at; a foreign or endless one gives None."""
        for _ in range(_MAX_DEPTH):
            if not (isinstance(node, Mapping) and isinstance(node.get("$ref"), str)):
                return node
            node = self._target(node["$ref"])
        return None

    def fold(self, schema: object, depth: int = _MAX_DEPTH) -> RawSchema:
        """Return `schema` as one flat schema; what is stated beside a reference wins over it."""
        if not isinstance(schema, Mapping) or depth == 0:
            return {}
        self._reading.spend(1)
        plain: RawSchema = {
            key: value
            for key, value in islice(schema.items(), _MAX_KEYS)
            if key not in _FOLDED and value is not None
        }
        if isinstance(ref := schema.get("$ref"), str):
            plain = {**self._referenced(ref, depth), **plain}
        for member in self._members(schema, "allOf", depth):
            plain = {**member, **plain}
        for key in ("anyOf", "oneOf"):
            members = self._members(schema, key, depth)
            plain = {**_union([m for m in members if m.get("type") != "null"]), **plain}
        if "items" in plain:
            plain = {**plain, "items": self.fold(plain["items"], depth - 1)}
        return plain

    def _members(self, schema: RawSchema, key: str, depth: int) -> list[RawSchema]:
        listed = schema.get(key)
        if not isinstance(listed, list):
            return []
        return [self.fold(member, depth - 1) for member in listed[:_MAX_MEMBERS]]

    def _referenced(self, ref: str, depth: int) -> RawSchema:
        if ref not in self._folded:
            self._folded[ref] = {}
            self._folded[ref] = self.fold(self._target(ref), depth - 1)
        return self._folded[ref]

    def _target(self, ref: str) -> object:
        if not ref.startswith("#/") or len(ref) > _REF_LIMIT:
            return None
        target: object = self._document
        for step in ref[2:].split("/"):
            key = step.replace("~1", "/").replace("~0", "~")
            target = target.get(key) if isinstance(target, Mapping) else None
        return target


def _union(members: list[RawSchema]) -> RawSchema:
    """Return the loosest reading of several alternatives: every value, every type."""
    if len(members) <= 1:
        return members[0] if members else {}
    if not all(members):
        return {"type": "string"}
    arrays = [member for member in members if member.get("type") == "array"]
    if arrays:
        return arrays[0]
    if all(isinstance(_values(member), list) for member in members):
        values = [value for member in members for value in _values(member)]
        return {"type": _types(members), "enum": values[:_MAX_VALUES]}
    return {"type": _types(members)}


def _values(member: RawSchema) -> Any:
    return [member["const"]] if "const" in member else member.get("enum")


def _types(members: list[RawSchema]) -> list[Any]:
    stated = (member.get("type", "string") for member in members)
    return [name for kind in stated for name in (kind if isinstance(kind, list) else [kind])]
