// The TypeScript SDK 2.x: `mode` is `auto` (it probes first) or `legacy`, its default.

import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { answer, countLists, headers, makeCalls, report, resource, server, task, url } from "./task.mjs";

const versionNegotiation = { mode: task.mode };
const client = new Client({ name: "try", version: "0" }, { versionNegotiation });
const transport = url
  ? new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } })
  : new StdioClientTransport(server);
await client.connect(transport);
const { tools } = await client.listTools();
report({
  era: client.getNegotiatedProtocolVersion(),
  tools: tools.map((tool) => tool.name),
  lists: await countLists({
    prompts: () => client.listPrompts(),
    resources: () => client.listResources(),
    templates: () => client.listResourceTemplates(),
    texts: () => client.readResource({ uri: resource }),
  }),
  answers: await makeCalls(async (name, args) => {
    const result = await client.callTool({ name, arguments: args });
    return answer(result.content[0].text, Boolean(result.isError));
  }),
});
await client.close();
