import { fc, test } from '@fast-check/vitest';
import { DaemonError } from '@holdfast/protocol';
import { describe, expect, it } from 'vitest';
import { isIdle } from '../reaper/idle-policy.ts';
import { IdleReaper } from '../reaper/idle-reaper.ts';
import { race, runs } from '../testing/raced-bridge.ts';
import { client } from '../testing/samples.ts';
import { caller, sessionIdIn, testBridge } from '../testing/test-bridge.ts';

const by = (name: string) => ({ ...caller, clientId: client(name) });
const ttl = 1_800_000;
const hello = { prompt: [{ type: 'text' as const, text: 'again' }] };

describe('a close, the reaper, the last detach and the death of the agent', () => {
  const acts = fc.uniqueArray(
    fc.constantFrom('close', 'close again', 'reap', 'detach', 'die', 'cancel', 'prompt', 'answer'),
    { minLength: 2, maxLength: 8 },
  );

  test.prop([fc.scheduler(), acts, fc.constantFrom('idle', 'running', 'queued')], runs(300))(
    'never end a session twice, nor tell its agent twice, nor log it twice',
    (scheduler, chosen, begun) =>
      race(scheduler, {}, async (raced) => {
        const { bridge, agents, clock, core, logged, prompt, events } = raced;
        const sessionId = await raced.create({}, by('ann'));
        if (begun !== 'idle') await prompt(sessionId, 'one', by('ann'));
        if (begun === 'queued') await prompt(sessionId, 'two', by('ann'));
        const { process } = agents;
        await clock.advance(ttl + 1);
        const reaper = new IdleReaper(core);
        const act: Record<string, () => unknown> = {
          close: () => bridge.closeSession(sessionId, by('ann')),
          'close again': () => bridge.closeSession(sessionId, { ...caller, clientId: undefined }),
          reap: () => reaper.reap(),
          detach: () => bridge.detach(sessionId, by('ann')),
          die: () => process.die(),
          cancel: () => bridge.cancelTurn(sessionId, by('ann')),
          prompt: async () => (await bridge.promptSession(sessionId, hello, by('ann'))).release(),
          answer: () => agents.turns[0]?.answer(),
        };
        const runners = chosen.map((name) => raced.enter<unknown>(name, () => act[name]?.()));
        await raced.run();
        for (const { outcome, code } of runners) {
          expect(outcome).not.toBe('waiting');
          if (outcome === 'refused') expect(['session_not_found', 'invalid_client_id']).toContain(code);
        }
        const types = (await events(sessionId)).map(({ type }) => type);
        const ends = types.filter((type) => type === 'session_closed' || type === 'session_died').length;
        expect(ends).toBeLessThanOrEqual(1);
        if (ends === 1) expect(types.at(-1)).toMatch(/^session_/);
        expect(logged.filter(({ message }) => message === 'session closed')).toHaveLength(ends);
        const told = agents.processes.flatMap(({ calls }) => calls).filter((call) => /^close /.test(call));
        expect(told.length).toBeLessThanOrEqual(ends);
        // Only a dead agent is not told; one that lives is, once.
        if (ends === 1 && !chosen.includes('die')) expect(told).toHaveLength(1);
        if (chosen.includes('close') && !chosen.includes('detach')) expect(ends).toBe(1);
      }),
  );

  test.prop([fc.scheduler(), fc.constantFrom('prompt', 'subscribe', 'attach', 'heartbeat')], runs(120))(
    'never reap what somebody uses by then',
    (scheduler, use) =>
      race(scheduler, {}, async (raced) => {
        const { bridge, clock, core, events } = raced;
        const sessionId = await raced.create({}, by('ann'));
        await clock.advance(ttl + 1);
        const reaper = new IdleReaper(core);
        const act: Record<string, () => unknown> = {
          prompt: () => bridge.promptSession(sessionId, hello, by('ann')),
          subscribe: () => bridge.subscribe(sessionId, {}),
          attach: () => bridge.createSession({}, by('bob')),
          heartbeat: () => bridge.heartbeat(sessionId, by('ann')),
        };
        const used = raced.enter<unknown>(use, () => act[use]?.());
        raced.enter('reap', () => reaper.reap());
        await raced.run();
        expect(used.outcome).not.toBe('waiting');
        const types = (await events(sessionId)).map(({ type }) => type);
        if (types.includes('session_closed')) expect(types.at(-1)).toBe('session_closed');
        else expect((await bridge.getSessionStatus(sessionId)).state).not.toBe('closed');
      }),
  );
});

describe('the idle policy', () => {
  const idle = { hasTurn: false, queueLength: 0, subscribers: 0, isRestoring: false, lastSeenAt: 1_000 };
  const now = 1_000 + ttl + 1;

  it('closes what nothing keeps', () => {
    expect(isIdle(idle, now, ttl)).toBe(true);
  });

  it.each([
    ['a turn', { hasTurn: true }],
    ['a waiting prompt', { queueLength: 1 }],
    ['a reader', { subscribers: 1 }],
    ['a restore', { isRestoring: true }],
    ['a client seen a moment ago', { lastSeenAt: now }],
    ['a client seen exactly the time-out ago', { lastSeenAt: now - ttl }],
  ])('never closes what %s keeps', (_, guard) => {
    expect(isIdle({ ...idle, ...guard }, now, ttl)).toBe(false);
  });

  it('never closes anything when it is off', () => {
    expect(isIdle(idle, now, 0)).toBe(false);
  });
});

describe('the idle reaper', () => {
  const interval = 60_000;

  async function reaped(limits: Parameters<typeof testBridge>[0] = {}) {
    const logged: { message: string; fields: object }[] = [];
    const log = (fields: object, message: string) => void logged.push({ message, fields });
    const logger = { debug: log, info: log, warn: log, error: log };
    const world = await testBridge({ ...limits, logger });
    const reaper = new IdleReaper(world.core);
    const reported = () => logged.filter(({ message }) => message === 'an idle session could not be closed');
    return { ...world, reaper, logged, reported };
  }

  it('says at the start what it will do', async () => {
    const { reaper, logged } = await reaped();
    reaper.start();
    expect(logged.at(-1)).toEqual({
      message: 'idle sessions are closed',
      fields: { sessionIdleTimeoutMs: ttl, sessionReapIntervalMs: interval },
    });
    reaper.close();
    const off = await reaped({ limits: { sessionIdleTimeoutMs: 0 } });
    off.reaper.start();
    expect(off.logged.at(-1)?.message).toBe('idle sessions are never closed');
    expect(off.clock.pending).toBe(0);
  });

  it('closes an idle session by itself, with its reason, not before its time', async () => {
    const { reaper, create, clock, told, bridge, logged, core } = await reaped();
    reaper.start();
    const sessionId = await create();
    await clock.advance(ttl);
    expect((await bridge.getSessionStatus(sessionId)).state).toBe('idle');
    await clock.advance(interval);
    expect((await told(sessionId)).at(-1)).toBe('session_closed idle_timeout');
    expect(logged.filter(({ message }) => message === 'session closed')).toMatchObject([
      { fields: { sessionId, reason: 'idle_timeout' } },
    ]);
    expect(core.slots.used).toBe(0);
    await bridge.loadSession(sessionId, {}, caller);
    reaper.close();
  });

  it.each(['a turn', 'a waiting prompt', 'a reader', 'a heartbeat', 'a request'])(
    'leaves alone what %s keeps',
    async (guard) => {
      const { reaper, create, clock, bridge, prompt } = await reaped();
      const sessionId = await create();
      if (guard === 'a turn') await prompt(sessionId, 'hello');
      if (guard === 'a waiting prompt') {
        await prompt(sessionId, 'hello');
        await prompt(sessionId, 'and more');
      }
      if (guard === 'a reader') await bridge.subscribe(sessionId, {});
      await clock.advance(ttl + 1);
      if (guard === 'a heartbeat') await bridge.heartbeat(sessionId, caller);
      if (guard === 'a request') await bridge.updateMetadata(sessionId, { displayName: 'mine' }, caller);
      await reaper.reap();
      expect((await bridge.getSessionStatus(sessionId)).state).not.toBe('closed');
    },
  );

  it('leaves alone what is being restored', async () => {
    const { reaper, create, clock, bridge, agents, told } = await reaped();
    const sessionId = await create();
    await bridge.closeSession(sessionId, caller);
    await clock.advance(ttl + 1);
    const release = agents.hold('resume');
    const load = bridge.loadSession(sessionId, {}, caller);
    await told(sessionId);
    await clock.advance(ttl + 1);
    await reaper.reap();
    release();
    expect((await load).answer.context).toBe('native');
    expect((await bridge.getSessionStatus(sessionId)).state).toBe('idle');
  });

  it('counts from when a turn ended and when a reader left', async () => {
    const { reaper, create, clock, bridge, prompt, agents, told } = await reaped();
    const read = await create();
    const ran = await create();
    const reader = await bridge.subscribe(read, {});
    await prompt(ran, 'hello');
    await clock.advance(ttl + 1);
    reader.leave();
    (await agents.turn(0)).answer();
    await told(ran);
    await reaper.reap();
    expect((await bridge.getSessionStatus(read)).state).toBe('idle');
    expect((await bridge.getSessionStatus(ran)).state).toBe('idle');
    await clock.advance(ttl + 1);
    await reaper.reap();
    expect((await bridge.describeSession(read)).closedReason).toBe('idle_timeout');
    expect((await bridge.describeSession(ran)).closedReason).toBe('idle_timeout');
  });

  it('backs off from a session whose close fails, says so each time, and closes it in the end', async () => {
    const { reaper, create, clock, store, bridge, reported } = await reaped({
      limits: { sessionReapIntervalMs: 1_000 },
    });
    const sessionId = await create();
    await clock.advance(ttl + 1);
    store.refuses = () => true;
    reaper.start();
    await clock.advance(1_000);
    expect(reported()).toHaveLength(1);
    expect(reported()[0]?.fields).toMatchObject({ sessionId });
    expect(Reflect.get(reported()[0]?.fields ?? {}, 'err')).toBeInstanceOf(DaemonError);
    await clock.advance(59_000);
    expect(reported()).toHaveLength(1);
    await clock.advance(2_000);
    expect(reported()).toHaveLength(2);
    await clock.advance(110_000);
    expect(reported()).toHaveLength(2);
    store.refuses = undefined;
    await clock.advance(20_000);
    expect(reported()).toHaveLength(2);
    expect((await bridge.describeSession(sessionId)).closedReason).toBe('idle_timeout');
    reaper.close();
  });

  it('closes nothing at a restart, however long it took', async () => {
    const { create, records, clock } = await reaped();
    const sessionId = await create();
    await clock.advance(10 * ttl);
    const after = await reaped({ records, clock });
    await after.reaper.reap();
    expect((await after.bridge.getSessionStatus(sessionId)).state).toBe('stranded');
    await after.bridge.loadSession(sessionId, {}, caller);
    await after.reaper.reap();
    expect((await after.bridge.getSessionStatus(sessionId)).state).toBe('idle');
  });
});

describe('the last detach', () => {
  test.prop([fc.scheduler(), fc.subarray(['attach', 'subscribe', 'prompt', 'detach'])], runs(150))(
    'never closes a session that somebody came to meanwhile, nor leaves open one that nobody uses',
    (scheduler, who) =>
      race(scheduler, {}, async (raced) => {
        const { bridge, events } = raced;
        const { answer } = await bridge.createSession({}, by('ann'));
        const sessionId = sessionIdIn(answer.sessionId);
        const anonymous = { ...caller, clientId: undefined };
        const act: Record<string, () => unknown> = {
          attach: () => bridge.createSession({}, by('bob')),
          subscribe: () => bridge.subscribe(sessionId, {}),
          prompt: () => bridge.promptSession(sessionId, hello, anonymous),
          detach: () => bridge.detach(sessionId, by('ann')),
        };
        raced.enter('detach', () => bridge.detach(sessionId, by('ann')));
        const came = who.map((name) => ({ name, runner: raced.enter<unknown>(name, () => act[name]?.()) }));
        await raced.run();
        const closed = (await events(sessionId)).filter(({ type }) => type === 'session_closed');
        expect(closed.length).toBeLessThanOrEqual(1);
        for (const event of closed) expect(event.data).toMatchObject({ reason: 'last_client_detached' });
        const users = came.filter(({ name, runner }) => {
          if (name === 'detach') return false;
          if (name !== 'attach') return runner.outcome === 'done';
          return Reflect.get(Object(Reflect.get(Object(runner.result), 'answer')), 'sessionId') === sessionId;
        });
        if (users.length === 0) expect(closed).toHaveLength(1);
      }),
  );
});
