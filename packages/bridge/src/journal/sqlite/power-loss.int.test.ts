import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { collect, freshSession, sampleEvents } from '../../testing/journal-samples.ts';
import { type DiskCall, diskCallsIn, diskTrace, RecordedDisk } from '../../testing/recorded-disk.ts';
import { type SqliteMedium, sqliteMedium } from '../../testing/sqlite-medium.ts';
import type { JournalSync } from './sync-policy.ts';
import { skippedIdsPerLoss } from './tails.ts';

const program = fileURLToPath(new URL('../../testing/writing-child.ts', import.meta.url));
const flags = ['--conditions=holdfast-source', '--disable-warning=ExperimentalWarning'];
const sessions = [freshSession(), freshSession(), freshSession()];
/** Enough for several checkpoints. */
const commits = 240;
const losses = 24;

const whyNoStrace: string | undefined = (() => {
  if (process.platform !== 'linux') return 'strace is for Linux';
  const { error, status, stderr } = spawnSync('strace', ['-f', '-e', 'trace=none', process.execPath, '-v']);
  if (error !== undefined) return 'strace is not installed';
  return status === 0 ? undefined : `strace may not watch here: ${stderr}`;
})();
const watched = (name: string) => (whyNoStrace === undefined ? name : `${name} [skipped: ${whyNoStrace}]`);

/** Runs the program on a journal that was opened once; gives the files as they were before, and what it did to them. */
async function record(medium: SqliteMedium, sync: JournalSync) {
  await (await medium.open({ bootId: 'first' })).close();
  const before = new Map([[medium.path, await readFile(medium.path)]]);
  const trace = join(medium.directory, 'trace');
  const command = [process.execPath, ...flags, program, medium.path, sync, ...sessions];
  const tracer = spawn('strace', [...diskTrace, '-o', trace, ...command], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(tracer, 'exit');
  let heard = 0;
  for await (const _ of createInterface({ input: tracer.stdout })) {
    heard += 1;
    if (heard !== commits) continue;
    const children = readFileSync(`/proc/${tracer.pid}/task/${tracer.pid}/children`, 'utf8');
    process.kill(Number(children.trim()), 'SIGKILL');
  }
  await exited;
  return { before, calls: diskCallsIn(await readFile(trace, 'utf8')) };
}

/** The last ids that were told as durable, and that were told at all. */
function toldIn(calls: readonly DiskCall[], sync: JournalSync) {
  const promised = new Map<string, number>();
  const shown = new Map<string, number>();
  for (const call of calls) {
    if (call.kind !== 'say') continue;
    const [sessionId = '', seq, how] = call.line.split(' ');
    shown.set(sessionId, Number(seq));
    if (sync === 'full' || how === 'acknowledged') promised.set(sessionId, Number(seq));
  }
  return { promised, shown };
}

describe.skipIf(whyNoStrace !== undefined)('after a power loss at any moment', () => {
  it.each(['acks', 'full'] as const)(
    watched(
      'under %s the journal has all that was promised, a beginning without holes of the rest, and gives no id twice',
    ),
    async (sync) => {
      const medium = await sqliteMedium();
      onTestFinished(() => medium.dispose());
      const { before, calls } = await record(medium, sync);
      const firstSaid = calls.findIndex(({ kind }) => kind === 'say');
      expect(firstSaid).toBeGreaterThan(0);
      const isCheckpoint = (call: DiskCall) => call.kind === 'sync' && call.file === medium.path;
      expect(calls.slice(firstSaid).filter(isCheckpoint).length).toBeGreaterThan(1);
      const disk = new RecordedDisk(before, calls);
      const places = Array.from({ length: losses }, () =>
        Math.floor(firstSaid + Math.random() * (calls.length - firstSaid + 1)),
      ).sort((one, other) => one - other);
      for (const [nth, place] of places.entries()) {
        disk.runTo(place);
        const luck = [0, 0.5, 1, Math.random()][nth % 4] ?? 0;
        const files = disk.afterPowerLoss(() => Math.random() < luck);
        await bootWith(
          files,
          medium,
          toldIn(calls.slice(0, place), sync),
          `loss at call ${place}, luck ${luck}`,
        );
      }
    },
    120_000,
  );

  it(watched('under normal the very same check finds something missing'), async () => {
    const medium = await sqliteMedium();
    onTestFinished(() => medium.dispose());
    const { before, calls } = await record(medium, 'normal');
    const disk = new RecordedDisk(before, calls);
    disk.runTo(calls.length);
    const files = disk.afterPowerLoss(() => false);
    await expect(bootWith(files, medium, toldIn(calls, 'full'), 'loss at the end')).rejects.toThrow(
      'at the end',
    );
  }, 120_000);
});

async function bootWith(
  files: ReadonlyMap<string, Buffer>,
  medium: SqliteMedium,
  { promised, shown }: ReturnType<typeof toldIn>,
  when: string,
): Promise<void> {
  const directory = join(medium.directory, 'after');
  await mkdir(directory);
  for (const [file, content] of files) await writeFile(join(directory, basename(file)), content);
  const store = await medium.open({ path: join(directory, basename(medium.path)), bootId: 'second' });
  for (const sessionId of sessions) {
    const { lastSeq, nextSeq } = await store.journal.range(sessionId);
    expect(lastSeq, when).toBeGreaterThanOrEqual(promised.get(sessionId) ?? 0);
    if (lastSeq > 0) expect(nextSeq, when).toBe(lastSeq + 1 + skippedIdsPerLoss);
    expect(lastSeq === 0 || nextSeq > (shown.get(sessionId) ?? 0), when).toBe(true);
    const recorded = await collect(store.journal.history(sessionId));
    const events = recorded.filter(({ kind }) => kind === 'event');
    expect(events, when).toEqual(sampleEvents(1, lastSeq));
    if (lastSeq === 0) continue;
    expect((await store.index.find(sessionId))?.lastSeq, when).toBe(lastSeq);
    expect(await store.journal.findKey('local createSession', `${sessionId} ${lastSeq}`), when).toBeDefined();
  }
  await store.close();
  await rm(directory, { recursive: true });
}
