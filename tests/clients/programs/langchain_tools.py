"""Tools of `langchain-mcp-adapters`, and what LangChain makes of them for OpenAI."""

import asyncio

from langchain_core.utils.function_calling import convert_to_openai_tool
from langchain_mcp_adapters.client import MultiServerMCPClient
from langchain_mcp_adapters.server_info import load_mcp_server_info
from langchain_mcp_adapters.tools import load_mcp_tools
from task import (
    ARGUMENTS,
    COMMAND,
    ENV,
    HEADERS,
    RESOURCE,
    URL,
    answer,
    convert_each,
    count_lists,
    make_calls,
    report,
)


async def main():
    server = {"transport": "stdio", "command": COMMAND, "args": ARGUMENTS, "env": ENV}
    if URL:
        server = {"transport": "streamable_http", "url": URL, "headers": HEADERS}
    client = MultiServerMCPClient({"bq": server})
    async with client.session("bq", auto_initialize=False) as session:
        about = await load_mcp_server_info(session)
        tools = {tool.name: tool for tool in await load_mcp_tools(session)}

        async def call(name, arguments):
            asked = {"type": "tool_call", "id": "1", "name": name, "args": arguments}
            message = await tools[name].ainvoke(asked)
            return answer(message.text, message.status == "error")

        report(
            era=about.protocolVersion,
            tools=list(tools),
            **convert_each(lambda tool: convert_to_openai_tool(tool, strict=True), tools.values()),
            lists=await count_lists(
                prompts=session.list_prompts,
                resources=session.list_resources,
                templates=session.list_resource_templates,
                texts=lambda: session.read_resource(RESOURCE),
            ),
            answers=await make_calls(call),
        )


asyncio.run(main())
