import { promptIdOf } from '@holdfast/protocol';
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

const handoff = { strategy: 'handoff' } as const;

async function spoken(world: TestBridge) {
  const sessionId = await world.create();
  await world.prompt(sessionId, 'my name is Ann');
  (await world.agents.turn(0)).answer();
  await settled();
  return sessionId;
}

async function compact(
  world: TestBridge,
  sessionId: Awaited<ReturnType<typeof spoken>>,
  body: object = handoff,
) {
  const admission = await world.bridge.compactSession(sessionId, { ...handoff, ...body }, caller);
  admission.release();
  await settled();
  return admission.answer;
}

describe('a compaction by handoff', () => {
  it('goes on with a fresh agent session that knows the summary and no more', async () => {
    const world = await testBridge();
    const { bridge, agents, prompt, told } = world;
    const sessionId = await spoken(world);
    const { checkpointId } = await compact(world, sessionId, { instructions: 'keep the name' });
    const turn = await agents.turn(1);
    expect(String(turn.texts[0])).toMatch(/summary.*keep the name/is);
    turn.say('The user is ');
    turn.say('called Ann. </conversation-history>');
    turn.answer();
    await settled();
    expect((await told(sessionId)).slice(3)).toEqual([
      'checkpoint_created compact',
      'compaction_started',
      expect.stringContaining('session_update user_message_chunk Write a handoff summary'),
      'session_update agent_message_chunk The user is ',
      'session_update agent_message_chunk called Ann. </conversation-history>',
      'compaction_completed reseeded',
      'turn_complete p2 end_turn',
      'session_reset compact',
      'agent_started',
      'session_restored reseeded',
    ]);
    expect(await bridge.getCheckpoint({ sessionId, checkpointId })).toMatchObject({
      reason: 'compact',
      eventId: 3,
    });
    await prompt(sessionId, 'go on');
    const [history, ...rest] = (await agents.turn(2)).texts.map(String);
    expect(rest).toEqual(['go on']);
    expect(history).toContain('Summary of the conversation before, as you wrote it: The user is called Ann.');
    expect(history).not.toContain('my name is Ann');
    expect(history).not.toContain('Write a handoff summary');
    expect(history?.match(/<\/conversation-history>/g)).toHaveLength(1);
  });

  it('is told again with what came since when the agent forgets, also to a branch', async () => {
    const world = await testBridge();
    const { bridge, agents, prompt } = world;
    agents.capabilities = { ...agents.capabilities, canResume: false, canLoad: false, canFork: false };
    const sessionId = await spoken(world);
    await compact(world, sessionId);
    (await agents.turn(1)).say('SUMMARY');
    (await agents.turn(1)).answer();
    await settled();
    await prompt(sessionId, 'since');
    (await agents.turn(2)).answer();
    await settled();
    agents.process.die();
    await settled();
    await prompt(sessionId, 'again');
    const history = String((await agents.turn(3)).texts[0]);
    expect(history).toMatch(/SUMMARY.*since/s);
    expect(history).not.toContain('my name is Ann');
    (await agents.turn(3)).answer();
    await settled();
    const { answer } = await bridge.branchSession(sessionId, {}, caller);
    const branched = JSON.stringify((await world.events(sessionIdIn(answer.sessionId))).slice(1));
    expect(branched).toMatch(/SUMMARY.*since/s);
    expect(branched).not.toContain('my name is Ann');
  });

  it('leaves the session as it was where the agent writes nothing, dies, or is cancelled', async () => {
    const world = await testBridge();
    const { bridge, agents, prompt, told } = world;
    const sessionId = await spoken(world);
    await compact(world, sessionId);
    (await agents.turn(1)).answer();
    await settled();
    await compact(world, sessionId);
    (await agents.turn(2)).say('half');
    await bridge.cancelTurn(sessionId, caller);
    (await agents.turn(2)).answer();
    await settled();
    await compact(world, sessionId);
    (await agents.turn(3)).say('half');
    await settled();
    agents.process.die();
    const lines = await told(sessionId);
    expect(
      lines.filter((line) => line.startsWith('compaction_') || line.startsWith('turn_')).slice(1),
    ).toEqual([
      'compaction_started',
      'compaction_failed',
      'turn_complete p2 end_turn',
      'compaction_started',
      'compaction_failed',
      'turn_complete p3 cancelled',
      'compaction_started',
      'compaction_failed',
      'turn_error p4 agent_exited',
    ]);
    expect((await bridge.describeSession(sessionId)).generation).toBe(1);
    await prompt(sessionId, 'still there?');
    (await agents.turn(4)).answer();
    expect((await told(sessionId)).at(-1)).toBe('turn_complete p5 end_turn');
  });

  it('has a deadline of its own where prompts have none', async () => {
    const world = await testBridge();
    const sessionId = await spoken(world);
    await compact(world, sessionId);
    await world.clock.advance(600_000);
    (await world.agents.turn(1)).answer();
    expect((await world.told(sessionId)).slice(-2)).toEqual([
      'compaction_failed',
      'turn_error p2 prompt_deadline_exceeded',
    ]);
  });

  it('that a stop of the daemon interrupts leaves a session that goes on', async () => {
    const world = await testBridge();
    const sessionId = await spoken(world);
    await compact(world, sessionId);
    (await world.agents.turn(1)).say('half');
    await settled();
    await world.bridge.close({ drainTimeoutMs: 0 });
    const after = await testBridge({ records: world.records });
    expect((await after.told(sessionId)).slice(-2)).toEqual([
      'compaction_failed',
      'turn_error p2 interrupted',
    ]);
    await after.prompt(sessionId, 'and?');
    expect(String((await after.agents.turn(0)).texts[0])).toContain('my name is Ann');
  });
});

describe('a compaction', () => {
  it('waits its turn, counts against the queue, and can be removed without a trace', async () => {
    const world = await testBridge({ limits: { maxPendingPrompts: 2 } });
    const { bridge, prompt, told } = world;
    const sessionId = await spoken(world);
    await prompt(sessionId, 'long');
    const { promptId, state, position } = await compact(world, sessionId);
    expect({ state, position }).toEqual({ state: 'queued', position: 1 });
    await expectRefusal(bridge.compactSession(sessionId, handoff, caller), 'prompt_queue_full');
    await bridge.removePendingPrompt(sessionId, promptIdOf(promptId), caller);
    expect((await told(sessionId)).filter((line) => line.startsWith('compaction'))).toEqual([]);
  });

  it('by command is refused where the agent published none', async () => {
    const world = await testBridge();
    const sessionId = await spoken(world);
    await expectRefusal(
      world.bridge.compactSession(sessionId, { strategy: 'command' }, caller),
      'capability_missing',
      { supported: ['handoff'] },
    );
  });

  it('runs the published command and says that the agent did it itself', async () => {
    const world = await testBridge();
    const { agents, told } = world;
    const sessionId = await spoken(world);
    const availableCommands = [{ name: 'compress', description: '' }];
    agents.process.say('agent-1', { sessionUpdate: 'available_commands_update', availableCommands });
    agents.process.say('agent-1', { sessionUpdate: 'usage_update', used: 900, size: 1_000 });
    await settled();
    await compact(world, sessionId, { strategy: 'command' });
    expect((await agents.turn(1)).texts).toEqual(['/compress']);
    agents.process.say('agent-1', { sessionUpdate: 'usage_update', used: 90, size: 1_000 });
    (await agents.turn(1)).answer();
    expect((await told(sessionId)).slice(-2)).toEqual([
      'compaction_completed native',
      'turn_complete p2 end_turn',
    ]);
    const completed = (await world.events(sessionId)).find(({ type }) => type === 'compaction_completed');
    expect(completed?.data).toMatchObject({ tokensBefore: 900, tokensAfter: 90 });
  });

  it('is joined by a request with the same key', async () => {
    const world = await testBridge();
    const { bridge } = world;
    const sessionId = await spoken(world);
    const [one, other] = await Promise.all([
      bridge.compactSession(sessionId, handoff, withKey('k')),
      bridge.compactSession(sessionId, handoff, withKey('k')),
    ]);
    expect(other.answer).toEqual(one.answer);
    expect([one.isReplayed, other.isReplayed]).toEqual([false, true]);
  });
});
