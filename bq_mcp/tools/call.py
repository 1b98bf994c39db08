"""Carry out one tool call: arguments, client, view; every failure becomes an answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from ..client import Client, Reply
from ..errors import BackQuantError, MissingKeyError
from ..text import redact
from ..views import Answer, Question, Standing, render, render_error
from .arguments import Prepared
from .inventory import Inventory, Tool

Thresholds = Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Access:
    """Whether calls that need a key can be made, and what must never be printed."""

    has_key: bool
    secrets: tuple[str, ...] = ()
    simulated: bool = False


class Desk:
    """Answers tool calls against one client; `now` gives the local time as aware UTC."""

    def __init__(self, client: Client, access: Access, now: Callable[[], datetime]) -> None:
        self._client = client
        self._access = access
        self._now = now
        self._thresholds: Thresholds = {}

    async def call(
        self, tool: Tool, arguments: Mapping[str, object], inventory: Inventory
    ) -> Answer:
        """Return the answer to one call; errors a caller can act on are answers too."""
        try:
            prepared = tool.doctor.prepare(arguments)
            if not (self._access.has_key or tool.hint.public):
                raise MissingKeyError("no API key is set")
            reply = await self._client.get(prepared.path, prepared.query)
            answer = self._answer(tool, prepared, reply, inventory)
        except BackQuantError as error:
            answer = render_error(
                error,
                tool=tool.name,
                simulated=self.is_simulated(inventory),
                tool_names=inventory.names,
            )
        return self._without_secrets(answer)

    def _answer(self, tool: Tool, prepared: Prepared, reply: Reply, inventory: Inventory) -> Answer:
        self._thresholds = {**self._thresholds, **read_thresholds(reply.envelope.data)}
        question = Question(
            tool=tool.name,
            endpoint=tool.endpoint,
            hint=tool.hint,
            query=prepared.asked,
            detail=prepared.detail,
            tool_names=inventory.names,
        )
        standing = Standing(
            server_now=server_now(reply, self._now()),
            limits=self._thresholds.get(tool.endpoint.tag.lower()),
            burst_left=reply.limits.burst_left,
            quota_left=reply.limits.quota_left,
            quota_limit=reply.limits.quota_limit,
        )
        return render(question, reply.envelope, standing)

    def is_simulated(self, inventory: Inventory) -> bool:
        """Tell whether anything so far has shown that a sandbox answers."""
        return self._access.simulated or self._client.simulated or inventory.catalog.simulated

    def _without_secrets(self, answer: Answer) -> Answer:
        secrets = self._access.secrets
        meta = {
            key: redact(value, *secrets) if isinstance(value, str) else value
            for key, value in answer.meta.items()
        }
        return replace(answer, text=redact(answer.text, *secrets), meta=meta)


def server_now(reply: Reply, now: datetime) -> datetime:
    """Return upstream's clock at the local instant `now`, from the time its reply was built."""
    built = reply.envelope.meta.timestamp
    return now if built is None else now + (built - reply.received_at)


def read_thresholds(data: object) -> Thresholds:
    """Return the healthy and degraded age limits (seconds) by category that a payload states."""
    stated = data.get("thresholds") if isinstance(data, Mapping) else None
    if not isinstance(stated, Mapping):
        return {}
    found: dict[str, tuple[float, float]] = {}
    for category, limits in stated.items():
        if not isinstance(limits, Mapping):
            continue
        pair = (limits.get("healthy_max_seconds"), limits.get("degraded_max_seconds"))
        if all(isinstance(value, int | float) and value > 0 for value in pair):
            found[str(category).lower()] = (float(pair[0] or 0), float(pair[1] or 0))
    return found
