import { type AbortedTurns, type Envelope, isEvent, type Session } from '@holdfast/sdk';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { collect, DaemonLab, said } from './testing/daemon-lab.ts';
import { terminalsOf } from './testing/sse-frames.ts';
import { until } from './testing/until.ts';

let lab: DaemonLab;
beforeEach(() => {
  lab = new DaemonLab();
});
afterEach(() => lab.close());

const forLong = '/say working\n/sleep ms=600000';

/** Submits a prompt and waits until its agent works on it. */
async function begin(session: Session, script: string): Promise<string> {
  const accepted = await session.prompt(script);
  for await (const event of session.follow(accepted, { signal: lab.signal })) {
    if (said([event]) !== '') return accepted.promptId;
  }
  throw new Error(`${script} came to an end`);
}

/** The terminal of a prompt, which may be long past. */
async function end(session: Session, promptId: string): Promise<Envelope> {
  const events = session.follow({ promptId, lastEventId: 0 }, { signal: lab.signal });
  const all = await collect(events, ({ type }) => type === 'turn_complete' || type === 'turn_error');
  const last = all.at(-1);
  if (last === undefined) throw new Error(`${promptId} has no terminal`);
  return last;
}

const stopReasonOf = (event: Envelope) =>
  isEvent(event, 'turn_complete') ? event.data.stopReason : undefined;

describe('a prompt that interrupts', () => {
  test('is promised, ends the running turn as cancelled and runs before what waited, of which nothing is lost', async () => {
    const daemon = await lab.serve();
    const { features } = await lab.client(daemon).capabilities();
    expect(features).toEqual(expect.arrayContaining(['session_steer', 'session_abort']));
    const session = await lab.session(daemon);
    const first = await begin(session, forLong);
    const { promptId: waiting } = await session.prompt('/say I waited');
    const steering = await session.steer('/say this instead');
    expect(steering).toMatchObject({ state: 'queued', position: 1 });
    expect(stopReasonOf(await end(session, first))).toBe('cancelled');
    expect(stopReasonOf(await end(session, waiting))).toBe('end_turn');
    expect(await session.promptOutcome(steering.promptId)).toMatchObject({ state: 'completed' });
    expect(lab.prompts().map(({ text }) => text)).toEqual([forLong, '/say this instead', '/say I waited']);
    const events = await lab.events(daemon, session.sessionId);
    const place = (type: string) =>
      events.findIndex((event) => event.type === type && event.promptId === first);
    expect(place('prompt_cancelled')).toBeGreaterThan(0);
    expect(place('prompt_cancelled')).toBeLessThan(place('turn_complete'));
  });

  test('retry of an interrupt with its key does not cancel its own turn', async () => {
    const first = await lab.serve();
    const session = await lab.session(first);
    await begin(session, forLong);
    const options = { idempotencyKey: 'steer-once' };
    const accepted = await session.steer('/say steered\n/sleep ms=600000', options);
    await until(() => lab.prompts().length === 2);
    expect(await session.steer('/say steered\n/sleep ms=600000', options)).toEqual(accepted);
    expect(await session.promptOutcome(accepted.promptId)).toMatchObject({ state: 'running' });
    await lab.kill(first);

    const second = await lab.serveAgain(first);
    const again = lab.client(second).session(session.sessionId);
    const running = await begin(again, forLong);
    expect(await again.steer('/say steered\n/sleep ms=600000', options)).toEqual(accepted);
    expect(await again.promptOutcome(running)).toMatchObject({ state: 'running' });
    expect(await again.promptOutcome(accepted.promptId)).toMatchObject({
      state: 'failed',
      error: { code: 'interrupted' },
    });
  });

  test('a key with another body is 422', async () => {
    const daemon = await lab.serve();
    const session = await lab.session(daemon);
    const options = { idempotencyKey: 'steer-once' };
    const steered = await session.steer(forLong, options);
    const mismatch = { status: 422, code: 'idempotency_mismatch' };
    await expect(session.steer('/say another', options)).rejects.toMatchObject(mismatch);
    await expect(session.steer(forLong, { ...options, deadlineMs: 1 })).rejects.toMatchObject(mismatch);
    expect(await session.steer(forLong, options)).toEqual(steered);
    await until(() => lab.prompts().length === 1);
    expect(await session.promptOutcome(steered.promptId)).toMatchObject({ state: 'running' });
  });

  test("an agent that ignores cancel while another session's turn runs on the same process: the other turn finishes", async () => {
    const daemon = await lab.serve(['--cancel-grace-ms', '300']);
    const [stubborn, other] = [await lab.session(daemon), await lab.session(daemon)];
    await begin(stubborn, '/ignore-cancel ms=600000\n/say deaf\n/sleep ms=600000');
    const long = await begin(other, '/say begun\n/sleep ms=1500\n/say finished');
    const { promptId } = await stubborn.steer('/say heard');
    expect(stopReasonOf(await end(stubborn, promptId))).toBe('end_turn');
    expect(await other.promptOutcome(long)).toMatchObject({ state: 'running' });
    expect(stopReasonOf(await end(other, long))).toBe('end_turn');
    expect(said(await lab.events(daemon, other.sessionId))).toContain('finished');
    const [deaf, begun, heard] = lab.prompts();
    expect(begun?.pid).toBe(deaf?.pid);
    expect(heard?.pid).not.toBe(deaf?.pid);
  });

  test('"please stop" arrives as ordinary text', async () => {
    const daemon = await lab.serve();
    const session = await lab.session(daemon);
    const first = await begin(session, '/say working\n/sleep ms=300\n/say done');
    const { text } = await session.promptAndWait('please stop');
    expect(text).toContain('You said: please stop');
    expect(stopReasonOf(await end(session, first))).toBe('end_turn');
    const events = await lab.events(daemon, session.sessionId);
    expect(events.filter(({ type }) => type === 'prompt_cancelled')).toEqual([]);
  });
});

describe('an abort', () => {
  test('abort from a second client', async () => {
    const daemon = await lab.serve();
    const session = await lab.session(daemon);
    const promptId = await begin(session, forLong);
    const other = lab.client(daemon).session(session.sessionId);
    expect(await other.abort({ waitMs: 10_000 })).toEqual({
      prompts: [{ promptId, state: 'cancelled' }],
      cleared: [],
    });
    expect(await other.abort({ promptId })).toEqual({
      prompts: [{ promptId, state: 'already_ended' }],
      cleared: [],
    });
    expect(terminalsOf(await lab.events(daemon, session.sessionId), promptId)).toHaveLength(1);
    expect(await session.promptOutcome(promptId)).toMatchObject({ state: 'cancelled' });
  });

  test('abort after a page reload', async () => {
    const daemon = await lab.serve();
    const session = await lab.session(daemon);
    const running = await begin(session, forLong);
    const { promptId: waiting } = await session.prompt('/say I waited');
    // Nothing is remembered but what the daemon tells.
    const page = lab.client(daemon);
    const { sessions } = await page.listSessions({ active: true });
    const [{ sessionId = '', activePromptId: promptId = '' } = {}] = sessions;
    const reloaded = page.session(sessionId);
    expect(await reloaded.abort({ promptId, clearQueue: true, waitMs: 10_000 })).toEqual({
      prompts: [{ promptId: running, state: 'cancelled' }],
      cleared: [waiting],
    });
    expect(await reloaded.pendingPrompts()).toEqual({ pendingPrompts: [] });
    expect(lab.prompts()).toHaveLength(1);
  });

  test('ended as cancelled is told apart from time-out and failure', async () => {
    const daemon = await lab.serve();
    const session = await lab.session(daemon);
    const aborted = await begin(session, forLong);
    await session.abort({ waitMs: 10_000 });
    const { promptId: late } = await session.prompt(forLong, { deadlineMs: 300 });
    const { promptId: failed } = await session.prompt('/error');
    for (const promptId of [aborted, late, failed]) await end(session, promptId);
    const told = (await lab.events(daemon, session.sessionId)).filter(({ type }) => type.startsWith('turn_'));
    expect(told).toMatchObject([
      { type: 'turn_complete', promptId: aborted, data: { stopReason: 'cancelled' } },
      { type: 'turn_error', promptId: late, data: { code: 'prompt_deadline_exceeded' } },
      { type: 'turn_error', promptId: failed, data: { code: 'agent_error' } },
    ]);
    expect(await session.promptOutcome(aborted)).toMatchObject({ state: 'cancelled' });
    expect(await session.promptOutcome(late)).toMatchObject({
      state: 'failed',
      error: { code: 'prompt_deadline_exceeded' },
    });
    expect(await session.promptOutcome(failed)).toMatchObject({
      state: 'failed',
      error: { code: 'agent_error' },
    });
  });

  test('abort with a foreign promptId is 409', async () => {
    const daemon = await lab.serve();
    const [session, other] = [await lab.session(daemon), await lab.session(daemon)];
    const mine = await begin(session, forLong);
    const theirs = await begin(other, forLong);
    await expect(session.abort({ promptId: theirs, clearQueue: true })).rejects.toMatchObject({
      status: 409,
      code: 'prompt_mismatch',
    });
    await expect(session.abort({ promptId: 'prompt_never' })).rejects.toMatchObject({
      status: 404,
      code: 'prompt_not_found',
    });
    for (const [where, promptId] of [[session, mine] as const, [other, theirs] as const])
      expect(await where.promptOutcome(promptId)).toMatchObject({ state: 'running' });
  });

  test('cancel while session/new is pending', async () => {
    const env = { HOLDFAST_DEMO_ARGS: '--no-resume --no-load --session-new-delay-ms 1500' };
    const first = await lab.serve([], env);
    const session = await lab.session(first);
    await lab.kill(first);
    const second = await lab.serveAgain(first, [], env);
    const again = lab.client(second).session(session.sessionId);
    const { promptId } = await again.prompt('/say never');
    expect(await again.describe()).toMatchObject({ state: 'opening' });
    expect(await again.abort({ waitMs: 1_000 })).toEqual({
      prompts: [{ promptId, state: 'cancelled' }],
      cleared: [],
    });
    const cancelled = await again.prompt('/say never');
    expect(await again.describe()).toMatchObject({ state: 'opening' });
    await again.cancel();
    expect(stopReasonOf(await end(again, cancelled.promptId))).toBe('cancelled');
    expect(await again.promptAndWait('/say after')).toMatchObject({ text: 'after' });

    const sessionId = '00000000-0000-4000-8000-00000000c0de';
    const prompt = [{ type: 'text', text: '/say never' }];
    const creating = lab.client(second).createSession({ sessionId, prompt });
    const coming = lab.bluntClient(second).session(sessionId);
    let aborted: AbortedTurns | undefined;
    await until(async () => {
      // Until the create has arrived there is no such session.
      aborted = await coming.abort().catch(() => undefined);
      return aborted;
    });
    const created = await creating;
    expect(aborted?.prompts).toEqual([{ promptId: created.created?.promptId, state: 'cancelled' }]);
    expect(lab.prompts().map(({ text }) => text)).toEqual(['/say after']);
  });
});

describe('a message for the running turn', () => {
  test('joins it where the agent advertises that, and ends with it', async () => {
    const daemon = await lab.serve();
    const session = await lab.session(daemon);
    const host = await begin(session, '/say working\n/sleep ms=700\n/say done');
    const { promptId, state } = await session.prompt('and the tests', { mode: 'inject' });
    expect(state).toBe('injected');
    expect(stopReasonOf(await end(session, host))).toBe('end_turn');
    expect(await session.promptOutcome(promptId)).toMatchObject({ state: 'completed' });
    expect(said(await lab.events(daemon, session.sessionId))).toContain('You added: and the tests');
    expect(lab.prompts()).toMatchObject([{ text: expect.stringContaining('working') }, { injected: true }]);
  });

  test.each([
    ['an inject refused by the agent', '--broken-inject', 'injected'],
    ['an inject that the agent does not offer to take', '--no-inject', 'queued'],
  ])('%s becomes a visible queue item', async (_, args, state) => {
    const daemon = await lab.serve([], { HOLDFAST_DEMO_ARGS: args });
    const session = await lab.session(daemon);
    await begin(session, '/say working\n/sleep ms=500');
    const accepted = await session.prompt('/say on my own', { mode: 'inject' });
    expect(accepted.state).toBe(state);
    const { promptId } = accepted;
    expect(stopReasonOf(await end(session, promptId))).toBe('end_turn');
    const types = (await lab.events(daemon, session.sessionId))
      .filter((event) => event.promptId === promptId)
      .map(({ type }) => type);
    expect(types.slice(0, 2)).toEqual(['pending_prompt_added', 'pending_prompt_started']);
    expect(lab.prompts().filter(({ text }) => text === '/say on my own')).toHaveLength(1);
  });
});

describe('SIGKILL', () => {
  test('SIGKILL after 202 leaves the prompt and one `interrupted`', async () => {
    const first = await lab.serve();
    const session = await lab.session(first);
    const running = await begin(session, forLong);
    const { promptId: waiting } = await session.prompt('/say I waited');
    await lab.kill(first);

    const second = await lab.serveAgain(first);
    const again = lab.client(second).session(session.sessionId);
    expect(stopReasonOf(await end(again, waiting))).toBe('end_turn');
    expect(await again.promptOutcome(running)).toMatchObject({
      state: 'failed',
      error: { code: 'interrupted' },
    });
    const events = await lab.events(second, session.sessionId);
    expect(terminalsOf(events, running)).toMatchObject([
      { type: 'turn_error', data: { code: 'interrupted' } },
    ]);
    expect(terminalsOf(events, waiting)).toHaveLength(1);
    expect(lab.prompts().map(({ text }) => text)).toEqual([forLong, '/say I waited']);
  });

  test('in the middle of an interruption: what was interrupted ends as cancelled, nothing is lost or runs twice', async () => {
    const first = await lab.serve();
    const session = await lab.session(first);
    const running = await begin(session, forLong);
    const { promptId: waiting } = await session.prompt('/say I waited');
    const steering = await session.steer('/say steered\n/sleep ms=600000');
    await lab.kill(first);

    const second = await lab.serveAgain(first);
    const again = lab.client(second).session(session.sessionId);
    const outcome = () => again.promptOutcome(steering.promptId);
    await until(async () => ['running', 'failed'].includes((await outcome()).state));
    // Killed before it was handed to an agent it runs now; after, it ends interrupted. Either way once.
    if ((await outcome()).state === 'running')
      await again.abort({ promptId: steering.promptId, waitMs: 10_000 });
    expect(stopReasonOf(await end(again, waiting))).toBe('end_turn');
    const events = await lab.events(second, session.sessionId);
    for (const promptId of [running, steering.promptId, waiting]) {
      expect(terminalsOf(events, promptId)).toHaveLength(1);
    }
    const handed = lab.prompts().filter(({ text }) => text.includes('steered'));
    expect(handed).toHaveLength(1);
    // The turn that was told to stop ended as cancelled, also by a crash.
    expect(stopReasonOf(await end(again, running))).toBe('cancelled');
  });
});
