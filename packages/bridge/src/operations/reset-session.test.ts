import { describe, expect, it } from 'vitest';
import { settled } from '../testing/fake-clock.ts';
import {
  caller,
  expectRefusal,
  sessionIdIn,
  type TestBridge,
  testBridge,
  withKey,
} from '../testing/test-bridge.ts';

const keep = { reason: 'reset', queue: 'keep' } as const;
const drop = { reason: 'new', queue: 'drop' } as const;
const transcriptOf = (texts: readonly unknown[]): string => String(texts[0]);

/** A session with one finished turn. */
async function spoken(world: TestBridge) {
  const sessionId = await world.create();
  await world.prompt(sessionId, 'my name is Ann');
  (await world.agents.turn(0)).say('hello Ann');
  (await world.agents.turn(0)).answer();
  await settled();
  return sessionId;
}

describe('a session that is reset', () => {
  it('goes on with an agent session that was never told what was before', async () => {
    const world = await testBridge();
    const { bridge, agents, prompt, told } = world;
    const sessionId = await spoken(world);
    const { answer } = await bridge.resetSession(sessionId, { reason: 'new', queue: 'keep' }, caller);
    expect(answer).toMatchObject({ sessionId, generation: 2, context: 'fresh', lastEventId: 5 });
    await settled();
    expect(agents.process.calls).toEqual(['new agent-1', 'cancel agent-1', 'close agent-1', 'new agent-2']);
    await prompt(sessionId, 'what is my name?');
    expect((await agents.turn(1)).texts).toEqual(['what is my name?']);
    (await agents.turn(1)).answer();
    expect((await told(sessionId)).slice(4)).toEqual([
      'checkpoint_created reset',
      'session_reset new',
      'agent_started',
      'session_restored fresh',
      'session_update user_message_chunk what is my name?',
      'turn_complete p2 end_turn',
    ]);
  });

  it('is told only what came since, when it continues after a restart without its memory', async () => {
    const world = await testBridge();
    const sessionId = await spoken(world);
    await world.bridge.resetSession(sessionId, keep, caller);
    await world.prompt(sessionId, 'my dog is Rex');
    (await world.agents.turn(1)).answer();
    await settled();
    await world.bridge.close({ drainTimeoutMs: 0 });
    const after = await testBridge({ records: world.records });
    await after.prompt(sessionId, 'and?');
    const { texts } = await after.agents.turn(0);
    expect(transcriptOf(texts)).toContain('Rex');
    expect(transcriptOf(texts)).not.toContain('Ann');
  });

  it('never comes back to an agent session of the generation before, although the agent could', async () => {
    const world = await testBridge();
    const { bridge, agents, prompt } = world;
    const sessionId = await spoken(world);
    agents.process.die();
    await settled();
    await bridge.resetSession(sessionId, keep, caller);
    await prompt(sessionId, 'who am I?');
    expect((await agents.turn(1)).texts).toEqual(['who am I?']);
    expect(agents.processes[1]?.calls).toEqual(['new agent-2']);
  });

  it('ends the running turn as cancelled without waiting for the agent, and tells it', async () => {
    const world = await testBridge();
    const { bridge, agents, prompt, told } = world;
    const sessionId = await world.create();
    await prompt(sessionId, 'long work');
    const turn = await agents.turn(0);
    const { answers } = turn.ask();
    await settled();
    await prompt(sessionId, 'next');
    await bridge.resetSession(sessionId, keep, caller);
    turn.say('too late');
    turn.answer();
    expect(answers).toEqual([{ outcome: 'cancelled' }]);
    expect((await agents.turn(1)).texts).toEqual(['next']);
    expect((await agents.turn(1)).agentSessionId).toBe('agent-2');
    const lines = await told(sessionId);
    expect(lines.filter((line) => line.startsWith('turn_'))).toEqual(['turn_complete p2 cancelled']);
    expect(lines.join('\n')).not.toContain('too late');
    expect(agents.process.calls).toContain('cancel agent-1');
  });

  it('drops what waits as cancelled where that is asked for', async () => {
    const world = await testBridge();
    const { bridge, agents, prompt, told } = world;
    const sessionId = await world.create();
    await prompt(sessionId, 'one');
    await prompt(sessionId, 'two');
    await bridge.resetSession(sessionId, drop, caller);
    expect((await told(sessionId)).filter((line) => line.startsWith('turn_'))).toEqual([
      // Numbered by appearance: the one that waits is heard of first.
      'turn_complete p2 cancelled',
      'turn_complete p1 cancelled',
    ]);
    expect(agents.turns).toHaveLength(1);
  });

  it('leaves the agent behind that ignores its cancel, and its process where nobody else needs it', async () => {
    const world = await testBridge();
    const { bridge, agents, clock, prompt } = world;
    const sessionId = await world.create();
    await prompt(sessionId, 'deaf');
    await bridge.resetSession(sessionId, keep, caller);
    await clock.advance(60_000);
    expect(agents.process.isRetired).toBe(true);
    expect(agents.process.holders).toBe(1);
    await prompt(sessionId, 'still here?');
    expect((await agents.turn(1)).agentSessionId).toBe('agent-2');
  });

  it('stays closed when it is, and is loaded into the new generation', async () => {
    const world = await testBridge();
    const { bridge, agents, prompt, events } = world;
    const sessionId = await spoken(world);
    await bridge.closeSession(sessionId, caller);
    const before = await events(sessionId);
    const { answer } = await bridge.resetSession(sessionId, keep, caller);
    expect(answer).toMatchObject({ generation: 2, context: 'fresh', lastEventId: before.length });
    expect(await events(sessionId)).toEqual(before);
    expect((await bridge.describeSession(sessionId)).state).toBe('closed');
    const loaded = await bridge.loadSession(sessionId, {}, caller);
    expect(loaded.answer).toMatchObject({ context: 'fresh', lastEventId: before.length });
    await prompt(sessionId, 'who am I?', { ...caller, clientId: undefined });
    expect((await agents.turn(1)).texts).toEqual(['who am I?']);
  });

  it('once for two at the same time that expect the same generation', async () => {
    const world = await testBridge();
    const { bridge } = world;
    const sessionId = await spoken(world);
    const resets = await Promise.allSettled([
      bridge.resetSession(sessionId, { ...keep, expectedGeneration: 1 }, caller),
      bridge.resetSession(sessionId, { ...keep, expectedGeneration: 1 }, caller),
    ]);
    expect(resets.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const refused = resets.find((reset) => reset.status === 'rejected');
    expect(refused?.reason).toMatchObject({ code: 'session_changed', details: { generation: 2 } });
  });

  it('answers the same again for the same key, and resets once', async () => {
    const world = await testBridge();
    const { bridge } = world;
    const sessionId = await spoken(world);
    const first = await bridge.resetSession(sessionId, keep, withKey('k'));
    const again = await bridge.resetSession(sessionId, keep, withKey('k'));
    expect(again).toEqual({ answer: first.answer, isReplayed: true });
    expect((await bridge.describeSession(sessionId)).generation).toBe(2);
    await expectRefusal(bridge.resetSession(sessionId, keep, withKey('k', 'other')), 'idempotency_mismatch');
  });

  it('strands, and is usable again, when no fresh agent session can be had', async () => {
    const world = await testBridge();
    const { bridge, agents, prompt } = world;
    const sessionId = await spoken(world);
    agents.fail('new', Object.assign(new Error('no'), {}) as never);
    await bridge.resetSession(sessionId, keep, caller);
    await settled();
    expect((await bridge.describeSession(sessionId)).state).toBe('stranded');
    agents.fail('new', undefined);
    await prompt(sessionId, 'again');
    expect((await agents.turn(1)).texts).toEqual(['again']);
  });

  it('branches into what it is about now, or what it was about before', async () => {
    const world = await testBridge();
    const { bridge, agents, prompt, events } = world;
    agents.capabilities = { ...agents.capabilities, canFork: false };
    const sessionId = await spoken(world);
    await bridge.resetSession(sessionId, keep, caller);
    await prompt(sessionId, 'my dog is Rex');
    (await agents.turn(1)).answer();
    await settled();
    const textOf = async (id: string) => JSON.stringify((await events(sessionIdIn(id))).slice(1));
    const head = await bridge.branchSession(sessionId, {}, caller);
    expect(await textOf(head.answer.sessionId)).toContain('Rex');
    expect(await textOf(head.answer.sessionId)).not.toContain('Ann');
    const past = await bridge.branchSession(sessionId, { atEventId: 4 }, caller);
    expect(await textOf(past.answer.sessionId)).toContain('Ann');
    expect(await textOf(past.answer.sessionId)).not.toContain('Rex');
  });

  it('keeps its generations readable', async () => {
    const world = await testBridge();
    const { bridge } = world;
    const sessionId = await spoken(world);
    await bridge.resetSession(sessionId, { reason: 'new', queue: 'keep' }, caller);
    expect(await bridge.listGenerations(sessionId)).toMatchObject({
      generations: [
        { generation: 1, reason: 'first', afterEventId: 0, upToEventId: 5, basis: 'nothing' },
        { generation: 2, reason: 'new', afterEventId: 5, basis: 'nothing' },
      ],
    });
  });
});
