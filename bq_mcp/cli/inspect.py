"""`bq-mcp tools` and `bq-mcp call`."""

import json
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import anyio

from ..compose import Service
from ..tools import Offered, SearchMode, Toolbox, UnknownToolError
from .console import REMOTE_WAIT_S, open_service, run
from .exits import UsageFault, say

# Measured on the 62 tools with o200k; the estimator of answers errs high, and on JSON by half.
_LISTING_CHARACTERS_PER_TOKEN = 3.85


def list_tools(*, as_json: bool, sandbox: bool, **options: str | None) -> None:
    """Print what is offered, what else could be, and the cost of each."""
    service = open_service(sandbox=sandbox, **options)
    run(_with_catalog, service)
    offered: list[Offered] = [*service.offer.tools.values()]
    if as_json:
        say(json.dumps([listing(tool) for tool in offered], ensure_ascii=False, indent=1))
        return
    width = max(len(tool.name) for tool in offered)
    for tool in offered:
        say(f"{tool.name:<{width}}  {listing_cost(tool):>6,}  {tool.title}")
    say(f"{len(offered)} tools, about {sum(map(listing_cost, offered)):,} tokens to list")
    say("\nchoices:")
    for words, tools in choices(service.toolbox):
        say(f"{words:<{width}}  {sum(map(listing_cost, tools)):>6,}  {len(tools)} tools")


def choices(toolbox: Toolbox) -> Iterator[tuple[str, Sequence[Offered]]]:
    """Yield each way to choose tools, with the tools it offers."""
    every = list(toolbox.inventory.every.values())
    yield "all", every
    yield "--mode search", list(SearchMode(toolbox).tools.values())
    for toolset in sorted({name for tool in every for name in tool.toolsets}):
        yield f"--toolsets {toolset}", [tool for tool in every if toolset in tool.toolsets]


def call_tool(name: str, pairs: list[str], *, detail: str | None, sandbox: bool) -> None:
    """Print the answer to one call."""
    arguments = read_arguments(pairs)
    service = open_service(sandbox=sandbox)
    answer = run(_ask, service, name, arguments, detail)
    say(answer.text)
    sys.exit(1 if answer.is_error else 0)


def listing(tool: Offered) -> dict[str, Any]:
    """Return what a model is shown of a tool."""
    return {
        "name": tool.name,
        "description": tool.description,
        "inputSchema": tool.input_schema,
    }


def listing_cost(tool: Offered) -> int:
    """Return about how many o200k tokens a model spends on being shown a tool."""
    return round(len(_compact(listing(tool))) / _LISTING_CHARACTERS_PER_TOKEN)


def read_arguments(pairs: list[str]) -> dict[str, Any]:
    """Return `name=value` words as arguments; values stay text, the tool reads them.

    Raises:
        UsageFault: a word has no `=` or a name stands twice.
    """
    arguments: dict[str, Any] = {}
    for pair in pairs:
        name, separator, value = pair.partition("=")
        if not separator or not name:
            raise UsageFault(f"{pair!r} is not NAME=VALUE")
        if name in arguments:
            raise UsageFault(f"{name} is given twice")
        arguments[name] = value
    return arguments


async def _ask(service: Service, name: str, arguments: dict[str, Any], detail: str | None) -> Any:
    async with service:
        await _read_catalog(service)
        if detail is not None:
            tool = service.toolbox.tools.get(name)
            arguments[tool.endpoint.detail_name if tool else "detail"] = detail
        search = SearchMode(service.toolbox)
        try:
            return await (search if name in search.tools else service.toolbox).call(name, arguments)
        except UnknownToolError as exc:
            nearest = f"; closest: {exc.closest}" if exc.closest else ""
            raise UsageFault(f"no tool {name!r}{nearest}") from None


async def _with_catalog(service: Service) -> None:
    async with service:
        await _read_catalog(service)


async def _read_catalog(service: Service) -> None:
    """Wait for upstream's catalog and say on standard error which source served."""
    keeper = service.toolbox.keeper
    with anyio.move_on_after(REMOTE_WAIT_S):
        await keeper.refresh()
    reason = f" ({keeper.failure.message or keeper.failure.kind})" if keeper.failure else ""
    say(f"catalog: {keeper.current.source}{reason}", err=True)


def _compact(listed: dict[str, Any]) -> str:
    return json.dumps(listed, ensure_ascii=False, separators=(",", ":"))
