"""An agent of `openai-agents` with strict schemas, whose model is a script."""

import asyncio
import json

from agents import Agent, ModelResponse, Runner, ToolCallOutputItem, Usage, set_tracing_disabled
from agents.mcp import MCPServerStdio, MCPServerStreamableHttp
from agents.models.interface import Model
from openai.types.responses import (
    ResponseFunctionToolCall,
    ResponseOutputMessage,
    ResponseOutputText,
)
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


class Script(Model):
    """Makes one call a turn, then says that it is done; keeps the tools it was offered."""

    def __init__(self):
        self.calls = list(CALLS.items())
        self.tools = []

    async def get_response(self, system_instructions, input, model_settings, tools, *_, **__):
        self.tools = tools
        return ModelResponse(output=[self.turn()], usage=Usage(), response_id=None)

    def turn(self):
        if self.calls:
            key, (name, arguments) = self.calls.pop(0)
            text = json.dumps(arguments)
            return ResponseFunctionToolCall(
                type="function_call", call_id=key, name=name, arguments=text
            )
        text = ResponseOutputText(type="output_text", text="done", annotations=[])
        return ResponseOutputMessage(
            id="m", type="message", role="assistant", status="completed", content=[text]
        )

    def stream_response(self, *_, **__):
        raise NotImplementedError


def check_strict(tool):
    if not tool.strict_json_schema:
        raise ValueError("not strict")


async def main():
    set_tracing_disabled(True)
    # No limit is given: its own five seconds hold.
    offered = MCPServerStdio({"command": COMMAND, "args": ARGUMENTS, "env": ENV})
    if URL:
        offered = MCPServerStreamableHttp({"url": URL, "headers": HEADERS})
    async with offered as server:
        model = Script()
        strict = {"convert_schemas_to_strict": True}
        agent = Agent(name="a", model=model, mcp_servers=[server], mcp_config=strict)
        result = await Runner.run(agent, "go", max_turns=len(CALLS) + 1)
        outputs = [item.output for item in result.new_items if isinstance(item, ToolCallOutputItem)]
        texts = [output["text"] if isinstance(output, dict) else output for output in outputs]
        report(
            era=server.session.protocol_version,
            tools=[tool.name for tool in await server.list_tools()],
            **convert_each(check_strict, model.tools),
            lists=await count_lists(
                prompts=server.list_prompts,
                resources=server.list_resources,
                templates=server.list_resource_templates,
                texts=lambda: server.read_resource(RESOURCE),
            ),
            answers={name: answer(text, None) for name, text in zip(CALLS, texts, strict=True)},
        )


asyncio.run(main())
