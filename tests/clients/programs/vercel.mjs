// Tools of Vercel's `@ai-sdk/mcp` in a run of `ai` whose model is a script.

import { createMCPClient } from "@ai-sdk/mcp";
import { StdioMCPTransport } from "@ai-sdk/mcp/mcp-stdio";
import { generateText, isStepCount } from "ai";
import { MockLanguageModelV4 } from "ai/test";
import { answer, countLists, headers, report, resource, server, task, url } from "./task.mjs";

const calls = Object.entries(task.calls);
const toolCall = ([toolCallId, [toolName, args]]) =>
  ({ type: "tool-call", toolCallId, toolName, input: JSON.stringify(args) });
const usage = { inputTokens: { total: 1 }, outputTokens: { total: 1 } };
let offered = [];
const model = new MockLanguageModelV4({
  // One call a turn, then the end.
  doGenerate: async ({ tools }) => {
    offered = tools;
    const content = [calls.length ? toolCall(calls.shift()) : { type: "text", text: "done" }];
    const unified = content[0].type === "text" ? "stop" : "tool-calls";
    return { content, finishReason: { unified }, usage, warnings: [] };
  },
});

const transport = url ? { type: "http", url, headers } : new StdioMCPTransport(server);
const client = await createMCPClient({ transport });
const tools = await client.tools();
const stopWhen = isStepCount(calls.length + 1);
const run = await generateText({ model, tools, prompt: "go", stopWhen });
// What the model reads of each call: content without a flag, or the text of what was thrown.
const read = ({ toolCallId, output: { type, value } }) =>
  [toolCallId, type === "content" ? answer(value[0].text, null) : answer(`threw ${value}`, true)];
const results = run.responseMessages.filter((message) => message.role === "tool");
report({
  era: client.protocolVersion,
  tools: Object.keys(tools),
  converted: offered.map((tool) => tool.name),
  lists: await countLists({
    prompts: () => client.listPrompts(),
    resources: () => client.listResources(),
    templates: () => client.listResourceTemplates(),
    texts: () => client.readResource({ uri: resource }),
  }),
  answers: Object.fromEntries(results.flatMap((message) => message.content.map(read))),
});
await client.close();
