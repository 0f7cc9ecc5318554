import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { collect, freshSession, sampleEvents, sampleFact } from '../../testing/journal-samples.ts';
import { type SqliteMedium, sqliteMedium } from '../../testing/sqlite-medium.ts';

const program = fileURLToPath(new URL('../../testing/writing-child.ts', import.meta.url));
const flags = ['--conditions=holdfast-source', '--disable-warning=ExperimentalWarning'];

let medium: SqliteMedium;
let child: ChildProcess | undefined;
beforeEach(async () => {
  medium = await sqliteMedium();
});
afterEach(async () => {
  child?.kill('SIGKILL');
  await medium.dispose();
});

it('keeps every acknowledged commit of a program killed while it writes, whole and without holes', async () => {
  const sessions = [freshSession(), freshSession(), freshSession()];
  const acknowledged = new Map<string, number>();
  for (const commitsBeforeKill of [1, 40, 333, 1_000]) {
    await writeUntilKilled(sessions, commitsBeforeKill, acknowledged);
    const store = await medium.open();
    for (const sessionId of sessions) {
      const { lastSeq, nextSeq } = await store.journal.range(sessionId);
      expect(lastSeq).toBeGreaterThanOrEqual(acknowledged.get(sessionId) ?? 0);
      expect(nextSeq).toBe(lastSeq + 1);
      const recorded = await collect(store.journal.history(sessionId));
      const events = recorded.filter((entry) => entry.kind === 'event');
      expect(events).toEqual(sampleEvents(1, lastSeq));
      // One commit is one batch: its fact, its row and its answer are there exactly when its events are.
      const firsts = recorded.flatMap((entry, place) => {
        const next = recorded[place + 1];
        return entry.kind === 'fact' && next?.kind === 'event' ? [[entry, next.seq] as const] : [];
      });
      expect(firsts).toHaveLength(recorded.length - events.length);
      for (const [fact, seq] of firsts) expect(fact).toEqual(sampleFact(`before ${seq}`));
      if (lastSeq === 0) continue;
      expect((await store.index.find(sessionId))?.lastSeq).toBe(lastSeq);
      expect(await store.journal.findKey('local createSession', `${sessionId} ${lastSeq}`)).toBeDefined();
    }
    await store.close();
  }
  expect([...acknowledged.keys()].sort()).toEqual([...sessions].sort());
});

async function writeUntilKilled(
  sessions: readonly string[],
  commits: number,
  acknowledged: Map<string, number>,
) {
  const running = spawn(process.execPath, [...flags, program, medium.path, 'acks', ...sessions], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child = running;
  const exited = once(running, 'exit');
  let heard = 0;
  for await (const line of createInterface({ input: running.stdout })) {
    const [sessionId = '', seq] = line.split(' ');
    acknowledged.set(sessionId, Number(seq));
    heard += 1;
    if (heard === commits) running.kill('SIGKILL');
  }
  expect(await exited).toEqual([null, 'SIGKILL']);
}
