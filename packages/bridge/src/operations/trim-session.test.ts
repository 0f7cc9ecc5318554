import { describe, expect, it } from 'vitest';
import { foldHistory } from '../session/recorded-state.ts';
import { settled } from '../testing/fake-clock.ts';
import { caller, expectRefusal, sessionIdIn, type TestBridge, testBridge } from '../testing/test-bridge.ts';

type SessionId = Awaited<ReturnType<TestBridge['create']>>;

async function say({ agents, prompt }: TestBridge, sessionId: SessionId, ...words: readonly string[]) {
  for (const word of words) {
    const place = agents.turns.length;
    await prompt(sessionId, word);
    (await agents.turn(place)).say(`re: ${word}`);
    (await agents.turn(place)).answer();
    await settled();
  }
}

/** Three turns of three events: apple 2 to 4, banana 5 to 7, cherry 8 to 10. */
async function talked(world: TestBridge) {
  const sessionId = await world.create();
  await say(world, sessionId, 'apple', 'banana', 'cherry');
  return sessionId;
}

/** What a reader is sent that begins anew. */
async function replayed({ bridge }: TestBridge, sessionId: SessionId, after = 0) {
  const subscription = await bridge.subscribe(sessionId, { after });
  const events = await subscription.read(subscription.after, { maxEvents: 100, maxBytes: 1_000_000 });
  subscription.leave();
  return { ids: events.map(({ seq }) => seq), resync: subscription.resync };
}

const saidIn = async ({ bridge }: TestBridge, sessionId: SessionId, generation?: string) =>
  (await bridge.readMessages(sessionId, { generation })).entries?.map((entry) =>
    entry.kind === 'turn' ? entry.user.text : 'gap',
  );

describe('a trim', () => {
  it('keeps whole turns', async () => {
    const world = await testBridge();
    const sessionId = await talked(world);
    expect(await world.bridge.trimSession(sessionId, { keepTurns: 2 }, caller)).toMatchObject({
      sessionId,
      generation: 1,
      context: 'unchanged',
      trimmedTurns: 1,
      keptTurns: 2,
      earliestEventId: 5,
      lastEventId: 10,
    });
    expect((await replayed(world, sessionId)).ids).toEqual([5, 6, 7, 8, 9, 10]);
    expect(await saidIn(world, sessionId)).toEqual(['banana', 'cherry']);
    const { previews } = await world.bridge.previewSessions({ sessionIds: [sessionId] });
    expect(previews[0]?.items.map(({ text }) => text).slice(0, 2)).toEqual(['banana', 're: banana']);
    expect(await world.bridge.trimSession(sessionId, { keepTurns: 2 }, caller)).toMatchObject({
      trimmedTurns: 0,
      keptTurns: 2,
    });
  });

  it('before an event inside a turn keeps that turn, and the newest one always', async () => {
    const world = await testBridge();
    const { bridge } = world;
    const sessionId = await talked(world);
    expect(await bridge.trimSession(sessionId, { beforeEventId: 6 }, caller)).toMatchObject({
      trimmedTurns: 1,
      earliestEventId: 5,
    });
    expect(await bridge.trimSession(sessionId, { beforeEventId: 1_000 }, caller)).toMatchObject({
      trimmedTurns: 1,
      keptTurns: 1,
      earliestEventId: 8,
    });
  });

  it('does not cut where a prompt ended that had joined a turn: the turn goes on', async () => {
    const world = await testBridge();
    const { bridge, agents, prompt } = world;
    const sessionId = await world.create();
    await say(world, sessionId, 'apple');
    await prompt(sessionId, 'host');
    const joining = { prompt: [{ type: 'text' as const, text: 'guest' }], mode: 'inject' as const };
    const { answer, release } = await bridge.promptSession(sessionId, joining, caller);
    release();
    await settled();
    (await agents.turn(1)).answer();
    await settled();
    await say(world, sessionId, 'cherry');
    const ends = (await world.events(sessionId)).filter(({ type }) => type === 'turn_complete');
    const [, guest, host] = ends.map(({ id = 0 }) => id);
    expect(ends[1]?.promptId).toBe(answer.promptId);
    expect(await bridge.trimSession(sessionId, { beforeEventId: host }, caller)).toMatchObject({
      trimmedTurns: 1,
      keptTurns: 2,
    });
    expect(guest).toBe((host ?? 0) - 1);
    expect(await saidIn(world, sessionId)).toEqual(['guest', 'host', 'cherry']);
  });

  it('leaves the running turn alone, and what the agent remembers', async () => {
    const world = await testBridge();
    const { bridge, agents, prompt } = world;
    const sessionId = await talked(world);
    await prompt(sessionId, 'running');
    expect(await bridge.trimSession(sessionId, { keepTurns: 1 }, caller)).toMatchObject({ keptTurns: 1 });
    (await agents.turn(3)).answer();
    await say(world, sessionId, 'damson');
    expect((await agents.turn(4)).texts).toEqual(['damson']);
    expect(agents.process.calls).toEqual(['new agent-1']);
  });

  it('is what a fresh agent session is told: the turns that were kept and no others', async () => {
    const world = await testBridge();
    const { agents, prompt } = world;
    agents.capabilities = { ...agents.capabilities, canResume: false, canLoad: false };
    const sessionId = await talked(world);
    await world.bridge.trimSession(sessionId, { keepTurns: 1 }, caller);
    agents.process.die();
    await settled();
    await prompt(sessionId, 'damson');
    const [history, ...rest] = (await agents.turn(3)).texts.map(String);
    expect(rest).toEqual(['damson']);
    expect(history).toContain('re: cherry');
    expect(history).not.toMatch(/apple|banana|omitted/);
  });

  it('tells a reader that is behind, and survives a restart', async () => {
    const world = await testBridge();
    const sessionId = await talked(world);
    await world.bridge.trimSession(sessionId, { keepTurns: 1 }, caller);
    await world.bridge.close({ drainTimeoutMs: 0 });
    const after = await testBridge({ records: world.records });
    expect(await replayed(after, sessionId, 3)).toMatchObject({
      resync: { reason: 'history_trimmed', lastDeliveredId: 3, earliestAvailableId: 8 },
      ids: [8, 9, 10],
    });
    const { answer } = await after.bridge.loadSession(sessionId, {}, caller);
    expect(answer.lastEventId).toBe(7);
    const transcript = await after.bridge.getTranscript(sessionId, {});
    expect(transcript.events[0]?.id).toBe(8);
  });

  it('loses nothing: everything is still said, searched, exported, branched and gone back to', async () => {
    const world = await testBridge();
    const { bridge, events } = world;
    const sessionId = await world.create();
    await say(world, sessionId, 'apple');
    const { checkpointId } = (await bridge.createCheckpoint(sessionId, {}, caller)).answer;
    await say(world, sessionId, 'banana', 'cherry');
    await bridge.trimSession(sessionId, { keepTurns: 1 }, caller);
    expect(await saidIn(world, sessionId, 'all')).toEqual(['apple', 'banana', 'cherry']);
    const branched = async (id: string) => JSON.stringify((await events(sessionIdIn(id))).slice(1));
    const head = await bridge.branchSession(sessionId, {}, caller);
    expect(await branched(head.answer.sessionId)).not.toContain('re: apple');
    const early = await bridge.branchSession(sessionId, { atEventId: 4 }, caller);
    expect(await branched(early.answer.sessionId)).toContain('re: apple');
    await bridge.restoreCheckpoint({ sessionId, checkpointId }, {}, caller);
    await settled();
    await say(world, sessionId, 'damson');
    expect(String(world.agents.turns.at(-1)?.texts[0])).toContain('re: apple');
  });

  it('counts anew in each generation', async () => {
    const world = await testBridge();
    const { bridge } = world;
    const sessionId = await talked(world);
    await bridge.trimSession(sessionId, { keepTurns: 2 }, caller);
    await bridge.resetSession(sessionId, { reason: 'reset', queue: 'keep' }, caller);
    await settled();
    await say(world, sessionId, 'damson', 'elder');
    expect(await bridge.trimSession(sessionId, { keepTurns: 1 }, caller)).toMatchObject({
      generation: 2,
      trimmedTurns: 1,
      keptTurns: 1,
    });
    expect(await saidIn(world, sessionId, '1')).toEqual(['apple', 'banana', 'cherry']);
    expect((await replayed(world, sessionId)).ids[0]).toBeGreaterThan(10);
  });

  it('erases what is not to be archived, what was trimmed before too, and again changes nothing', async () => {
    const world = await testBridge();
    const { bridge } = world;
    const sessionId = await world.create();
    await say(world, sessionId, 'apple');
    const { checkpointId } = (await bridge.createCheckpoint(sessionId, {}, caller)).answer;
    await say(world, sessionId, 'banana', 'cherry');
    await bridge.trimSession(sessionId, { keepTurns: 2 }, caller);
    expect(await saidIn(world, sessionId, 'all')).toContain('apple');
    for (let time = 0; time < 2; time += 1)
      await bridge.trimSession(sessionId, { keepTurns: 1, archive: false }, caller);
    expect(await saidIn(world, sessionId, 'all')).toEqual(['cherry']);
    const { journal, registry } = world.core;
    expect(await foldHistory(journal, sessionId)).toEqual(registry.find(sessionId)?.state);
    const target = { sessionId, checkpointId };
    await expectRefusal(bridge.restoreCheckpoint(target, {}, caller), 'checkpoint_not_found');
    await expectRefusal(bridge.branchSession(sessionId, { atEventId: 4 }, caller), 'branch_point_invalid');
    const head = await bridge.branchSession(sessionId, {}, caller);
    expect(JSON.stringify(await world.events(sessionIdIn(head.answer.sessionId)))).toContain('re: cherry');
  });

  it('never erases what the conversation rests on, be it older than what was cut off another one', async () => {
    const world = await testBridge();
    const { bridge, agents } = world;
    agents.capabilities = { ...agents.capabilities, canResume: false, canLoad: false };
    const sessionId = await world.create();
    await say(world, sessionId, 'apple', 'banana');
    const { checkpointId } = (await bridge.createCheckpoint(sessionId, {}, caller)).answer;
    await say(world, sessionId, 'cherry', 'damson');
    await bridge.trimSession(sessionId, { keepTurns: 1 }, caller);
    await bridge.restoreCheckpoint({ sessionId, checkpointId }, {}, caller);
    await settled();
    expect(await bridge.trimSession(sessionId, { keepTurns: 1, archive: false }, caller)).toMatchObject({
      trimmedTurns: 1,
      keptTurns: 1,
    });
    agents.processes.at(-1)?.die();
    await settled();
    await say(world, sessionId, 'elder');
    const history = String(world.agents.turns.at(-1)?.texts[0]);
    expect(history).toContain('re: banana');
    expect(await saidIn(world, sessionId, 'all')).not.toContain('apple');
  });

  it('needs one limit', async () => {
    const { bridge, create } = await testBridge();
    const sessionId = await create();
    await expectRefusal(bridge.trimSession(sessionId, {}, caller), 'invalid_request');
    const both = { keepTurns: 1, beforeEventId: 1 };
    await expectRefusal(bridge.trimSession(sessionId, both, caller), 'invalid_request');
    expect(await bridge.trimSession(sessionId, { keepTurns: 1, archive: false }, caller)).toMatchObject({
      trimmedTurns: 0,
    });
  });
});
