"""The table of routes, read from `routes.toml`: one declaration for each route of the API."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from inspect import Parameter
from typing import Annotated, Any, Literal

from fastapi import Path, Query

_CADENCES = {"none": None, "tape": 1, "live": 30, "minute": 60, "stored": 300, "daily": 86_400}
"""Seconds between two computations of what a route serves; None where there are no figures."""

_TYPES = {"str": str, "int": int, "float": float, "bool": bool}


@dataclass(frozen=True)
class Route:
    """One route, relative to the prefix; its parameters are named as on the wire.

    `answer` names a function below `bq_mcp.sandbox.answers` that turns an `Asked` into an `Answer`;
    a name, because numpy is slow to import and a catalog needs none.
    """

    path: str
    tags: tuple[str, ...]
    summary: str
    description: str
    answer: str
    params: tuple[Parameter, ...]
    cadence: int | None
    published: bool
    keyed: bool


def _table() -> tuple[Route, ...]:
    text = files("bq_mcp.sandbox").joinpath("routes.toml").read_text("utf-8")
    table = tomllib.loads(text)
    return tuple(_route(row, table["params"]) for row in table["routes"])


def _route(row: Mapping[str, Any], params: Mapping[str, Mapping[str, Any]]) -> Route:
    return Route(
        path=row["path"],
        tags=tuple(row["tags"]),
        summary=row["summary"],
        description=row["description"],
        answer=row["answer"],
        params=tuple(_parameter(key, **params[key]) for key in row.get("params", ())),
        cadence=_CADENCES[row.get("cadence", "live")],
        published=row.get("published", False),
        keyed=row.get("keyed", True),
    )


def _parameter(key: str, *, type: str, text: str, **declared: Any) -> Parameter:
    enum, default = declared.pop("enum", None), declared.pop("default", None)
    in_path = declared.pop("in", "query") == "path"
    required = declared.pop("required", in_path)
    kind: Any = Literal[tuple(enum)] if enum else _TYPES[type]
    if default is None and not required:
        kind = kind | None
    said = (Path if in_path else Query)(description=text, **declared)
    return Parameter(
        key.partition(":")[0],
        Parameter.KEYWORD_ONLY,
        annotation=Annotated[kind, said],
        default=Parameter.empty if required else default,
    )


ROUTES = _table()
