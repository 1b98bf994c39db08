"""`google-genai` with an MCP session as its tool; a stand-in on loopback plays the model."""

import asyncio
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from google import genai
from google.genai import types
from mcp import ClientSession
from streams import open_streams
from task import CALLS, RESOURCE, answer, count_lists, report


class Model(BaseHTTPRequestHandler):
    """Makes one call a turn, then says that it is done; keeps what it was sent last."""

    calls = list(CALLS.values())
    sent: dict = {"contents": [], "tools": []}

    def do_POST(self):
        self.sent.update(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        part = {"text": "done"}
        if self.calls:
            name, arguments = self.calls.pop(0)
            part = {"functionCall": {"name": name, "args": arguments}}
        content = {"role": "model", "parts": [part]}
        body = json.dumps({"candidates": [{"content": content, "finishReason": "STOP"}]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


async def complaints_of_run(session, port):
    """Let the model make its calls; return what went wrong."""
    address = types.HttpOptions(base_url=f"http://127.0.0.1:{port}")
    model = genai.Client(api_key="none", http_options=address).aio.models
    # A mapping, since a config object would be copied with the session in it, which fails.
    config = {
        "tools": [session],
        "automatic_function_calling": {"maximum_remote_calls": len(CALLS) + 1},
    }
    try:
        await model.generate_content(model="m", contents="go", config=config)
    except Exception as exc:
        return [repr(exc)]
    return []


def read_answers():
    """Return what the model was told of each call; of one that was not made, nothing."""
    parts = [part for turn in Model.sent["contents"] for part in turn["parts"]]
    told = [part["functionResponse"]["response"] for part in parts if "functionResponse" in part]
    answers = {name: answer("", True) for name in CALLS}
    for name, response in zip(CALLS, told, strict=False):
        ((key, result),) = response.items()
        text = result if isinstance(result, str) else result["content"][0]["text"]
        answers[name] = answer(text, key == "error")
    return answers


async def main():
    model = ThreadingHTTPServer(("127.0.0.1", 0), Model)
    Thread(target=model.serve_forever, daemon=True).start()
    async with open_streams() as streams, ClientSession(*streams) as session:
        about = await session.initialize()
        complaints = await complaints_of_run(session, model.server_address[1])
        report(
            era=about.protocol_version,
            tools=[tool.name for tool in (await session.list_tools()).tools],
            converted=[
                one["name"] for tool in Model.sent["tools"] for one in tool["functionDeclarations"]
            ],
            complaints=complaints,
            lists=await count_lists(
                prompts=session.list_prompts,
                resources=session.list_resources,
                templates=session.list_resource_templates,
                texts=lambda: session.read_resource(RESOURCE),
            ),
            answers=read_answers(),
        )


asyncio.run(main())
