import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeBinary } from '../run.mjs';
import type { Bench } from './bench.ts';

const generator = fileURLToPath(new URL('../generate-sessions.ts', import.meta.url));
const made = new Map<string, Promise<string>>();

/** A state directory with `count` past sessions, of `turns` each where that is given, made once a run by a process of its own. */
export function stateWith(bench: Bench, count: number, turns?: number): Promise<string> {
  const name = `${count}×${turns}`;
  const known = made.get(name);
  if (known !== undefined) return known;
  const making = generate(bench, count, turns);
  made.set(name, making);
  return making;
}

async function generate(bench: Bench, count: number, turns?: number): Promise<string> {
  const { statesDir } = bench.options;
  const kept = statesDir && join(statesDir, turns === undefined ? `${count}` : `${count}-of-${turns}`);
  if (kept !== undefined && existsSync(kept)) return kept;
  // Under its name only when it is whole.
  const stateDir = kept === undefined ? bench.newFolder(`state-${count}`) : `${kept}.partial`;
  const flags = ['--conditions=holdfast-source', '--disable-warning=ExperimentalWarning'];
  const args = [
    ...flags,
    generator,
    '--sessions',
    String(count),
    '--state-dir',
    stateDir,
    '--workspace',
    bench.workspace,
    ...(turns === undefined ? [] : ['--turns', String(turns)]),
  ];
  const child = spawn(nodeBinary(), args, { stdio: ['ignore', 'ignore', 'ignore'] });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`the generator of sessions exited with code ${code}`);
  if (kept === undefined) return stateDir;
  renameSync(stateDir, kept);
  return kept;
}
