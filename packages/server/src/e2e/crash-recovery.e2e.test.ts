import { agentText, type Envelope, isEvent } from '@holdfast/sdk';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { collect, DaemonLab, said } from './testing/daemon-lab.ts';
import { envelopeOf, recordedFrames, terminalsOf } from './testing/sse-frames.ts';
import { until, untilNone } from './testing/until.ts';

let lab: DaemonLab;
beforeEach(() => {
  lab = new DaemonLab();
});
afterEach(() => lab.close());

const flood = (count: number) =>
  `/grandchildren count=2 session=new ignore-term\n/stream count=${count} bytes=32 every-ms=1`;

test('SIGKILL in mid-stream: what was seen stays, the turn ends once as interrupted, nothing survives, readers go on', async () => {
  const first = await lab.serve();
  const session = await lab.session(first);
  const { sessionId } = session;
  const raw = await lab.stream(first, sessionId);
  const followed: Envelope[] = [];
  const follower = (async () => {
    for await (const event of session.events({ after: 0, signal: lab.signal })) followed.push(event);
  })();
  const { promptId } = await session.prompt(flood(100_000));
  await until(() => raw.ids().length > 200);
  expect(lab.descendants().length).toBeGreaterThanOrEqual(3);
  await lab.kill(first);
  await raw.ended;
  const seen = recordedFrames(raw.text());

  const second = await lab.serveAgain(first);
  await untilNone(() => lab.descendants());
  const replayed = await lab.replay(second, sessionId);
  expect(replayed.slice(0, seen.length)).toEqual(seen);
  const afterCrash = replayed.map(envelopeOf);
  expect(terminalsOf(afterCrash, promptId)).toEqual([
    expect.objectContaining({ type: 'turn_error', data: expect.objectContaining({ code: 'interrupted' }) }),
  ]);

  const { promptId: next } = await session.prompt('/history\n/say still here');
  await until(() => terminalsOf(followed, next).length === 1);
  const all = await lab.events(second, sessionId);
  expect(followed.filter(({ id }) => id !== undefined)).toEqual(all);
  expect(all.map(({ id }) => id)).toEqual(all.map((_, position) => position + 1));
  expect(terminalsOf(all, promptId)).toHaveLength(1);
  expect(all.find((event) => isEvent(event, 'session_restored'))?.data).toMatchObject({
    action: 'continue',
    context: 'native',
  });
  expect(said(all)).toContain('"earlierUserMessages":1');
  expect(said(all)).toContain('still here');
  expect(lab.prompts().filter(({ text }) => text.includes('/stream'))).toHaveLength(1);

  lab.leave();
  await follower;
});

test('an agent that restores nothing itself is told the conversation after a crash', async () => {
  const env = { HOLDFAST_DEMO_ARGS: '--no-resume --no-load' };
  const first = await lab.serve([], env);
  const session = await lab.session(first);
  await collect(session.run('/say The password is heron.'), ({ type }) => type === 'turn_complete');
  const interrupted = session.run('/say half a sentence\n/sleep ms=600000');
  for await (const event of interrupted) if (agentText(event) !== '') break;
  await lab.kill(first);

  const second = await lab.serveAgain(first, [], env);
  const turn = await collect(session.run('/history chars=4000'), ({ type }) => type === 'turn_complete');
  const heard = JSON.parse(said(turn));
  expect(heard).toMatchObject({ earlierUserMessages: 0, promptBlocks: 2 });
  expect(heard.firstBlock).toContain('The password is heron.');
  expect(heard.firstBlock).toContain('half a sentence');
  const events = await lab.events(second, session.sessionId);
  expect(events.find((event) => isEvent(event, 'session_restored'))?.data).toMatchObject({
    context: 'reseeded',
  });
});

test('a prompt that waited when the daemon was killed runs once by itself after the start', async () => {
  const first = await lab.serve();
  const session = await lab.session(first);
  await session.prompt('/say begun\n/sleep ms=600000');
  const queued = await session.prompt('/say I waited');
  expect(queued).toMatchObject({ state: 'queued', position: 1 });
  await until(() => lab.prompts().length === 1);
  await lab.kill(first);

  await lab.serveAgain(first);
  const turn = await collect(session.follow(queued), ({ type }) => type === 'turn_complete');
  expect(said(turn)).toBe('I waited');
  expect(lab.prompts().filter(({ text }) => text === '/say I waited')).toHaveLength(1);
});
