import { appendFileSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { collect, type Daemon, DaemonLab, said } from '../testing/daemon-lab.ts';
import { flipByteIn } from '../testing/flip-byte.ts';
import { envelopeOf, terminalsOf } from '../testing/sse-frames.ts';
import { until } from '../testing/until.ts';
import { liveLogBytes, tearLog } from './testing/tear-log.ts';

let lab: DaemonLab;
beforeEach(() => {
  lab = new DaemonLab();
});
afterEach(() => lab.close());

const journal = () => join(lab.sandbox.stateDir, 'journal.sqlite');
const verify = async () => JSON.parse((await lab.sandbox.run(['journal', 'verify', '--json'])).stdout);
const serveOnce = () => lab.sandbox.run(['serve', '--port', '0', '--workspace', lab.workspace]);

function change(sql: string): void {
  const database = new DatabaseSync(journal());
  database.exec(sql);
  database.close();
}

/** A turn that runs and one that waits; then the daemon is killed. */
async function killedWhileBusy(daemon: Daemon) {
  const session = await lab.session(daemon);
  await session.promptAndWait('/say one');
  const running = await session.prompt('/say begun\n/sleep ms=600000');
  await until(() => lab.prompts().length === 2);
  const waiting = await session.prompt('/say I waited');
  await lab.kill(daemon);
  return { session, running, waiting };
}

test('torn WAL tail: the daemon starts with what is whole, tells a reader that is ahead of it, and goes on', async () => {
  const first = await lab.serve();
  const session = await lab.session(first);
  const reader = await lab.stream(first, session.sessionId);
  await session.prompt('/stream count=100000 bytes=300 every-ms=1');
  const log = `${journal()}-wal`;
  await until(() => reader.ids().length > 300 && liveLogBytes(log) > 200_000);
  await lab.kill(first);
  tearLog(log);

  const second = await lab.serveAgain(first);
  const ahead = await lab.stream(second, session.sessionId, reader.ids().at(-1));
  await until(() => ahead.text().includes('event: state_resync_required'));
  const kept = await lab.replay(second, session.sessionId);
  const ids = kept.map((frame) => envelopeOf(frame).id);
  expect(ids).toEqual(ids.map((_, place) => place + 1));
  expect((await session.promptAndWait('/say on')).text).toBe('on');
  expect(await verify()).toMatchObject({ isSound: true, sessions: 1 });
});

test('flipped byte: readers hear of the gap, every later event stays, and the session goes on', async () => {
  const first = await lab.serve();
  const session = await lab.session(first);
  await session.promptAndWait('/say before\n/say <<fragile>>\n/say after');
  const intact = await lab.events(first, session.sessionId);
  await lab.stop(first);
  const place = intact.findIndex((event) => said([event]) === '<<fragile>>');
  expect(place).toBeGreaterThan(0);
  flipByteIn(journal(), `{"id":${place + 1},"v":1,"type":"session_update"`);

  const second = await lab.serveAgain(first);
  const events = await lab.events(second, session.sessionId);
  const gap = events.findIndex(({ type }) => type === 'journal_gap');
  expect(events[gap]).toMatchObject({ id: place + 1, data: { fromId: place + 1, toId: place + 1 } });
  expect(events.filter((_, at) => at !== gap)).toEqual(intact.filter((_, at) => at !== place));
  expect((await session.promptAndWait('/say on')).text).toBe('on');
  expect((await verify()).findings).toEqual([
    expect.objectContaining({ kind: 'gap', fromId: place + 1, toId: place + 1 }),
  ]);
});

describe('missing index', () => {
  test.each([
    ['one row', 'DELETE FROM sessions'],
    ['all its tables', 'DROP TABLE sessions; DROP TABLE totals'],
  ])('%s: rebuilt at start; the open turn ends once, what waited runs once', async (_, sql) => {
    const first = await lab.serve();
    const { session, running, waiting } = await killedWhileBusy(first);
    change(sql);
    const second = await lab.serveAgain(first);
    const turn = await collect(session.follow(waiting), ({ type }) => type === 'turn_complete');
    expect(said(turn)).toBe('I waited');
    expect(terminalsOf(await lab.events(second, session.sessionId), running.promptId)).toEqual([
      expect.objectContaining({ data: expect.objectContaining({ code: 'interrupted' }) }),
    ]);
    expect(lab.prompts().filter(({ text }) => text === '/say I waited')).toHaveLength(1);
    const { sessions, total } = await lab.client(second).listSessions();
    expect(sessions).toMatchObject([{ sessionId: session.sessionId, title: '/say one' }]);
    expect(total).toBe(1);
    expect(await verify()).toMatchObject({ isSound: true, sessions: 1 });
  });
});

test('second daemon on the same directory: refused with the owner’s name; free at once when the owner is killed', async () => {
  const owner = await lab.serve();
  const { code, stderr } = await serveOnce();
  expect(code).toBe(1);
  expect(stderr).toContain(`process ${owner.pid}`);
  expect(stderr).toContain(owner.ready.url);
  await lab.kill(owner);
  await lab.serve();
});

test('newer schema: refused, named, and left untouched; a start with the right program goes on', async () => {
  const first = await lab.serve();
  const session = await lab.session(first);
  await session.promptAndWait('/say kept');
  await lab.stop(first);
  change('PRAGMA user_version = 99');
  const before = readFileSync(journal());
  const { code, stderr } = await serveOnce();
  expect(code).toBe(1);
  expect(stderr).toMatch(/journal format 99/);
  expect(readFileSync(journal()).equals(before)).toBe(true);
  change('PRAGMA user_version = 1');
  await lab.serveAgain(first);
  expect((await session.promptAndWait('/say on')).text).toBe('on');
});

test('no database at all: refused by its path, and left as it is', async () => {
  const first = await lab.serve();
  await lab.stop(first);
  truncateSync(journal(), 0);
  appendFileSync(journal(), 'these are my notes\n'.repeat(500));
  const before = readFileSync(journal());
  const { code, stderr } = await serveOnce();
  expect(code).toBe(1);
  expect(stderr).toContain(journal());
  expect(readFileSync(journal()).equals(before)).toBe(true);
});
