"""The records everything else derives from: what the API offers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Scalar = str | int | float | bool
ParamType = Literal["string", "integer", "number", "boolean", "array"]
Source = Literal["live", "openapi", "disk", "snapshot"]


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter of an endpoint, as upstream spells it.

    `item_enum` are the members of an array parameter. `minimum` and `maximum` are inclusive,
    `exclusive_*` are not; `pattern` and `format` are upstream's, checked here but never offered.
    """

    name: str
    location: Literal["query", "path"] = "query"
    type: ParamType = "string"
    required: bool = False
    description: str = ""
    enum: tuple[Scalar, ...] = ()
    item_enum: tuple[Scalar, ...] = ()
    item_type: Literal["string", "integer", "number"] = "string"
    default: Scalar | None = None
    minimum: float | None = None
    maximum: float | None = None
    exclusive_minimum: float | None = None
    exclusive_maximum: float | None = None
    pattern: str | None = None
    format: str | None = None
    explode: bool = False


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One GET operation; `path` is relative to the version prefix, as `/gex/levels`."""

    path: str
    tag: str = ""
    summary: str = ""
    description: str = ""
    params: tuple[Param, ...] = ()

    def param(self, name: str) -> Param | None:
        """Return the parameter called `name`, None where there is none."""
        return next((param for param in self.params if param.name == name), None)

    @property
    def detail_name(self) -> str:
        """What our own argument `detail` is called here: a parameter of the endpoint goes first."""
        name = "detail"
        while self.param(name):
            name = f"answer_{name}"
        return name


@dataclass(frozen=True, slots=True)
class Catalog:
    """All endpoints in path order, where they were read, and what was dropped on the way.

    `live_size` is how many endpoints upstream's own list had when it was last read, which the copy
    on disk remembers; 0 where it never was.
    """

    endpoints: tuple[Endpoint, ...]
    source: Source
    version: str | None = None
    simulated: bool = False
    live_size: int = 0
    warnings: tuple[str, ...] = field(default=())

    def by_path(self) -> Mapping[str, Endpoint]:
        """Return the endpoints keyed by path."""
        return {endpoint.path: endpoint for endpoint in self.endpoints}
