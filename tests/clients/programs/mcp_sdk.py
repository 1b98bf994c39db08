"""`mcp.Client`, the Python SDK: `mode` is `auto` (it probes first) or `legacy`."""

import anyio
from mcp import Client
from streams import open_streams
from task import MODE, RESOURCE, answer, count_lists, make_calls, report


async def main():
    async with Client(open_streams(), mode=MODE) as client:

        async def call(name, arguments):
            result = await client.call_tool(name, arguments)
            return answer(result.content[0].text, result.is_error)

        report(
            era=client.protocol_version,
            tools=[tool.name for tool in (await client.list_tools()).tools],
            lists=await count_lists(
                prompts=client.list_prompts,
                resources=client.list_resources,
                templates=client.list_resource_templates,
                texts=lambda: client.read_resource(RESOURCE),
            ),
            answers=await make_calls(call),
        )


anyio.run(main)
