"""What goes into a view and what comes out of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ..catalog.hints import Hint
from ..catalog.model import Endpoint

Detail = Literal["brief", "standard", "full", "raw"]


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked: the endpoint, its hint, and the query as it went over the wire.

    `tool_names` maps the path of every endpoint on offer to the name of its tool.
    """

    tool: str
    endpoint: Endpoint
    hint: Hint
    query: Mapping[str, object]
    detail: Detail
    tool_names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Standing:
    """What the client knows beside the reply.

    `server_now` is corrected for clock skew. `overdue`: upstream had nothing newer though its next
    refresh was due. `failure` names why an older answer is given instead of a new one, as the
    `kind` of an error, and `retry_after` the seconds until asking again may help. `limits` are
    the healthy and the degraded age of this category in seconds, as upstream's own status states
    them. `quota_*` count the calls of the month, `burst_*` those of the minute. `cache` says how
    the answer was come by.
    """

    server_now: datetime
    overdue: bool = False
    failure: str | None = None
    retry_after: float | None = None
    cache: str = ""
    limits: tuple[float, float] | None = None
    burst_limit: int | None = None
    burst_left: int | None = None
    quota_left: int | None = None
    quota_limit: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The text an agent reads and its machine-readable twin, which is ready for JSON."""

    text: str
    meta: Mapping[str, object]
    is_error: bool = False
