"""`fastmcp.Client`, made from the configuration that desktop hosts use."""

import anyio
from fastmcp import Client
from task import (
    ARGUMENTS,
    COMMAND,
    ENV,
    HEADERS,
    RESOURCE,
    URL,
    answer,
    count_lists,
    make_calls,
    report,
)


async def main():
    server = {"command": COMMAND, "args": ARGUMENTS, "env": ENV}
    if URL:
        server = {"url": URL, "headers": HEADERS}
    async with Client({"mcpServers": {"bq": server}}) as client:

        async def call(name, arguments):
            result = await client.call_tool(name, arguments, raise_on_error=False)
            return answer(result.content[0].text, result.is_error)

        report(
            era=client.session.protocol_version,
            tools=[tool.name for tool in await client.list_tools()],
            lists=await count_lists(
                prompts=client.list_prompts,
                resources=client.list_resources,
                templates=client.list_resource_templates,
                texts=lambda: client.read_resource(RESOURCE),
            ),
            answers=await make_calls(call),
        )


anyio.run(main)
