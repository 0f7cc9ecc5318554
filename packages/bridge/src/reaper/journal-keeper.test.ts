import { isTurnTerminal } from '@holdfast/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { foldHistory } from '../session/recorded-state.ts';
import { settled } from '../testing/fake-clock.ts';
import { sampleKey } from '../testing/journal-samples.ts';
import { caller, expectRefusal, type TestBridge, testBridge } from '../testing/test-bridge.ts';
import { JournalKeeper } from './journal-keeper.ts';

const wide = { maxEvents: 10_000, maxBytes: 1e9 };
const minute = 60_000;

let keeper: JournalKeeper | undefined;
afterEach(() => keeper?.close());

/** A session of which the last two turns are retained, and a keeper at work. */
async function scene(retainedTurns = 2) {
  const world = await testBridge({ limits: { retainedTurns } });
  const sessionId = await world.create();
  keeper = new JournalKeeper(world.core);
  keeper.start();
  const say = async (...words: readonly string[]) => {
    for (const word of words) {
      const place = world.agents.turns.length;
      await world.prompt(sessionId, word);
      (await world.agents.turn(place)).say(`re: ${word}`);
      (await world.agents.turn(place)).answer();
      await settled();
    }
  };
  const round = async () => {
    await world.clock.advance(minute);
    await settled();
  };
  return { ...world, sessionId, say, round };
}

const words = async ({ bridge }: TestBridge, sessionId: Parameters<TestBridge['events']>[0]) =>
  ((await bridge.readMessages(sessionId, {})).entries ?? []).map((entry) =>
    entry.kind === 'gap' ? 'gap' : entry.user.text,
  );

describe('of a session only the last turns are retained', () => {
  it('whole ones, once a minute; messages, events and lists say the same', async () => {
    const world = await scene();
    const { sessionId, say, round, bridge, core } = world;
    await say('one', 'two');
    await round();
    expect(await words(world, sessionId)).toEqual(['one', 'two']);
    await say('three', 'four');
    expect(await words(world, sessionId)).toEqual(['one', 'two', 'three', 'four']);
    await round();
    expect(await words(world, sessionId)).toEqual(['three', 'four']);
    const retained = await core.journal.read(sessionId, 0, wide);
    expect(retained.filter(({ type }) => isTurnTerminal(type))).toHaveLength(2);
    const { earliestSeq } = await core.journal.range(sessionId);
    expect(earliestSeq).toBe(retained[0]?.seq);
    const events = (await bridge.getTranscript(sessionId, {})).events.map(({ id }) => id);
    expect(events).toEqual(retained.map(({ seq }) => seq));
    expect((await bridge.describeSession(sessionId)).title).toBe('one');
  });

  it('a reader with an older cursor is told, and one that was behind, too', async () => {
    const { sessionId, say, round, bridge, core } = await scene();
    await say('one', 'two', 'three', 'four');
    const behind = await bridge.subscribe(sessionId, { after: 3 });
    expect(await behind.missed(3)).toBeUndefined();
    await round();
    const { earliestSeq } = await core.journal.range(sessionId);
    const resync = { reason: 'history_trimmed', lastDeliveredId: 3, earliestAvailableId: earliestSeq };
    expect(await behind.missed(3)).toEqual(resync);
    expect((await behind.read(3, wide))[0]?.seq).toBe(earliestSeq);
    expect(await behind.missed(earliestSeq - 1)).toBeUndefined();
    behind.leave();
    const back = await bridge.subscribe(sessionId, { after: 3 });
    expect([back.resync, back.after]).toEqual([resync, earliestSeq - 1]);
    back.leave();
    const anew = await bridge.subscribe(sessionId, { after: 0 });
    expect([anew.resync, anew.after]).toEqual([undefined, earliestSeq - 1]);
    anew.leave();
  });

  it('the state does not change by it: neither what is told live nor what the journal says', async () => {
    const { sessionId, say, round, core } = await scene(1);
    await say('one', 'two', 'three');
    const session = core.registry.find(sessionId);
    const before = session?.state;
    await round();
    expect((await core.journal.range(sessionId)).earliestSeq).toBeGreaterThan(1);
    expect(session?.state).toBe(before);
    expect(await foldHistory(core.journal, sessionId)).toEqual(before);
  });

  it('a turn that runs, and all that waits, stays whatever its age', async () => {
    const world = await scene(1);
    const { sessionId, say, round, agents, prompt, events } = world;
    await say('one', 'two');
    const running = await prompt(sessionId, 'three');
    (await agents.turn(2)).say('half');
    const waiting = await prompt(sessionId, 'four');
    await round();
    expect(await words(world, sessionId)).toEqual(['two', 'three']);
    const retained = JSON.stringify(await events(sessionId));
    for (const promptId of [running, waiting]) expect(retained).toContain(promptId);
  });

  it('its past can be branched off as far as it is retained, and is refused before', async () => {
    const { sessionId, say, round, bridge, core } = await scene();
    await say('one');
    const { answer: early } = await bridge.createCheckpoint(sessionId, {}, caller);
    await say('two', 'three');
    const { answer: late } = await bridge.createCheckpoint(sessionId, {}, caller);
    await round();
    expect((await core.journal.range(sessionId)).earliestSeq).toBeGreaterThan(early.eventId);
    const to = (checkpointId: string) => ({ sessionId, checkpointId });
    await expectRefusal(bridge.branchSession(sessionId, { atEventId: 3 }, caller), 'branch_point_invalid');
    await expectRefusal(bridge.branchCheckpoint(to(early.checkpointId), {}, caller), 'checkpoint_not_found');
    await expectRefusal(bridge.restoreCheckpoint(to(early.checkpointId), {}, caller), 'checkpoint_not_found');
    const { answer } = await bridge.branchCheckpoint(to(late.checkpointId), {}, caller);
    expect(answer.context).toBe('reseeded');
  });

  it('what its conversation rests on stays, until that has more turns itself', async () => {
    const { sessionId, say, round, bridge, core } = await scene();
    await say('one');
    const { answer } = await bridge.createCheckpoint(sessionId, {}, caller);
    await say('two');
    await bridge.restoreCheckpoint({ sessionId, checkpointId: answer.checkpointId }, {}, caller);
    await settled();
    await say('three');
    await round();
    expect((await core.journal.range(sessionId)).earliestSeq).toBe(1);
    await say('four');
    await round();
    expect((await core.journal.range(sessionId)).earliestSeq).toBeGreaterThan(answer.eventId);
    await bridge.resetSession(sessionId, { reason: 'reset', queue: 'keep' }, caller);
    await settled();
    await say('five');
    await round();
    const retained = JSON.stringify(await core.journal.read(sessionId, 0, wide));
    expect(['three', 'four', 'five'].map((word) => retained.includes(`re: ${word}`))).toEqual([
      false,
      true,
      true,
    ]);
  });

  it('and all of them where nothing else is asked for', async () => {
    const world = await scene(0);
    await world.say('one', 'two', 'three');
    await world.round();
    expect(await words(world, world.sessionId)).toEqual(['one', 'two', 'three']);
  });
});

it('stored answers are kept for two days, and no longer', async () => {
  const { store, clock, round, core } = await scene();
  const key = sampleKey({ createdAt: clock.now() });
  await store.journal.commit({ keys: [key], isAcknowledged: true });
  await round();
  expect(await core.journal.findKey(key.scope, key.key)).toEqual(key);
  await clock.advance(48 * 60 * minute);
  await round();
  expect(await core.journal.findKey(key.scope, key.key)).toBeUndefined();
});
