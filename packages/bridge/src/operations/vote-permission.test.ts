import { permissionRequestIdOf, type SessionId } from '@holdfast/protocol';
import { describe, expect, it } from 'vitest';
import { settled } from '../testing/fake-clock.ts';
import { bob, client } from '../testing/samples.ts';
import { caller, expectRefusal, type TestBridge, testBridge, withKey } from '../testing/test-bridge.ts';

const yes = { outcome: { outcome: 'selected' as const, optionId: 'yes' } };
const no = { outcome: { outcome: 'selected' as const, optionId: 'no' } };
const asBob = { ...caller, clientId: bob };

/** A session of ann and bob in which the agent asks. */
async function asked(limits: Parameters<typeof testBridge>[0] = {}) {
  const world = await testBridge(limits);
  const { agents, create, prompt, bridge } = world;
  const sessionId = await create({});
  await bridge.createSession({}, asBob);
  await prompt(sessionId, 'hi');
  const turn = await agents.turn(0);
  const question = turn.ask();
  await settled();
  return { ...world, sessionId, turn, question, requestId: await openRequest(world, sessionId) };
}

async function openRequest({ bridge }: TestBridge, sessionId: SessionId) {
  const [pending] = (await bridge.describeSession(sessionId)).pendingPermissions;
  if (pending === undefined) throw new Error('the agent asked nothing');
  return permissionRequestIdOf(pending.requestId);
}

describe('a question of the agent', () => {
  it('shows in the row while it is open', async () => {
    const { bridge, sessionId, requestId } = await asked();
    expect(await bridge.getSessionStatus(sessionId)).toMatchObject({ isWaitingForPermission: true });
    expect(bridge.figures().pendingPermissions).toBe(1);
    await bridge.votePermission({ requestId }, yes, caller);
    expect(await bridge.getSessionStatus(sessionId)).toMatchObject({ isWaitingForPermission: false });
    expect(bridge.figures().pendingPermissions).toBe(0);
  });

  it('is answered by the first vote, with or without the session named', async () => {
    const { bridge, sessionId, requestId, question, told } = await asked();
    await bridge.votePermission({ sessionId, requestId }, yes, caller);
    expect(question.answers).toEqual([{ outcome: 'selected', optionId: 'yes' }]);
    expect((await told(sessionId)).at(-1)).toBe('permission_resolved r1 selected yes');
  });

  it('ends when the agent withdraws it, also when it did so at once', async () => {
    const { question, sessionId, told, turn } = await asked();
    question.withdraw();
    const { answers } = turn.ask({ isWithdrawn: true });
    expect((await told(sessionId)).slice(-3)).toEqual([
      'permission_resolved r1 cancelled withdrawn',
      'permission_request r2',
      'permission_resolved r2 cancelled withdrawn',
    ]);
    expect(answers).toEqual([{ outcome: 'cancelled' }]);
  });

  it('ends after the time-out when there is one', async () => {
    const { clock, question, sessionId, told } = await asked({ limits: { permissionTimeoutMs: 30_000 } });
    await clock.advance(29_999);
    expect(question.answers).toEqual([]);
    await clock.advance(1);
    expect(question.answers).toEqual([{ outcome: 'cancelled' }]);
    expect((await told(sessionId)).at(-1)).toBe('permission_resolved r1 cancelled timeout');
  });

  it('has its timer and its resolver before anyone can see it', async () => {
    const { agents, clock, core, create, prompt, store } = await testBridge({
      limits: { permissionTimeoutMs: 30_000 },
    });
    const sessionId = await create();
    await prompt(sessionId, 'hi');
    const before = clock.pending;
    const seen: unknown[] = [];
    store.journal.watch(sessionId, (events) => {
      if (!events.some(({ json }) => json.includes('"permission_request"'))) return;
      seen.push({ timers: clock.pending - before, resolvers: core.resolvers.waiting });
    });
    (await agents.turn(0)).ask();
    await settled();
    expect(seen).toEqual([{ timers: 1, resolvers: 1 }]);
  });

  it('of an agent that died is answered to nobody and closed for readers', async () => {
    const { agents, bridge, sessionId, told } = await asked();
    agents.process.die();
    expect((await told(sessionId)).slice(-3)).toEqual([
      'permission_resolved r1 cancelled agent_exited',
      'turn_error p1 agent_exited',
      'agent_exited',
    ]);
    expect(bridge.figures().pendingPermissions).toBe(0);
  });
});

describe('a vote is refused', () => {
  it('for an option that was not offered, and the question stays open', async () => {
    const { bridge, requestId, question } = await asked();
    const odd = { outcome: { outcome: 'selected' as const, optionId: 'always' } };
    await expectRefusal(bridge.votePermission({ requestId }, odd, caller), 'invalid_option_id');
    expect(question.answers).toEqual([]);
    await bridge.votePermission({ requestId }, no, caller);
    expect(question.answers).toEqual([{ outcome: 'selected', optionId: 'no' }]);
  });

  it('for what was never asked, be it named like a member of Object', async () => {
    const { bridge, sessionId } = await asked();
    for (const name of ['perm_x', 'constructor', '__proto__', 'toString']) {
      const requestId = permissionRequestIdOf(name);
      await expectRefusal(bridge.votePermission({ requestId }, yes, caller), 'permission_not_found');
      await expectRefusal(
        bridge.votePermission({ sessionId, requestId }, yes, caller),
        'permission_not_found',
      );
    }
  });

  it('through another session', async () => {
    const { bridge, create, requestId, question } = await asked();
    const other = await create();
    await expectRefusal(
      bridge.votePermission({ sessionId: other, requestId }, yes, caller),
      'permission_not_found',
    );
    expect(question.answers).toEqual([]);
  });

  it('from a stranger', async () => {
    const { bridge, requestId } = await asked();
    const eve = { ...caller, clientId: client('eve') };
    await expectRefusal(bridge.votePermission({ requestId }, yes, eve), 'invalid_client_id');
  });
});

describe('a late vote', () => {
  it('is refused, and readers hear what the answer was: once for each client', async () => {
    const { bridge, requestId, question, sessionId, told } = await asked();
    await bridge.votePermission({ requestId }, yes, caller);
    for (const voter of [asBob, asBob, { ...caller, clientId: undefined }, asBob, caller]) {
      await expectRefusal(bridge.votePermission({ requestId }, no, voter), 'permission_not_found');
    }
    expect(question.answers).toHaveLength(1);
    expect((await told(sessionId)).slice(-4)).toEqual([
      'permission_resolved r1 selected yes',
      'permission_already_resolved r1 selected yes',
      'permission_already_resolved r1 selected yes',
      'permission_already_resolved r1 selected yes',
    ]);
  });

  it('in the same breath as the first hears the same', async () => {
    const { bridge, requestId, question, sessionId, told } = await asked();
    const votes = await Promise.allSettled([
      bridge.votePermission({ requestId }, yes, caller),
      bridge.votePermission({ requestId }, no, asBob),
    ]);
    expect(votes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(question.answers).toEqual([{ outcome: 'selected', optionId: 'yes' }]);
    expect((await told(sessionId)).slice(-2)).toEqual([
      'permission_resolved r1 selected yes',
      'permission_already_resolved r1 selected yes',
    ]);
  });
});

describe('a vote that is repeated with its key', () => {
  it('is the same vote: nobody hears of it twice, also after a restart', async () => {
    const { bridge, requestId, question, sessionId, told, records, clock } = await asked();
    const keyed = withKey('vote-1');
    expect(await bridge.votePermission({ sessionId, requestId }, yes, keyed)).toEqual({ isReplayed: false });
    const before = await told(sessionId);
    expect(await bridge.votePermission({ requestId }, yes, keyed)).toEqual({ isReplayed: true });
    expect([await told(sessionId), question.answers]).toEqual([
      before,
      [{ outcome: 'selected', optionId: 'yes' }],
    ]);
    await bridge.close({ drainTimeoutMs: 0 });
    const next = await testBridge({ records, clock });
    expect(await next.bridge.votePermission({ requestId }, yes, keyed)).toEqual({ isReplayed: true });
  });

  it('with another answer is refused', async () => {
    const { bridge, requestId } = await asked();
    await bridge.votePermission({ requestId }, yes, withKey('k', 'yes'));
    await expectRefusal(bridge.votePermission({ requestId }, no, withKey('k', 'no')), 'idempotency_mismatch');
  });
});

describe('the policy', () => {
  it('designated: the client whose prompt it is decides; readers hear of other votes', async () => {
    const { bridge, requestId, question, sessionId, told } = await asked({
      limits: { permissionPolicy: 'designated' },
    });
    await expectRefusal(bridge.votePermission({ requestId }, yes, asBob), 'permission_forbidden', {
      reason: 'designated_mismatch',
    });
    expect((await told(sessionId)).at(-1)).toBe('permission_forbidden r1 bob designated_mismatch');
    await bridge.votePermission({ requestId }, yes, caller);
    expect(question.answers).toEqual([{ outcome: 'selected', optionId: 'yes' }]);
  });

  it('local-only: votes from elsewhere are refused', async () => {
    const { bridge, requestId } = await asked({ limits: { permissionPolicy: 'local-only' } });
    const remote = { ...caller, isLocal: false };
    await expectRefusal(bridge.votePermission({ requestId }, yes, remote), 'permission_forbidden', {
      reason: 'remote_not_allowed',
    });
    await bridge.votePermission({ requestId }, yes, caller);
  });
});
