// The Inspector's command line: a process for each question, and over stdio a server. `mode` is its
// era.

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { answer, countLists, headers, makeCalls, report, resource, task, url } from "./task.mjs";

const program = fileURLToPath(new URL("../node_modules/.bin/mcp-inspector", import.meta.url));
const env = Object.entries(task.env ?? {}).flatMap(([name, value]) => ["-e", `${name}=${value}`]);
const sent = Object.entries(headers ?? {}).flatMap(([name, value]) => ["--header", `${name}: ${value}`]);
const server = url ? [url, "--transport", "http", ...sent] : [...env, ...task.command];
const given = ["--cli", ...server, "--protocol-era", task.mode, "--format", "json"];

// Its result, its exit status (6 when --strict finds an error), what it says on standard error.
function ask(method, ...options) {
  return new Promise((resolve, reject) => {
    const args = [program, ...given, "--method", method, ...options];
    execFile(process.execPath, args, { maxBuffer: 1e8 }, (error, stdout, stderr) => {
      if (!stdout.trim()) reject(new Error(stderr));
      else resolve({ ...JSON.parse(stdout).result, status: error?.code ?? 0, stderr });
    });
  });
}

// A server that ends with its answer keeps nothing for the same question.
if (!url) delete task.calls.again;
const { protocolVersion: era } = await ask("initialize");
const { tools, status, stderr } = await ask("tools/list", "--strict");
const names = tools.map((tool) => tool.name);
report({
  era,
  tools: names,
  converted: status === 0 ? names : [],
  complaints: stderr.trim() ? [stderr.trim()] : [],
  lists: await countLists({
    prompts: () => ask("prompts/list"),
    resources: () => ask("resources/list"),
    templates: () => ask("resources/templates/list"),
    texts: () => ask("resources/read", "--uri", resource),
  }),
  answers: await makeCalls(async (name, args) => {
    const options = ["--tool-name", name, "--tool-args-json", JSON.stringify(args)];
    const result = await ask("tools/call", ...options);
    return answer(result.content[0].text, Boolean(result.isError));
  }),
});
