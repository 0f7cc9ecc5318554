import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { nodeBinary } from '../run.mjs';
import type { Bench } from './bench.ts';

const generator = fileURLToPath(new URL('generate-sessions.ts', import.meta.url));
const made = new Map<number, Promise<string>>();

/** A state directory with `count` past sessions, made once a run by a process of its own. */
export function stateWith(bench: Bench, count: number): Promise<string> {
  const known = made.get(count);
  if (known !== undefined) return known;
  const making = generate(bench, count);
  made.set(count, making);
  return making;
}

async function generate(bench: Bench, count: number): Promise<string> {
  const stateDir = bench.newFolder(`state-${count}`);
  const flags = ['--conditions=holdfast-source', '--disable-warning=ExperimentalWarning'];
  const args = [...flags, generator, stateDir, String(count), bench.workspace];
  const child = spawn(nodeBinary(), args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`the generator of sessions exited with code ${code}`);
  return stateDir;
}
