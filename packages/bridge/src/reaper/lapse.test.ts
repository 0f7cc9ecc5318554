import { describe, expect, it } from 'vitest';
import { client } from '../testing/samples.ts';
import { caller, expectRefusal, testBridge } from '../testing/test-bridge.ts';
import { IdleReaper } from './idle-reaper.ts';
import { hasLapsed } from './lapse-policy.ts';

const ttl = 1_800_000;
const interval = 60_000;
const by = (name: string) => ({ ...caller, clientId: client(name) });

/** A session that ann made and bob attached to, and a reaper at work. */
async function scene(limits = {}) {
  const world = await testBridge({ limits });
  const { bridge, clock, create, core } = world;
  const sessionId = await create({}, by('ann'));
  await bridge.createSession({}, by('bob'));
  const reaper = new IdleReaper(core);
  reaper.start();
  const registered = () => Object.keys(core.registry.find(sessionId)?.state.clients ?? {});
  /** Lets time pass in which only these are seen. */
  const live = async (byMs: number, ...seen: readonly string[]) => {
    for (let passed = 0; passed < byMs; passed += interval) {
      for (const name of seen) await bridge.heartbeat(sessionId, by(name));
      await clock.advance(interval);
    }
  };
  const closed = async () => (await bridge.describeSession(sessionId)).closedReason;
  return { ...world, sessionId, registered, live, closed, stop: () => reaper.close() };
}

describe('a registration', () => {
  it('lapses when its client was not seen for the idle time-out, not before, and only its own', async () => {
    const { bridge, sessionId, registered, live, closed, stop } = await scene();
    await live(ttl, 'bob');
    expect(registered()).toEqual(['ann', 'bob']);
    await live(interval, 'bob');
    expect(registered()).toEqual(['bob']);
    await expectRefusal(bridge.heartbeat(sessionId, by('ann')), 'invalid_client_id');
    expect(await closed()).toBeUndefined();
    stop();
  });

  it('lapses whole, however often its client attached', async () => {
    const { bridge, registered, live, stop } = await scene();
    for (let times = 0; times < 3; times += 1) await bridge.createSession({}, by('ann'));
    await live(ttl + interval, 'bob');
    expect(registered()).toEqual(['bob']);
    stop();
  });

  it('never lapses when the idle time-out is off, or before its time when the clock is set', async () => {
    const off = await scene({ sessionIdleTimeoutMs: 0 });
    await off.live(2 * ttl, 'bob');
    expect(off.registered()).toEqual(['ann', 'bob']);
    off.stop();
    const set = await scene();
    set.clock.jump(2 * ttl);
    await set.live(interval, 'bob');
    expect(set.registered()).toEqual(['ann', 'bob']);
    set.stop();
  });

  it.each<[string, (world: Awaited<ReturnType<typeof scene>>) => Promise<unknown>]>([
    ['a heartbeat', ({ bridge, sessionId }) => bridge.heartbeat(sessionId, by('ann'))],
    ['an attach', ({ bridge }) => bridge.createSession({}, by('ann'))],
    ['a load', ({ bridge, sessionId }) => bridge.loadSession(sessionId, {}, by('ann'))],
    ['a request', ({ bridge, sessionId }) => bridge.cancelTurn(sessionId, by('ann'))],
    ['a branch', ({ bridge, sessionId }) => bridge.branchSession(sessionId, {}, by('ann'))],
    [
      'a look at the end of its stream',
      async ({ bridge, sessionId }) => {
        (await bridge.subscribe(sessionId, { clientId: client('ann') })).leave();
      },
    ],
  ])('is kept by %s', async (_, act) => {
    const world = await scene();
    await world.live(ttl, 'bob');
    await act(world);
    await world.live(interval, 'bob');
    expect(world.registered().sort()).toEqual(['ann', 'bob']);
    await world.live(ttl, 'bob');
    expect(world.registered()).toEqual(['bob']);
    world.stop();
  });

  it('is kept while its client has a prompt under way, and counts from that turn’s end', async () => {
    const { agents, prompt, sessionId, registered, live, told, stop } = await scene();
    await prompt(sessionId, 'long work', by('ann'));
    await live(2 * ttl, 'bob');
    expect(registered()).toEqual(['ann', 'bob']);
    (await agents.turn(0)).answer();
    await told(sessionId);
    await live(ttl, 'bob');
    expect(registered()).toEqual(['ann', 'bob']);
    await live(interval, 'bob');
    expect(registered()).toEqual(['bob']);
    stop();
  });

  it('is kept while its client reads the stream; who reads without a name keeps nobody', async () => {
    const { bridge, sessionId, registered, live, stop } = await scene();
    const reader = await bridge.subscribe(sessionId, { clientId: client('ann') });
    await bridge.subscribe(sessionId, { clientId: client('stranger') });
    await bridge.subscribe(sessionId, {});
    await live(2 * ttl);
    expect(registered()).toEqual(['ann']);
    reader.leave();
    await live(ttl + interval);
    expect(registered()).toEqual([]);
    stop();
  });

  it('is counted anew from a restart', async () => {
    const before = await scene();
    await before.live(ttl, 'bob');
    before.stop();
    await before.bridge.close();
    const { bridge, clock, core } = await testBridge({ records: before.records, clock: before.clock });
    await bridge.loadSession(before.sessionId, {}, by('bob'));
    const reaper = new IdleReaper(core);
    reaper.start();
    await clock.advance(interval);
    const registered = () => Object.keys(core.registry.find(before.sessionId)?.state.clients ?? {});
    expect(registered()).toEqual(['ann', 'bob']);
    reaper.close();
  });
});

describe('the last registration that lapses', () => {
  it('leaves a session alone that somebody watches', async () => {
    const { bridge, sessionId, registered, live, closed, stop } = await scene();
    const reader = await bridge.subscribe(sessionId, {});
    await live(ttl + interval);
    expect(registered()).toEqual([]);
    expect(await closed()).toBeUndefined();
    reader.leave();
    await live(ttl + interval);
    expect(await closed()).toBe('idle_timeout');
    stop();
  });

  it('leaves a session alone that is used without a name, until that ends too', async () => {
    const { bridge, clock, sessionId, registered, live, closed, stop } = await scene();
    for (let passed = 0; passed < 2 * ttl; passed += interval) {
      await bridge.heartbeat(sessionId, { ...caller, clientId: undefined });
      await clock.advance(interval);
    }
    expect(registered()).toEqual([]);
    expect(await closed()).toBeUndefined();
    await live(ttl);
    expect(await closed()).toBe('idle_timeout');
    stop();
  });

  it('is not what closes an idle session: that is the time-out itself', async () => {
    const { live, closed, stop } = await scene();
    await live(ttl + interval);
    expect(await closed()).toBe('idle_timeout');
    stop();
  });

  it('is left alone in a session without an agent', async () => {
    const { agents, registered, live, closed, stop } = await scene();
    agents.process.die();
    await live(2 * ttl);
    expect(registered()).toEqual(['ann', 'bob']);
    expect(await closed()).toBeUndefined();
    stop();
  });
});

describe('the lapse policy', () => {
  const gone = { hasPrompt: false, isReading: false, lastSeenAt: 1_000 };
  const now = 1_000 + ttl + 1;

  it('lets go whom nothing keeps', () => {
    expect(hasLapsed(gone, now, ttl)).toBe(true);
  });

  it.each([
    ['a prompt', { hasPrompt: true }],
    ['a stream', { isReading: true }],
    ['a sign of life exactly the time-out ago', { lastSeenAt: now - ttl }],
  ])('never lets go whom %s keeps', (_, guard) => {
    expect(hasLapsed({ ...gone, ...guard }, now, ttl)).toBe(false);
  });

  it('never lets anybody go when it is off', () => {
    expect(hasLapsed(gone, now, 0)).toBe(false);
  });
});
