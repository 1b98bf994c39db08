"""Tools of the `anthropic` SDK's MCP helpers, as its runner sends and calls them."""

import asyncio

from anthropic.lib.tools import ToolError
from anthropic.lib.tools.mcp import async_mcp_tool
from mcp import ClientSession
from streams import open_streams
from task import RESOURCE, answer, convert_each, count_lists, make_calls, report


async def main():
    async with open_streams() as streams, ClientSession(*streams) as session:
        about = await session.initialize()
        listed = (await session.list_tools()).tools
        tools = {tool.name: async_mcp_tool(tool, session) for tool in listed}

        async def call(name, arguments):
            try:
                blocks, error = await tools[name].call(arguments), False
            except ToolError as exc:
                blocks, error = exc.content, True
            return answer(blocks[0]["text"], error)

        report(
            era=about.protocol_version,
            tools=[tool.name for tool in listed],
            **convert_each(lambda tool: tool.to_dict(), tools.values()),
            lists=await count_lists(
                prompts=session.list_prompts,
                resources=session.list_resources,
                templates=session.list_resource_templates,
                texts=lambda: session.read_resource(RESOURCE),
            ),
            answers=await make_calls(call),
        )


asyncio.run(main())
