import { describe, expect, it } from 'vitest';
import { settled } from '../testing/fake-clock.ts';
import { caller, expectRefusal, testBridge } from '../testing/test-bridge.ts';

const limit = { maxEvents: 100, maxBytes: 1e6 };

async function withTurn(limits = {}) {
  const world = await testBridge({ limits });
  const sessionId = await world.create();
  await world.prompt(sessionId, 'one');
  (await world.agents.turn(0)).answer();
  await settled();
  return { ...world, sessionId };
}

describe('a reader', () => {
  it('without a cursor begins now; with one it is told how far replay goes', async () => {
    const { bridge, sessionId } = await withTurn();
    expect(await bridge.subscribe(sessionId, {})).toMatchObject({ after: 3 });
    expect(await bridge.subscribe(sessionId, { after: 1 })).toMatchObject({ after: 1, replayTo: 3 });
    expect(await bridge.subscribe(sessionId, { after: 0 })).toMatchObject({ after: 0, replayTo: 3 });
  });

  it('whose cursor means nothing any more begins again and is told so', async () => {
    const { bridge, sessionId } = await withTurn();
    const resync = { reason: 'epoch_reset', earliestAvailableId: 1 };
    expect(await bridge.subscribe(sessionId, { after: 9 })).toMatchObject({
      after: 0,
      resync: { ...resync, lastDeliveredId: 9 },
    });
    const foreign = { after: 2, epoch: '00000000-0000-4000-8000-00000000ffff' };
    expect(await bridge.subscribe(sessionId, foreign)).toMatchObject({ after: 0, resync });
    expect((await bridge.subscribe(sessionId, { after: 2, epoch: bridge.epoch })).resync).toBeUndefined();
    expect((await bridge.subscribe(sessionId, { ...foreign, after: 0 })).resync).toBeUndefined();
  });

  it('hears of each commit and reads on from its cursor, without gap or repeat', async () => {
    const { bridge, agents, sessionId, prompt } = await withTurn();
    const reader = await bridge.subscribe(sessionId, {});
    const heard: number[] = [];
    reader.watch((events) => void heard.push(...events.map(({ seq }) => seq)));
    await prompt(sessionId, 'two');
    (await agents.turn(1)).answer();
    await settled();
    const read = await reader.read(reader.after, limit);
    expect(read.map(({ seq }) => seq)).toEqual([4, 5]);
    expect(heard).toEqual([4, 5]);
  });

  it('of a closed session reads to its end; at the end there is nothing to wait for', async () => {
    const { bridge, sessionId } = await withTurn();
    await bridge.closeSession(sessionId, caller);
    const reader = await bridge.subscribe(sessionId, { after: 2 });
    expect((await reader.read(2, limit)).map(({ type }) => type)).toEqual([
      'turn_complete',
      'session_closed',
    ]);
    await expectRefusal(bridge.subscribe(sessionId, { after: 4 }), 'session_not_found', { loadable: true });
    await expectRefusal(bridge.subscribe(sessionId, {}), 'session_not_found');
  });

  it('is refused beyond the limit, and leaves its place once', async () => {
    const { bridge, sessionId } = await withTurn({ maxSubscribers: 2 });
    const [one] = [await bridge.subscribe(sessionId, {}), await bridge.subscribe(sessionId, {})];
    await expectRefusal(bridge.subscribe(sessionId, {}), 'subscriber_limit_exceeded', { limit: 2 });
    one?.leave();
    one?.leave();
    await bridge.subscribe(sessionId, {});
    await expectRefusal(bridge.subscribe(sessionId, {}), 'subscriber_limit_exceeded');
  });
});
