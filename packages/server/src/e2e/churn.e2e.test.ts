import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Session } from '@holdfast/sdk';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Daemon, DaemonLab } from './testing/daemon-lab.ts';
import { heapBytes, heapProbe } from './testing/heap-probe.ts';
import { openFilesOf } from './testing/process-census.ts';
import { until, untilNone } from './testing/until.ts';

let lab: DaemonLab;
beforeEach(() => {
  lab = new DaemonLab();
});
afterEach(() => lab.close());

const demoAgent = fileURLToPath(new URL('../../../bridge/src/demo-agent/main.ts', import.meta.url));

/** An agent of which every session has a process to itself. */
const alone = {
  command: process.execPath,
  args: ['--conditions=holdfast-source', '--disable-warning=ExperimentalWarning', demoAgent],
  isolation: 'session',
};

const endings: readonly ((session: Session) => Promise<void>)[] = [
  (session) => session.close(),
  (session) => session.detach(),
  // Left to the reaper.
  async () => {},
];

/** Lives of sessions, sixteen at a time; every tenth has a process of its own. */
async function churn(daemon: Daemon, { from, to }: { readonly from: number; readonly to: number }) {
  const client = lab.client(daemon);
  let next = from;
  const lane = async () => {
    while (next < to) {
      const nth = next++;
      const agent = nth % 10 === 0 ? 'alone' : 'demo';
      const session = await client.createSession({ agent, sessionScope: 'thread' });
      expect((await session.promptAndWait('/say done')).text).toBe('done');
      await endings[nth % endings.length]?.(session);
    }
  };
  await Promise.all(Array.from({ length: 16 }, lane));
}

/** Waits until no session holds an agent and no agent runs, then weighs what the daemon still has in memory. */
async function heapAtRest(daemon: Daemon, nth: number): Promise<number> {
  await until(async () => (await lab.client(daemon).health({ deep: true })).sessions === 0);
  await untilNone(() => lab.descendants());
  return await heapBytes(daemon, nth);
}

test('500 sessions that come and go leave no process, no open file and no memory', async () => {
  writeFileSync(join(lab.sandbox.folder, 'holdfast.config.json'), JSON.stringify({ agents: { alone } }));
  const daemon = await lab.serve(
    [
      ...['--default-agent', 'demo', '--max-sessions', '400', '--agent-idle-timeout-ms', '0'],
      ...['--session-idle-timeout-ms', '1500', '--session-reap-interval-ms', '100'],
    ],
    heapProbe,
  );
  await churn(daemon, { from: 0, to: 100 });
  await heapAtRest(daemon, 1);
  // The thread that cleans the journal's log comes with the first commits, and stays.
  const openFiles = openFilesOf(daemon.pid);
  await churn(daemon, { from: 100, to: 300 });
  const half = await heapAtRest(daemon, 2);
  await churn(daemon, { from: 300, to: 500 });
  const end = await heapAtRest(daemon, 3);
  // A session that stayed would cost some 10 KB.
  expect(end - half).toBeLessThan(1_000_000);
  const { sessions, total } = await lab.client(daemon).listSessions({ limit: 200 });
  expect(total).toBe(500);
  expect(sessions.map(({ state }) => state)).toEqual(sessions.map(() => 'closed'));
  await until(() => openFilesOf(daemon.pid) <= openFiles + 1);
  const { code } = await lab.stop(daemon);
  expect(code).toBe(0);
}, 240_000);
