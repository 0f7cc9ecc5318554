import { execFile, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sqliteMedium } from '../../testing/sqlite-medium.ts';
import type { JournalSync } from './sync-policy.ts';

const program = fileURLToPath(new URL('../../testing/syncing-child.ts', import.meta.url));
const flags = ['--conditions=holdfast-source', '--disable-warning=ExperimentalWarning'];
const traced = 'pwrite64,pwritev,write,fsync,fdatasync';

/** Why the calls cannot be watched here; undefined where they can. */
const whyNoStrace: string | undefined = (() => {
  if (process.platform !== 'linux') return 'strace is for Linux';
  const { error, status, stderr } = spawnSync('strace', ['-f', '-e', 'trace=none', process.execPath, '-v']);
  if (error !== undefined) return 'strace is not installed';
  return status === 0 ? undefined : `strace may not watch here: ${stderr}`;
})();
const watched = (name: string) => (whyNoStrace === undefined ? name : `${name} [skipped: ${whyNoStrace}]`);

interface Call {
  readonly thread: string;
  readonly name: string;
  /** What it was given, as strace prints it. */
  readonly given: string;
  /** Its place among all beginnings and ends of calls. */
  readonly beganAt: number;
  readonly endedAt: number;
}

/** The calls of a run, in the order they began. */
function callsIn(trace: string): readonly Call[] {
  const open = new Map<string, { name: string; given: string; beganAt: number }>();
  const calls: Call[] = [];
  for (const [at, line] of trace.split('\n').entries()) {
    const [, thread = '', rest = ''] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    const [, name, given = ''] = /^(\w+)\((.*)$/.exec(rest) ?? [];
    if (name !== undefined && rest.endsWith('<unfinished ...>'))
      open.set(thread, { name, given, beganAt: at });
    else if (name !== undefined) calls.push({ thread, name, given, beganAt: at, endedAt: at });
    const begun = open.get(thread);
    if (!rest.startsWith('<... ') || begun === undefined) continue;
    calls.push({ thread, ...begun, endedAt: at });
    open.delete(thread);
  }
  return calls.sort((one, other) => one.beganAt - other.beganAt);
}

const isPageWrite = ({ name, given }: Call) => name.startsWith('pwrite') && given.includes('.db>');
const isSync = ({ name }: Call) => name === 'fsync' || name === 'fdatasync';

async function run(sync: JournalSync) {
  const medium = await sqliteMedium();
  onTestFinished(() => medium.dispose());
  const trace = `${medium.directory}/trace`;
  // -y names the file behind each descriptor.
  const options = ['-f', '-y', '-s', '40', '-o', trace, '-e', `trace=${traced}`, '-e', 'signal=none'];
  await promisify(execFile)('strace', [...options, process.execPath, ...flags, program, medium.path, sync]);
  const calls = callsIn(await readFile(trace, 'utf8'));
  const said = calls.filter(
    ({ name, given }) => name === 'write' && /^1<.*"(open|closing|ack|str)/.test(given),
  );
  const loopThread = said[0]?.thread;
  const logWrites = calls.filter(({ name, given }) => name.startsWith('pwrite') && given.includes('-wal>'));
  const between = (from: Call | undefined, to: Call | undefined) => (call: Call) =>
    call.beganAt > (from?.beganAt ?? 0) && call.beganAt < (to?.beganAt ?? 0);
  return { calls, said, loopThread, logWrites, between };
}

describe.skipIf(whyNoStrace !== undefined)('the system calls of a journal', () => {
  it.each(['acks', 'full', 'normal'] as const)(
    watched('show under %s that what must be synced is before it is answered, and never by the event loop'),
    async (sync) => {
      const { calls, said, loopThread, logWrites, between } = await run(sync);
      expect(said).toHaveLength(8);
      for (const [place, answer] of said.slice(1, 7).entries()) {
        const isOfThis = between(said[place], answer);
        const lastWrite = logWrites.filter(isOfThis).at(-1);
        expect(lastWrite, answer.given).toBeDefined();
        const syncs = calls.filter((call) => isSync(call) && isOfThis(call));
        const mustSync = sync === 'full' || (sync === 'acks' && answer.given.includes('acknowledged'));
        expect(syncs.length, answer.given).toBe(mustSync ? 1 : 0);
        for (const { given, beganAt, endedAt } of syncs) {
          expect(given).toContain('-wal>');
          expect(beganAt).toBeGreaterThan(lastWrite?.endedAt ?? Number.POSITIVE_INFINITY);
          expect(endedAt).toBeLessThan(answer.beganAt);
        }
      }
      // From its opening to its close, and checkpoints of the log were among that, the event loop waits for no disk.
      const whileOpen = calls.filter(between(said[0], said.at(-1)));
      const intoDatabase = whileOpen.filter(isPageWrite);
      expect(intoDatabase.length).toBeGreaterThan(0);
      expect(intoDatabase.filter(({ thread }) => thread === loopThread)).toEqual([]);
      expect(whileOpen.filter((call) => isSync(call) && call.thread === loopThread)).toEqual([]);
    },
  );
});
