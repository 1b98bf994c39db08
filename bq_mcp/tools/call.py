"""Carry out one tool call: arguments, client, view; every failure becomes an answer."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from ..client import Client, Clock, Limits, Reply, Tally, in_worker
from ..errors import BackQuantError, MissingKeyError
from ..views import Answer, Question
from .arguments import Prepared
from .choices import closed_choices, expiry_choices
from .inventory import Inventory, Tool
from .listed import refuse_unlisted
from .pace import lifetime_of


class Desk:
    """Answers tool calls against one client.

    `why_no_key` says why there is no key, "" where there is one; without one only public endpoints
    are asked. `see_version` is told the version of each reply.
    """

    def __init__(
        self,
        client: Client,
        clock: Clock,
        see_version: Callable[[str | None], None],
        *,
        why_no_key: str = "",
    ) -> None:
        self._client = client
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
            if self._why_no_key and not tool.hint.public:
                raise MissingKeyError(self._why_no_key)
            await refuse_unlisted(tool, prepared, inventory, self._client, now)
            lifetime = lifetime_of(tool, prepared.query, now)
            reply = await self._client.get(prepared.path, prepared.pairs, lifetime, tally)
            self._see_version(reply.envelope.meta.version)
            work = partial(self._answer, tool, prepared, reply, inventory)
            answer = await in_worker(reply.size, work, deadline=deadline)
        except BackQuantError as error:
            refusal = self.refuse(tool.name, error, inventory)
            return _accounted(refusal, self._client.limits, tally, ignored)
        return _accounted(answer, reply.limits, tally, ignored)

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

        question = Question(
            tool=tool.name,
            endpoint=tool.endpoint,
            hint=tool.hint,
            query=prepared.query,
            detail=prepared.detail,
            tool_names=inventory.names,
        )
        return render(question, reply, reply.server_now(self._clock.monotonic()))

    def is_simulated(self, inventory: Inventory) -> bool:
        """Decide whether a sandbox answers: by the client's replies so far, or by the catalog."""
        return self._client.simulated or inventory.catalog.simulated


def _accounted(answer: Answer, limits: Limits, tally: Tally, ignored: tuple[str, ...]) -> Answer:
    """Return the answer with the limits, what it took, and the arguments a client had added."""
    account = {"spent": tally.spent(), "ignored": list(ignored)}
    told = {name: value for name, value in account.items() if value}
    return replace(answer, meta={**limits.stated(), **answer.meta, **told})
