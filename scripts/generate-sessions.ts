// Fills a state directory with past sessions as the daemon writes them, through its own journal: fast, and the same for the same numbers.
//   node scripts/run.mjs scripts/generate-sessions.ts --sessions 100000 --state-dir DIR [--turns N] [--workspace DIR] [--no-search]
import { parseArgs } from 'node:util';
import { generateSessions } from './generate-sessions/write-sessions.ts';

const usage = `usage: node scripts/run.mjs scripts/generate-sessions.ts --sessions N --state-dir DIR [options]
  --turns N         turns of each session (default: as people have them, mostly one or two)
  --workspace DIR   the workspace root they live in (default: the current directory)
  --no-search       leaves the full-text index to the daemon, which makes it at its next start`;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      sessions: { type: 'string' },
      turns: { type: 'string' },
      'state-dir': { type: 'string' },
      workspace: { type: 'string', default: process.cwd() },
      'no-search': { type: 'boolean', default: false },
    },
  });
  const count = Number(values.sessions);
  const stateDir = values['state-dir'];
  if (stateDir === undefined || !Number.isInteger(count) || count < 1 || count > 10_000_000) {
    console.error(`--sessions must be 1–10000000 and --state-dir be given; got ${args.join(' ')}\n${usage}`);
    return 2;
  }
  const turns = values.turns === undefined ? undefined : Number(values.turns);
  if (turns !== undefined && !(Number.isInteger(turns) && turns >= 1 && turns <= 10_000)) {
    console.error(`--turns must be 1–10000; got ${values.turns}\n${usage}`);
    return 2;
  }
  const { workspace, 'no-search': noSearch } = values;
  const startedAt = performance.now();
  const told = (what: string) =>
    console.error(`${what} after ${((performance.now() - startedAt) / 1_000).toFixed(1)} s`);
  await generateSessions({ stateDir, workspace, count, turns, hasSearch: !noSearch, onProgress: told });
  return 0;
}
