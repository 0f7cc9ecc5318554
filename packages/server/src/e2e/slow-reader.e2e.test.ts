import { afterEach, beforeEach, expect, test } from 'vitest';
import { DaemonLab } from './testing/daemon-lab.ts';
import { openIdReader } from './testing/id-reader.ts';
import { peakResidentBytes } from './testing/process-census.ts';
import { until } from './testing/until.ts';

let lab: DaemonLab;
beforeEach(() => {
  lab = new DaemonLab();
});
afterEach(() => lab.close());

/** The long form, a million, runs on demand. */
const isLong = process.env['HOLDFAST_LONG_TESTS'] === '1';
const updates = isLong ? 1_000_000 : 200_000;
const timeoutMs = isLong ? 600_000 : 90_000;
const mebibyte = 1024 * 1024;

/** V8 doubles its young generation when it sees fit, by 130 MB in the end: that would drown what is measured. */
const fixedYoungHeap = { NODE_OPTIONS: '--max-semi-space-size=16' };

/** A flood with one reader that keeps up, and readers that take nothing; gives the daemon's peak memory. */
async function flooded(stalled: number) {
  const daemon = await lab.serve(['--state-dir', `${lab.sandbox.stateDir}-${stalled}`], fixedYoungHeap);
  const session = await lab.session(daemon);
  const quick = await openIdReader(daemon, session.sessionId);
  const slow = await Promise.all(
    Array.from({ length: stalled }, () => openIdReader(daemon, session.sessionId, { isStalled: true })),
  );
  await session.prompt(`/burst count=${updates} bytes=32`);
  await until(() => quick.lastId() > updates, timeoutMs);
  return { daemon, quick, slow, peakBytes: peakResidentBytes(daemon.pid) };
}

test(
  'readers that take nothing cost the daemon no memory and the others no event, and miss nothing later',
  async () => {
    const control = await flooded(0);
    await lab.kill(control.daemon);
    const { quick, slow, peakBytes } = await flooded(5);
    expect(slow.map((reader) => reader.lastId() < updates / 2)).toEqual(slow.map(() => true));
    // Held back for five readers, what they have not read would be some 250 MB.
    expect((peakBytes - control.peakBytes) / mebibyte).toBeLessThan(80);
    for (const reader of slow) reader.resume();
    await until(() => slow.every((reader) => reader.lastId() === quick.lastId()), timeoutMs);
    expect([quick, ...slow].flatMap((reader) => reader.breaks())).toEqual([]);
  },
  2 * timeoutMs,
);
