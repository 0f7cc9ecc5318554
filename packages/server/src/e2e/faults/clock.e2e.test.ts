import { afterEach, beforeEach, expect, test } from 'vitest';
import { DaemonLab } from '../testing/daemon-lab.ts';
import { openIdReader } from '../testing/id-reader.ts';
import { until } from '../testing/until.ts';
import { settableClock, turnClock } from './testing/wall-clock.ts';

let lab: DaemonLab;
beforeEach(() => {
  lab = new DaemonLab();
});
afterEach(() => lab.close());

test('clock back by an hour, and right again: ids go on, turns end, no session is closed for it', async () => {
  const idle = ['--session-idle-timeout-ms', '600000', '--session-reap-interval-ms', '50'];
  const daemon = await lab.serve([...idle, '--cancel-grace-ms', '2000'], settableClock);
  const sessions = await Promise.all([1, 2, 3].map(() => lab.session(daemon)));
  const [session = await lab.session(daemon)] = sessions;
  const reader = await lab.stream(daemon, session.sessionId);
  // So many that their writes are gathered, which takes a clock.
  const crowd = await Promise.all(Array.from({ length: 24 }, () => openIdReader(daemon, session.sessionId)));
  const running = session.promptAndWait('/stream count=400 bytes=8 every-ms=2');
  await until(() => reader.ids().length > 50);
  await turnClock(daemon, 1);
  const before = reader.ids().length;
  await until(() => reader.ids().length > before + 50);
  expect((await session.promptAndWait('/say in the past', { deadlineMs: 20_000 })).text).toBe('in the past');
  await turnClock(daemon, 2);
  await running;
  expect((await session.promptAndWait('/say now', { deadlineMs: 20_000 })).text).toBe('now');
  const events = await lab.events(daemon, session.sessionId);
  expect(events.map(({ id }) => id)).toEqual(events.map((_, place) => place + 1));
  expect(reader.ids()).toEqual(events.slice(0, reader.ids().length).map(({ id }) => id));
  await until(() => crowd.every((each) => each.lastId() === events.length && each.breaks().length === 0));
  const listed = await lab.client(daemon).listSessions();
  expect(listed.sessions.map(({ state }) => state)).toEqual(['idle', 'idle', 'idle']);
});
