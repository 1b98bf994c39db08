"""Carry out one tool call: arguments, client, view; every failure becomes an answer.

A composite is such a call whose replies are several, asked at once.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial

import anyio

from ..client import Client, Clock, Limits, Reply, Tally, in_worker
from ..composites import Ask, Heard
from ..errors import (
    BackQuantError,
    MissingKeyError,
    NoDataError,
    UnauthorizedError,
    VanishedToolError,
)
from ..views import Answer, Detail, Question
from .arguments import Prepared
from .choices import closed_choices, expiry_choices
from .inventory import CompositeTool, Inventory, Tool
from .listed import refuse_unlisted
from .pace import lifetime_of


class Desk:
    """Answers tool calls against one client.

    `why_no_key` says why there is no key, "" where there is one; without one only public endpoints
    are asked. `see_version` is told the version of each reply, `see_key` whether upstream accepted
    the key, each time it shows.
    """

    def __init__(
        self,
        client: Client,
        clock: Clock,
        see_version: Callable[[str | None], None],
        *,
        why_no_key: str = "",
        see_key: Callable[[bool], None] | None = None,
    ) -> None:
        self._client = client
        self._see_key = see_key
        self._see_version = see_version
        self._why_no_key = why_no_key
        self._clock = clock

    async def call(
        self, tool: Tool, arguments: Mapping[str, object], inventory: Inventory
    ) -> Answer:
        """Return the answer to one call; errors a caller can act on are answers too."""
        tally, deadline = self._client.tally(), self._client.deadline()
        now = self._clock.now()
        ignored: tuple[str, ...] = ()
        try:
            prepared = tool.checker.prepare(arguments, now)
            ignored = prepared.ignored
            if isinstance(tool, CompositeTool):
                prepared = replace(prepared, query=tool.composite.filled(prepared.query, now))
                await refuse_unlisted(tool, prepared, inventory, self._client, now)
                heard = await self._heard(tool, prepared, inventory, tally, now)
                size, work = _size(heard), partial(self._joint, tool, prepared, heard, inventory)
            else:
                reply = await self._reply(tool, prepared, inventory, tally, now)
                size, work = reply.size, partial(self._answer, tool, prepared, reply, inventory)
            answer = await in_worker(size, work, deadline=deadline)
        except BackQuantError as error:
            answer = self.refuse(tool.name, error, inventory)
        return _accounted(answer, self._client.limits, tally, ignored)

    async def _reply(
        self, tool: Tool, prepared: Prepared, inventory: Inventory, tally: Tally, now: datetime
    ) -> Reply:
        """Return the reply to one checked call of an endpoint.

        Raises:
            BackQuantError: as the client, or what needs no request to be known.
        """
        if self._why_no_key and not tool.hint.public:
            raise MissingKeyError(self._why_no_key)
        await refuse_unlisted(tool, prepared, inventory, self._client, now)
        lifetime = lifetime_of(tool, prepared.query, now)
        try:
            reply = await self._client.get(prepared.path, prepared.pairs, lifetime, tally)
        except UnauthorizedError:
            self._judge_key(tool, accepted=False)
            raise
        except NoDataError:
            self._judge_key(tool, accepted=True)
            raise
        self._judge_key(tool, accepted=True)
        self._see_version(reply.envelope.meta.version)
        return reply

    def _judge_key(self, tool: Tool, *, accepted: bool) -> None:
        # Public endpoints answer whatever the key.
        if self._see_key is not None and not tool.hint.public:
            self._see_key(accepted)

    async def _heard(
        self,
        tool: CompositeTool,
        prepared: Prepared,
        inventory: Inventory,
        tally: Tally,
        now: datetime,
    ) -> list[Heard]:
        """Return what upstream says to the questions of a composite, put at once, in their order.

        Raises:
            BackQuantError: no question has a reply; the first failure, one with data before none.
        """

        async def hear(place: int, ask: Ask) -> None:
            if part := tool.parts.get(ask.path):
                try:
                    asked = part.checker.prepare(ask.query, now)
                    said = await self._reply(part, asked, inventory, tally, now)
                except BackQuantError as error:
                    heard[place] = Heard(ask, failure=error)
                else:
                    question = _question(part, asked, prepared.detail, inventory)
                    heard[place] = Heard(ask, question, said)

        asks = list(tool.composite.questions(prepared.query))
        heard = [Heard(ask) for ask in asks]
        async with anyio.create_task_group() as tasks:
            for place, ask in enumerate(asks):
                tasks.start_soon(hear, place, ask)
        if not any(one.reply for one in heard):
            failures = [one.failure for one in heard if one.failure]
            missing = VanishedToolError(asks[0].path)
            raise min(failures, key=lambda error: isinstance(error, NoDataError), default=missing)
        return heard

    async def choices(
        self, tool: Tool, name: str, given: Mapping[str, object], lister: Tool | None
    ) -> list[str]:
        """Return what may be written for one parameter, [] where that is not known.

        `lister` lists its values, where a tool does; `given` are arguments beside it.
        """
        form = tool.checker.forms[name]
        if lister is None:
            return closed_choices(form)
        may_ask = not self._why_no_key or lister.hint.public
        now = self._clock.now()
        return await expiry_choices(form, lister, given, self._client, now, may_ask=may_ask)

    def refuse(self, tool: str, error: BackQuantError, inventory: Inventory) -> Answer:
        """Return the answer to a call that cannot be carried out."""
        from ..views.error import render_error

        known = inventory.tools.get(tool)
        return render_error(
            error,
            tool=tool,
            simulated=self.is_simulated(inventory),
            tool_names=inventory.names,
            instead=known.hint.instead if known else (),
        )

    def _answer(self, tool: Tool, prepared: Prepared, reply: Reply, inventory: Inventory) -> Answer:
        # What renders is imported with the first answer: listing tools does not need it.
        from ..views.answer import render

        question = _question(tool, prepared, prepared.detail, inventory)
        return render(question, reply, reply.server_now(self._clock.monotonic()))

    def _joint(
        self, tool: CompositeTool, prepared: Prepared, heard: list[Heard], inventory: Inventory
    ) -> Answer:
        from ..composites.answer import render

        question = _question(tool, prepared, prepared.detail, inventory)
        return render(question, heard, self._clock.monotonic())

    def is_simulated(self, inventory: Inventory) -> bool:
        """Decide whether a sandbox answers: by the client's replies so far, or by the catalog."""
        return self._client.simulated or inventory.catalog.simulated


def _question(tool: Tool, prepared: Prepared, detail: Detail, inventory: Inventory) -> Question:
    return Question(
        tool=tool.name,
        endpoint=tool.endpoint,
        hint=tool.hint,
        query=prepared.query,
        detail=detail,
        tool_names=inventory.names,
    )


def _size(heard: Iterable[Heard]) -> int:
    return sum(one.reply.size for one in heard if one.reply)


def _accounted(answer: Answer, limits: Limits, tally: Tally, ignored: tuple[str, ...]) -> Answer:
    """Return the answer with the limits, what it took, and the arguments a client had added."""
    account = {"spent": tally.spent(), "ignored": list(ignored)}
    told = {name: value for name, value in account.items() if value}
    return replace(answer, meta={**limits.stated(), **answer.meta, **told})
