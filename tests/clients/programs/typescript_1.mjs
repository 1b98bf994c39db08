// The TypeScript SDK 1.x.

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { answer, countLists, headers, makeCalls, report, resource, server, url } from "./task.mjs";

const transport = url
  ? new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } })
  : new StdioClientTransport(server);
const setProtocolVersion = transport.setProtocolVersion?.bind(transport);
let era;
transport.setProtocolVersion = (version) => { era = version; setProtocolVersion?.(version); };
const client = new Client({ name: "try", version: "0" });
await client.connect(transport);
const { tools } = await client.listTools();
report({
  era,
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
