import { isEvent } from '@holdfast/sdk';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { collect, DaemonLab } from './testing/daemon-lab.ts';
import { envelopeOf, recordedFrames } from './testing/sse-frames.ts';
import { until } from './testing/until.ts';

let lab: DaemonLab;
beforeEach(() => {
  lab = new DaemonLab();
});
afterEach(() => lab.close());

test('two clients of a session see the same bytes; a third that comes late and replays sees them too', async () => {
  const daemon = await lab.serve();
  const session = await lab.session(daemon);
  const { sessionId } = session;
  const early = [await lab.stream(daemon, sessionId), await lab.stream(daemon, sessionId)];
  for (const text of ['hello', '/burst count=3000 bytes=40', '/tool title="Look"\n/unknown-update\n/diff'])
    await session.prompt(text);
  await until(() => early.every((reader) => ends(reader.text()) === 3));
  const late = await lab.replay(daemon, sessionId);
  const [one, two] = early.map((reader) => recordedFrames(reader.text()));
  expect(one).toEqual(late);
  expect(two).toEqual(late);
  expect(late.length).toBeGreaterThan(3_000);
  const ids = late.map((frame) => envelopeOf(frame).id);
  expect(ids).toEqual(late.map((_, position) => position + 1));
});

const ends = (text: string) => text.split('event: turn_complete\n').length - 1;

describe('a permission request that two clients see', () => {
  test('is answered by the first; both hear it, and the second is told that it came late', async () => {
    const daemon = await lab.serve();
    const session = await lab.session(daemon);
    const other = await lab
      .client(daemon)
      .createSession({ sessionId: session.sessionId, sessionScope: undefined });
    expect(other.created?.attached).toBe(true);
    const readers = [session, other].map((mine) => mine.events({ after: 0, signal: lab.signal }));
    await session.prompt('/permission title="Write it" options=allow_once,reject_once');
    const asked = await Promise.all(
      readers.map((events) => collect(events, ({ type }) => type === 'permission_request')),
    );
    const requests = asked.map((events) => events.at(-1));
    expect(requests[0]).toEqual(requests[1]);
    const [request] = requests;
    if (request === undefined || !isEvent(request, 'permission_request')) throw new Error('not asked');
    const { requestId } = request.data;

    await session.vote(requestId, { outcome: 'selected', optionId: 'allow-once' });
    const late = other.vote(requestId, { outcome: 'selected', optionId: 'reject-once' });
    await expect(late).rejects.toMatchObject({ status: 404, code: 'permission_not_found' });

    const fromOne = lab.client(daemon).session(session.sessionId);
    const events = await collect(
      fromOne.events({ after: 0, signal: lab.signal }),
      ({ type }) => type === 'permission_already_resolved',
    );
    const resolutions = events.filter(({ type }) => type === 'permission_resolved');
    expect(resolutions).toEqual([
      expect.objectContaining({
        data: expect.objectContaining({
          requestId,
          outcome: { outcome: 'selected', optionId: 'allow-once' },
        }),
      }),
    ]);
    const alreadyResolved = events.find(({ type }) => type === 'permission_already_resolved');
    expect(alreadyResolved?.data).toMatchObject({ requestId });
    await until(() => lab.prompts().length === 1);
    const all = await lab.replay(daemon, session.sessionId);
    expect(all.join('\n')).toContain('selected allow-once');
  });

  test.each(['SIGKILL', 'SIGTERM'] as const)(
    'is resolved as cancelled when the daemon ends by %s',
    async (signal) => {
      const first = await lab.serve(['--drain-timeout-ms', '0']);
      const session = await lab.session(first);
      await session.prompt('/permission');
      const reader = await lab.stream(first, session.sessionId);
      await until(() => reader.messages().some(({ event }) => event === 'permission_request'));
      first.child.kill(signal);
      await first.ended;

      const second = await lab.serveAgain(first);
      const events = await lab.events(second, session.sessionId);
      const request = events.find((event) => isEvent(event, 'permission_request'));
      const resolved = events.filter(({ type }) => type === 'permission_resolved');
      expect(resolved).toEqual([
        expect.objectContaining({
          data: expect.objectContaining({
            requestId: request?.data.requestId,
            outcome: expect.objectContaining({ outcome: 'cancelled' }),
          }),
        }),
      ]);
      expect(events.map(({ type }) => type).slice(-2)).toEqual(['permission_resolved', 'turn_error']);
      const description = await session.describe();
      expect(description.pendingPermissions ?? []).toEqual([]);
    },
  );
});
