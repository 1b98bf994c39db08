"""`bq-mcp tools` and `bq-mcp call`."""

import json
import sys
from typing import Any

import anyio

from ..compose import Service
from ..tools import Tool, UnknownToolError
from .console import REMOTE_WAIT_S, open_service, run
from .exits import UsageFault, say

# Measured on the 62 tools with o200k; the estimator of answers errs high, and on JSON by half.
_LISTING_CHARACTERS_PER_TOKEN = 3.85


def list_tools(*, as_json: bool, sandbox: bool) -> None:
    """Print what is offered and its cost."""
    service = open_service(sandbox=sandbox)
    run(_with_catalog, service)
    offered = list(service.toolbox.inventory.tools.values())
    if as_json:
        say(json.dumps([listing(tool) for tool in offered], ensure_ascii=False, indent=1))
        return
    costs = {tool.name: listing_cost(tool) for tool in offered}
    width = max(map(len, costs))
    for tool in offered:
        say(f"{tool.name:<{width}}  {costs[tool.name]:>5}  {tool.title}")
    say(f"{len(offered)} tools, about {sum(costs.values()):,} tokens to list")


def call_tool(name: str, pairs: list[str], *, detail: str | None, sandbox: bool) -> None:
    """Print the answer to one call."""
    arguments = read_arguments(pairs)
    service = open_service(sandbox=sandbox)
    answer = run(_ask, service, name, arguments, detail)
    say(answer.text)
    sys.exit(1 if answer.is_error else 0)


def listing(tool: Tool) -> dict[str, Any]:
    """Return what a model is shown of a tool."""
    return {
        "name": tool.name,
        "description": tool.description,
        "inputSchema": tool.input_schema,
    }


def listing_cost(tool: Tool) -> int:
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
            tool = service.toolbox.inventory.tools.get(name)
            arguments[tool.endpoint.detail_name if tool else "detail"] = detail
        try:
            return await service.toolbox.call(name, arguments)
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
