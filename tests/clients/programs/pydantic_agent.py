"""An agent of `pydantic-ai` whose model is a script; schemas as OpenAI and Google get them."""

import asyncio

from fastmcp.client.transports import StdioTransport, StreamableHttpTransport
from pydantic_ai import Agent
from pydantic_ai.mcp import MCPToolset
from pydantic_ai.messages import ModelResponse, TextPart, ToolCallPart, ToolReturnPart
from pydantic_ai.models.function import FunctionModel
from pydantic_ai.profiles.google import GoogleJsonSchemaTransformer
from pydantic_ai.profiles.openai import OpenAIJsonSchemaTransformer
from task import (
    ARGUMENTS,
    CALLS,
    COMMAND,
    ENV,
    HEADERS,
    RESOURCE,
    URL,
    answer,
    convert_each,
    count_lists,
    report,
)


def convert(tool):
    for transformer in (OpenAIJsonSchemaTransformer, GoogleJsonSchemaTransformer):
        transformer(tool.parameters_json_schema, strict=None).walk()


async def main():
    calls, tools = list(CALLS.values()), []

    def one_call_a_turn(messages, info):
        tools[:] = info.function_tools
        return ModelResponse([ToolCallPart(*calls.pop(0)) if calls else TextPart("done")])

    transport = StdioTransport(COMMAND, ARGUMENTS, env=ENV)
    if URL:
        transport = StreamableHttpTransport(URL, headers=HEADERS)
    async with MCPToolset(transport) as toolset:
        agent = Agent(FunctionModel(one_call_a_turn), toolsets=[toolset])
        result = await agent.run("go")
        parts = [part for message in result.all_messages() for part in message.parts]
        returns = [part for part in parts if isinstance(part, ToolReturnPart)]
        report(
            era=toolset.client.session.protocol_version,
            tools=[tool.name for tool in await toolset.list_tools()],
            **convert_each(convert, tools),
            lists=await count_lists(
                prompts=toolset.client.list_prompts,
                resources=toolset.client.list_resources,
                templates=toolset.client.list_resource_templates,
                texts=lambda: toolset.client.read_resource(RESOURCE),
            ),
            answers={
                name: answer(str(part.content), part.outcome != "success")
                for name, part in zip(CALLS, returns, strict=True)
            },
        )


asyncio.run(main())
