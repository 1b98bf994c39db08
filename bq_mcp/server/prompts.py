"""Serve prompts, and complete their arguments and the variables of resource addresses."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from difflib import get_close_matches
from typing import TypeVar

import mcp.types as types
from mcp.server import ServerRequestContext
from mcp.shared.exceptions import MCPError

from ..errors import ArgumentError
from ..guides import topics
from ..logs import Log
from ..text import clean
from ..tools import Offer
from ..tools.search_mode import CALL
from ..workflows import Argument, Reach, Workflow, book, checked, render

_log = Log(__name__)
_LIST_TTL_MS = 3_600_000
_MOST_COMPLETIONS = 100
_NAME_LIMIT = 80
_T = TypeVar("_T")


class Prompts:
    """Answers what clients ask of the prompts, for the tools on offer."""

    def __init__(self, offer: Offer, now: Callable[[], datetime]) -> None:
        self._toolbox = offer.toolbox
        # The tool that calls the others.
        self._through = "" if offer is self._toolbox else CALL
        self._now = now

    async def list_prompts(
        self, _: ServerRequestContext[None], params: types.PaginatedRequestParams | None
    ) -> types.ListPromptsResult:
        """Return all prompts."""
        return types.ListPromptsResult(
            prompts=[_listed(name, workflow) for name, workflow in book().prompts.items()],
            ttl_ms=_LIST_TTL_MS,
            cache_scope="public",
        )

    async def get_prompt(
        self, _: ServerRequestContext[None], params: types.GetPromptRequestParams
    ) -> types.GetPromptResult:
        """Return the text of one prompt, for the tools offered at this moment.

        Raises:
            MCPError: there is no such prompt, or its arguments do not fit.
        """
        workflow = _known("prompt", params.name, book().prompts)
        try:
            given = params.arguments or {}
            values = checked(workflow, book(), given, self._toolbox.at, self._now())
        except ArgumentError as error:
            raise MCPError(types.INVALID_PARAMS, _told(params.name, error)) from error
        # A composite has no path.
        names = {name: name for name in self._toolbox.inventory.tools}
        reach = Reach({**names, **self._toolbox.inventory.names}, self._through)
        text = types.TextContent(type="text", text=render(params.name, values, reach))
        return types.GetPromptResult(
            description=workflow.description,
            messages=[types.PromptMessage(role="user", content=text)],
        )

    async def complete(
        self, _: ServerRequestContext[None], params: types.CompleteRequestParams
    ) -> types.CompleteResult:
        """Return what may be written for an argument, as far as that is known in a second.

        Raises:
            MCPError: there is no such prompt, or it takes no such argument.
        """
        name, typed = params.argument.name, params.argument.value
        if isinstance(params.ref, types.PromptReference):
            taken = _known("prompt", params.ref.name, book().prompts).arguments
            _known("argument", name, dict.fromkeys(taken))
        given = (params.context and params.context.arguments) or {}
        values: list[str] = []
        # Whoever types goes on without a proposal.
        with _log.survive("no completions", argument=clean(name, _NAME_LIMIT)):
            values = await self._choices(name, given)
        return _completed(values, typed)

    async def _choices(self, name: str, given: Mapping[str, str]) -> list[str]:
        if name == "topic":
            return [*topics()]
        argument = book().arguments.get(name)
        if argument is None:
            return []
        choices = await self._toolbox.choices(argument.path, argument.param, given)
        return choices or [*argument.examples]


def _listed(name: str, workflow: Workflow) -> types.Prompt:
    return types.Prompt(
        name=name,
        title=workflow.title,
        description=workflow.description,
        arguments=[
            types.PromptArgument(
                name=argument,
                description=_described(book().arguments[argument]),
                required=argument in workflow.required,
            )
            for argument in workflow.arguments
        ],
    )


def _described(argument: Argument) -> str:
    absent = f"; absent: {argument.default}" if argument.default else ""
    return f"{argument.description}{absent}"


def _told(prompt: str, error: ArgumentError) -> str:
    # As for calls, what renders is imported when it is needed.
    from ..views.error import render_error

    said = render_error(error, tool=prompt, simulated=False).text
    return said.removeprefix("error: ")


def _known(kind: str, name: str, there_are: Mapping[str, _T]) -> _T:
    """Return what has this name.

    Raises:
        MCPError: nothing has it.
    """
    if name in there_are:
        return there_are[name]
    near = get_close_matches(name[:_NAME_LIMIT].lower(), there_are, n=1, cutoff=0.5)
    closest = f"; closest: {near[0]}" if near else ""
    known = ", ".join(there_are) or "none"
    shown = clean(name, _NAME_LIMIT)
    raise MCPError(types.INVALID_PARAMS, f"Unknown {kind}: {shown}{closest}; there are: {known}")


def _completed(values: Iterable[str], typed: str) -> types.CompleteResult:
    """Return the values that begin as typed; of a list in commas the last member is completed."""
    before, comma, last = typed.rpartition(",")
    begun = last.strip().casefold()
    begins = (value for value in values if value.casefold().startswith(begun))
    found = [before + comma + clean(value, _NAME_LIMIT) for value in begins]
    return types.CompleteResult(
        completion=types.Completion(
            values=found[:_MOST_COMPLETIONS],
            total=len(found),
            has_more=len(found) > _MOST_COMPLETIONS,
        )
    )
