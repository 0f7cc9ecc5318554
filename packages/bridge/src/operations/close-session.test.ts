import { fc, test } from '@fast-check/vitest';
import type { SessionId } from '@holdfast/protocol';
import { describe, expect, it } from 'vitest';
import { settled } from '../testing/fake-clock.ts';
import { client } from '../testing/samples.ts';
import { caller, expectRefusal, sessionIdIn, type TestBridge, testBridge } from '../testing/test-bridge.ts';

const by = (name: string) => ({ ...caller, clientId: client(name) });
const says = (text: string) => ({ prompt: [{ type: 'text', text }] });

describe('a close', () => {
  it('ends what runs and what waits, then the session; the agent hears last', async () => {
    const { bridge, agents, create, prompt, told } = await testBridge();
    const sessionId = await create();
    await prompt(sessionId, 'one');
    await prompt(sessionId, 'two');
    const { answers } = (await agents.turn(0)).ask();
    await settled();
    const callsBefore = agents.process.calls.length;
    await bridge.closeSession(sessionId, caller);
    expect(answers).toEqual([{ outcome: 'cancelled' }]);
    expect(agents.process.calls.slice(callsBefore)).toEqual(['cancel agent-1', 'close agent-1']);
    expect((await told(sessionId)).slice(4)).toEqual([
      'permission_resolved r1 cancelled cancelled',
      'prompt_cancelled p2',
      'turn_complete p2 cancelled',
      'pending_prompt_completed p1 removed',
      'turn_complete p1 cancelled',
      'session_closed client_close',
    ]);
    (await agents.turn(0)).say('late');
    (await agents.turn(0)).answer();
    expect((await told(sessionId)).at(-1)).toBe('session_closed client_close');
    expect(agents.turns).toHaveLength(1);
    expect(agents.process.holders).toBe(0);
    expect(bridge.figures()).toMatchObject({ sessions: 0, pendingPermissions: 0, activePrompts: 0 });
  });

  it('never overtakes the answer of a prompt', async () => {
    const { bridge, agents, create, events } = await testBridge();
    const sessionId = await create();
    const { release } = await bridge.promptSession(sessionId, says('hi'), caller);
    const closed = bridge.closeSession(sessionId, caller);
    await settled();
    expect(await events(sessionId)).toHaveLength(1);
    release();
    await closed;
    expect((await events(sessionId)).at(-1)?.type).toBe('session_closed');
    expect(agents.turns.length).toBeLessThanOrEqual(1);
  });

  it('while the agent is being opened gives back what comes of that', async () => {
    const { bridge, agents, create, prompt, told } = await testBridge();
    const sessionId = await create();
    agents.process.die();
    await settled();
    const release = agents.hold('resume');
    await prompt(sessionId, 'hi');
    await bridge.closeSession(sessionId, caller);
    release();
    await settled();
    expect((await told(sessionId)).slice(2)).toEqual([
      'turn_complete p1 cancelled',
      'session_closed client_close',
    ]);
    expect(agents.processes.at(-1)).toMatchObject({ holders: 0 });
    expect(agents.processes.at(-1)?.calls).toContain('close agent-1');
    expect(bridge.figures().sessions).toBe(0);
  });

  it('is refused twice, from a stranger, and for a session nobody knows', async () => {
    const { bridge, create } = await testBridge();
    const sessionId = await create();
    await expectRefusal(bridge.closeSession(sessionId, by('eve')), 'invalid_client_id');
    await bridge.closeSession(sessionId, caller);
    await expectRefusal(bridge.closeSession(sessionId, by('eve')), 'session_not_found', { loadable: true });
    const elsewhere = await (await testBridge()).create();
    await expectRefusal(bridge.closeSession(elsewhere, caller), 'session_not_found');
  });

  it('leaves the history readable, and the name changeable without a word in the stream', async () => {
    const { bridge, create, told } = await testBridge();
    const sessionId = await create();
    await bridge.closeSession(sessionId, caller);
    const anybody = { ...caller, clientId: undefined };
    expect(await bridge.updateMetadata(sessionId, { displayName: 'old work' }, anybody)).toMatchObject({
      displayName: 'old work',
    });
    expect(await told(sessionId)).toEqual(['session_created', 'session_closed client_close']);
    const reader = await bridge.subscribe(sessionId, { after: 0 });
    const read = await reader.read(0, { maxEvents: 10, maxBytes: 1e6 });
    expect(read.map(({ type }) => type)).toEqual(['session_created', 'session_closed']);
    expect(await bridge.describeSession(sessionId)).toMatchObject({
      state: 'closed',
      displayName: 'old work',
    });
    await expectRefusal(bridge.getSessionStatus(sessionId), 'session_not_found');
  });
});

describe('the log of a close', () => {
  type Act = (bridge: TestBridge['bridge'], sessionId: SessionId) => Promise<unknown>;
  it.each<[string, Act, string]>([
    ['a client', (bridge, id) => bridge.closeSession(id, caller), 'client_close'],
    ['the last detach', (bridge, id) => bridge.detach(id, caller), 'last_client_detached'],
    [
      'archiving it',
      (bridge, id) => bridge.closeSession(id, caller, { transcript: 'archive' }),
      'client_close',
    ],
    [
      'an edit',
      (bridge, id) => bridge.editMetadata(id, { body: { archived: true } }, caller),
      'client_close',
    ],
  ])('by %s has one line, with the reason and who did it', async (_, act, reason) => {
    const logged: { message: string; fields: object }[] = [];
    const log = (fields: object, message: string) => void logged.push({ message, fields });
    const { bridge, create } = await testBridge({ logger: { debug: log, info: log, warn: log, error: log } });
    const sessionId = await create();
    await act(bridge, sessionId);
    await bridge.editMetadata(sessionId, { body: { archived: true } }, { ...caller, clientId: undefined });
    const lines = logged.filter(({ message }) => message === 'session closed');
    expect(lines.map(({ fields }) => fields)).toEqual([{ sessionId, reason, clientId: caller.clientId }]);
  });
});

describe('a detach', () => {
  it('of the last client closes a session in which nothing runs and nobody watches', async () => {
    const { bridge, agents, told } = await testBridge();
    const { answer } = await bridge.createSession({}, by('ann'));
    await bridge.createSession({}, by('bob'));
    const sessionId = sessionIdIn(answer.sessionId);
    await bridge.detach(sessionId, by('ann'));
    expect(await told(sessionId)).toEqual(['session_created']);
    await bridge.detach(sessionId, by('bob'));
    expect(await told(sessionId)).toEqual(['session_created', 'session_closed last_client_detached']);
    expect(agents.process.calls).toContain('close agent-1');
  });

  it('counts: a client that attached twice is there until it left twice', async () => {
    const { bridge } = await testBridge();
    const { answer } = await bridge.createSession({}, by('ann'));
    await bridge.createSession({}, by('ann'));
    const sessionId = sessionIdIn(answer.sessionId);
    await bridge.detach(sessionId, by('ann'));
    await bridge.heartbeat(sessionId, by('ann'));
    await bridge.detach(sessionId, by('ann'));
    expect((await bridge.describeSession(sessionId)).state).toBe('closed');
  });

  it('closes nothing while a turn runs, a prompt waits or somebody watches', async () => {
    const { bridge, agents, create, prompt } = await testBridge();
    const [busy, watched] = [await create(), await create()];
    await prompt(busy, 'hi');
    const reader = await bridge.subscribe(watched, {});
    await bridge.detach(busy, caller);
    await bridge.detach(watched, caller);
    expect((await bridge.describeSession(busy)).state).toBe('running');
    expect((await bridge.describeSession(watched)).state).toBe('idle');
    reader.leave();
    (await agents.turn(0)).answer();
  });

  it('of nobody, from nobody, of a session nobody knows, and again, is no error', async () => {
    const { bridge, create } = await testBridge();
    const sessionId = await create();
    await bridge.detach(sessionId, by('eve'));
    await bridge.detach(sessionId, { ...caller, clientId: undefined });
    await bridge.detach(await (await testBridge()).create(), caller);
    await bridge.detach(sessionId, caller);
    await bridge.detach(sessionId, caller);
    expect((await bridge.describeSession(sessionId)).state).toBe('closed');
  });
});

describe('when a close, the last detach and the death of the agent meet', () => {
  const action = fc.constantFrom('close', 'detach ann', 'detach bob', 'die', 'answer', 'cancel');

  test.prop([fc.array(fc.tuple(action, fc.nat(2)), { minLength: 2, maxLength: 8 }), fc.boolean()], {
    numRuns: 120,
  })('the session ends once, the agent hears once, and nothing is left held', async (actions, isBusy) => {
    const { bridge, agents, create, prompt, events } = await testBridge();
    await bridge.createSession({}, by('ann'));
    const sessionId = sessionIdIn((await bridge.createSession({}, by('bob'))).answer.sessionId);
    if (isBusy) await prompt(sessionId, 'hi', by('ann'));
    const calls = actions.map(async ([what, rounds]) => {
      await settled(rounds);
      if (what === 'close') await bridge.closeSession(sessionId, by('ann')).catch(() => {});
      if (what === 'detach ann') await bridge.detach(sessionId, by('ann'));
      if (what === 'detach bob') await bridge.detach(sessionId, by('bob'));
      if (what === 'die') agents.process.die();
      if (what === 'answer') agents.turns[0]?.answer();
      if (what === 'cancel') await bridge.cancelTurn(sessionId, by('bob')).catch(() => {});
    });
    await Promise.all(calls);
    await settled();
    await bridge.closeSession(sessionId, { ...caller, clientId: undefined }).catch(() => {});
    for (const turn of agents.turns) turn.answer();
    await settled();
    const types = (await events(sessionId)).map(({ type }) => type);
    expect(types.filter((type) => type === 'session_closed')).toHaveLength(1);
    expect(types.at(-1)).toBe('session_closed');
    expect(types.filter((type) => type.startsWith('turn_'))).toHaveLength(isBusy ? 1 : 0);
    expect(agents.process.calls.filter((call) => call.startsWith('close')).length).toBeLessThanOrEqual(1);
    expect(bridge.figures()).toMatchObject({ sessions: 0, activePrompts: 0, pendingPermissions: 0 });
    expect(agents.processes.map(({ holders }) => holders)).toEqual(agents.processes.map(() => 0));
    await create();
  });
});

describe('an agent that goes on working after the close', () => {
  it('is taken out of service after the grace; other sessions on it are not disturbed', async () => {
    const { bridge, agents, clock, create, prompt } = await testBridge({ limits: { cancelGraceMs: 5_000 } });
    const [closed, other] = [await create(), await create()];
    await prompt(closed, 'never ends');
    await prompt(other, 'still here');
    await bridge.closeSession(closed, caller);
    await clock.advance(4_999);
    expect(agents.process).toMatchObject({ isRetired: false, exit: undefined });
    await clock.advance(1);
    expect(agents.process).toMatchObject({ isRetired: true, holders: 1, exit: undefined });
    (await agents.turn(1)).answer();
    await settled();
    expect((await bridge.describeSession(other)).lastTurn).toMatchObject({ state: 'completed' });
    await create();
    expect(agents.processes).toHaveLength(2);
  });

  it('is killed when nobody else is on it', async () => {
    const { bridge, agents, clock, create, prompt } = await testBridge({ limits: { cancelGraceMs: 5_000 } });
    const sessionId = await create();
    await prompt(sessionId, 'never ends');
    await bridge.closeSession(sessionId, caller);
    await clock.advance(5_000);
    expect(agents.process.exit).toMatchObject({ signal: 'SIGKILL' });
  });

  it('is kept when it stops in time', async () => {
    const { bridge, agents, clock, create, prompt } = await testBridge({ limits: { cancelGraceMs: 5_000 } });
    const sessionId = await create();
    await prompt(sessionId, 'ends');
    await bridge.closeSession(sessionId, caller);
    (await agents.turn(0)).answer('cancelled');
    await clock.advance(6_000);
    expect(agents.process).toMatchObject({ isRetired: false, holders: 0, exit: undefined });
  });
});
