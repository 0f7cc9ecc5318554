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

/** A session whose turns each said one word, the agent answering with another; ends with a checkpoint after `marked`. */
async function spoken(world: TestBridge, ...words: readonly string[]) {
  const sessionId = await world.create();
  await say(world, sessionId, ...words);
  return sessionId;
}

async function say(
  world: TestBridge,
  sessionId: Awaited<ReturnType<TestBridge['create']>>,
  ...words: readonly string[]
) {
  for (const word of words) {
    const place = world.agents.turns.length;
    await world.prompt(sessionId, word);
    (await world.agents.turn(place)).say(`re: ${word}`);
    (await world.agents.turn(place)).answer();
    await settled();
  }
}

const transcriptOf = async ({ agents }: TestBridge, place: number): Promise<string> =>
  String((await agents.turn(place)).texts[0]);

describe('a checkpoint', () => {
  it('is a pointer to the end of the last finished turn, and is found again', async () => {
    const world = await testBridge();
    const { bridge, told } = world;
    const sessionId = await spoken(world, 'one');
    const { answer } = await bridge.createCheckpoint(sessionId, { name: 'before the storm' }, withKey('k'));
    expect(answer).toMatchObject({
      checkpointId: expect.stringMatching(/^cp_[0-9a-f-]{36}$/),
      sessionId,
      generation: 1,
      eventId: 4,
      name: 'before the storm',
      reason: 'user',
      createdAt: expect.any(Number),
    });
    expect((await told(sessionId)).at(-1)).toBe('checkpoint_created user');
    const { checkpointId } = answer;
    expect(await bridge.getCheckpoint({ sessionId, checkpointId })).toEqual(answer);
    expect(await bridge.listCheckpoints(sessionId)).toEqual({ checkpoints: [answer] });
    const again = await bridge.createCheckpoint(sessionId, { name: 'before the storm' }, withKey('k'));
    expect(again).toEqual({ answer, isReplayed: true });
    await expectRefusal(bridge.getCheckpoint({ sessionId, checkpointId: 'cp_no' }), 'checkpoint_not_found');
  });

  it('survives a restart, and can be made of a closed session', async () => {
    const world = await testBridge();
    const sessionId = await spoken(world, 'one');
    const { answer } = await world.bridge.createCheckpoint(sessionId, {}, caller);
    await world.bridge.closeSession(sessionId, caller);
    const closed = await world.bridge.createCheckpoint(sessionId, { name: 'late' }, caller);
    await world.bridge.close({ drainTimeoutMs: 0 });
    const { bridge } = await testBridge({ records: world.records });
    const { checkpoints } = await bridge.listCheckpoints(sessionId);
    expect(checkpoints).toEqual([answer, closed.answer]);
  });
});

describe('the restore of a checkpoint', () => {
  it('tells a fresh agent session the history up to the checkpoint, and no more', async () => {
    const world = await testBridge();
    const { bridge, prompt } = world;
    const sessionId = await spoken(world, 'apple');
    const { answer: checkpoint } = await bridge.createCheckpoint(sessionId, {}, caller);
    await say(world, sessionId, 'banana');
    const target = { sessionId, checkpointId: checkpoint.checkpointId };
    const { answer } = await bridge.restoreCheckpoint(target, { expectedGeneration: 1 }, caller);
    expect(answer).toMatchObject({ generation: 2, context: 'reseeded' });
    await settled();
    await prompt(sessionId, 'cherry');
    const told = await transcriptOf(world, 2);
    expect(told).toContain('re: apple');
    expect(told).not.toContain('banana');
    expect((await world.agents.turn(2)).texts.slice(1)).toEqual(['cherry']);
    expect((await world.told(sessionId)).slice(-5)).toEqual([
      'checkpoint_created restore',
      'session_reset restore',
      'agent_started',
      'session_restored reseeded',
      'session_update user_message_chunk cherry',
    ]);
  });

  it('is remembered with what came since when the agent forgets, and can be undone', async () => {
    const world = await testBridge();
    const { bridge, agents, prompt } = world;
    agents.capabilities = { ...agents.capabilities, canResume: false, canLoad: false };
    const sessionId = await spoken(world, 'apple');
    const { answer: checkpoint } = await bridge.createCheckpoint(sessionId, {}, caller);
    await say(world, sessionId, 'banana');
    const restore = async (checkpointId: string) =>
      (await bridge.restoreCheckpoint({ sessionId, checkpointId }, {}, caller)).answer;
    const undo = (await restore(checkpoint.checkpointId)).checkpointId ?? '';
    await settled();
    await say(world, sessionId, 'cherry');
    agents.process.die();
    await settled();
    await prompt(sessionId, 'damson');
    const told = await transcriptOf(world, 3);
    expect(told).toMatch(/apple.*cherry/s);
    expect(told).not.toContain('banana');
    expect(told).not.toContain('damson');
    (await agents.turn(3)).answer();
    await settled();
    await restore(undo);
    await settled();
    await prompt(sessionId, 'elder');
    expect(await transcriptOf(world, 4)).toMatch(/apple.*banana/s);
    expect(await transcriptOf(world, 4)).not.toContain('cherry');
  });

  it('before the first turn gives a fresh session, and of a closed one stays closed', async () => {
    const world = await testBridge();
    const { bridge } = world;
    const sessionId = await world.create();
    const { answer: checkpoint } = await bridge.createCheckpoint(sessionId, {}, caller);
    await say(world, sessionId, 'apple');
    await bridge.closeSession(sessionId, caller);
    const target = { sessionId, checkpointId: checkpoint.checkpointId };
    expect((await bridge.restoreCheckpoint(target, {}, caller)).answer.context).toBe('fresh');
    expect((await bridge.describeSession(sessionId)).state).toBe('closed');
    const loaded = await bridge.loadSession(sessionId, {}, caller);
    expect(loaded.answer.context).toBe('fresh');
  });

  it('is refused where the session changed', async () => {
    const world = await testBridge();
    const { bridge } = world;
    const sessionId = await spoken(world, 'apple');
    const { checkpointId } = (await bridge.createCheckpoint(sessionId, {}, caller)).answer;
    const restore = () =>
      bridge.restoreCheckpoint({ sessionId, checkpointId }, { expectedGeneration: 1 }, caller);
    await restore();
    await expectRefusal(restore(), 'session_changed', { generation: 2, expectedGeneration: 1 });
  });
});

describe('a branch of a checkpoint', () => {
  it('is a session of its own that gets its agent with its first prompt', async () => {
    const world = await testBridge();
    const { bridge, agents, prompt } = world;
    const sessionId = await spoken(world, 'apple');
    await bridge.updateMetadata(sessionId, { displayName: 'Fruit' }, caller);
    const { checkpointId } = (await bridge.createCheckpoint(sessionId, {}, caller)).answer;
    await say(world, sessionId, 'banana');
    const target = { sessionId, checkpointId };
    const { answer } = await bridge.branchCheckpoint(target, {}, caller);
    expect(answer).toMatchObject({
      displayName: 'Fruit (checkpoint)',
      context: 'reseeded',
      forkedFrom: { sessionId, atEventId: 4 },
    });
    expect((await bridge.branchCheckpoint(target, {}, caller)).answer.displayName).toBe(
      'Fruit (checkpoint 2)',
    );
    const branch = sessionIdIn(answer.sessionId);
    expect(await bridge.describeSession(branch)).toMatchObject({
      state: 'stranded',
      strandedCause: 'not_started',
    });
    expect(agents.process.conversations).toHaveLength(1);
    await prompt(branch, 'cherry', { ...caller, clientId: undefined });
    expect(await transcriptOf(world, 2)).toContain('re: apple');
    expect(await transcriptOf(world, 2)).not.toContain('banana');
  });

  it('works of a closed session whose agent is gone for good', async () => {
    const world = await testBridge();
    const sessionId = await spoken(world, 'apple');
    const { checkpointId } = (await world.bridge.createCheckpoint(sessionId, {}, caller)).answer;
    await world.bridge.closeSession(sessionId, caller);
    await world.bridge.close({ drainTimeoutMs: 0 });
    const after = await testBridge({ records: world.records });
    after.agents.definitions.delete('fake');
    const { answer } = await after.bridge.branchCheckpoint({ sessionId, checkpointId }, {}, caller);
    expect(JSON.stringify(await after.events(sessionIdIn(answer.sessionId)))).toContain('re: apple');
  });
});
