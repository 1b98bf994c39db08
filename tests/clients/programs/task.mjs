// What a Node program is asked to do, and how it tells what it found: as in task.py.

export const task = JSON.parse(process.argv[2]);
// Of a server that runs already, `url` and `headers`; of another one, how it is started.
export const { url, headers } = task;
const [command, ...args] = task.command ?? [];
export const server = { command, args, env: task.env };

// `error` is null where the client does not tell errors.
export const answer = (text, error) => ({ text, error });

// Make every call, one after the other; what it throws is an answer too.
export async function makeCalls(call) {
  const answers = {};
  for (const [key, [name, args]] of Object.entries(task.calls)) {
    answers[key] = await call(name, args).catch((error) => answer(`threw ${error}`, true));
  }
  return answers;
}

// A live resource, to be read.
export const resource = "bq://levels/BTC";

// How many prompts, resources, templates or texts of one resource a client gets, or what it throws.
export async function countLists(asks) {
  const counts = {};
  for (const [name, ask] of Object.entries(asks)) {
    const count = (found) => Object.values(found).find(Array.isArray).length;
    counts[name] = await ask().then(count).catch((error) => `threw ${error}`);
  }
  return counts;
}

export const report = (found) => console.log(JSON.stringify(found));
