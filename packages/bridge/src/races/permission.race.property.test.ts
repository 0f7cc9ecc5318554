import { fc, test } from '@fast-check/vitest';
import { permissionRequestIdOf, type SessionId } from '@holdfast/protocol';
import { describe, expect, it } from 'vitest';
import type { Caller } from '../api/caller.ts';
import { settled } from '../testing/fake-clock.ts';
import { race, runs } from '../testing/raced-bridge.ts';
import { client } from '../testing/samples.ts';
import { caller, expectRefusal, type TestBridge, testBridge } from '../testing/test-bridge.ts';

const by = (name: string) => ({ ...caller, clientId: client(name) });
const nobody = { ...caller, clientId: undefined };
const select = (optionId: string) => ({ outcome: { outcome: 'selected' as const, optionId } });
const cancelled = { outcome: { outcome: 'cancelled' as const } };
const timeoutMs = 30_000;
const policy = fc.constantFrom('first-responder' as const, 'designated' as const, 'local-only' as const);
type Policy = 'first-responder' | 'designated' | 'local-only';

/** Ann's turn, in which the agent asks; bob is there too. */
async function askedIn(world: TestBridge, as: Caller = by('ann')) {
  const { agents, bridge, create, prompt } = world;
  const sessionId = await create({}, by('ann'));
  await bridge.createSession({}, by('bob'));
  await prompt(sessionId, 'hi', as);
  const turn = await agents.turn(agents.turns.length - 1);
  const question = turn.ask();
  await settled();
  return { sessionId, turn, question, requestId: await openRequest(world, sessionId) };
}

async function openRequest({ bridge }: TestBridge, sessionId: SessionId) {
  const [pending] = (await bridge.describeSession(sessionId)).pendingPermissions;
  if (pending === undefined) throw new Error('the agent asked nothing');
  return permissionRequestIdOf(pending.requestId);
}

describe('votes, a cancel, a close, the time-out and the death of the agent', () => {
  const acts = fc.uniqueArray(
    fc.constantFrom(
      ...['yes', 'no', 'withdraw vote', 'cancel', 'time-out', 'withdrawn', 'close', 'die', 'answer'],
      ...['deadline'],
    ),
    { minLength: 2, maxLength: 7 },
  );

  test.prop([fc.scheduler(), acts, policy], runs(300))(
    'never answer the agent twice or not at all, nor tell readers two answers',
    (scheduler, chosen, permissionPolicy) =>
      race(
        scheduler,
        { limits: { permissionTimeoutMs: timeoutMs, promptDeadlineMs: 60_000, permissionPolicy } },
        async (raced) => {
          const { bridge, agents, clock, events } = raced;
          const { sessionId, turn, question, requestId } = await askedIn(raced);
          const target = { sessionId, requestId };
          const act: Record<string, () => unknown> = {
            yes: () => bridge.votePermission(target, select('yes'), by('ann')),
            no: () => bridge.votePermission({ requestId }, select('no'), by('bob')),
            'withdraw vote': () => bridge.votePermission(target, cancelled, by('bob')),
            cancel: () => bridge.cancelTurn(sessionId, by('ann')),
            'time-out': () => clock.advance(timeoutMs),
            withdrawn: () => question.withdraw(),
            close: () => bridge.closeSession(sessionId, by('ann')),
            die: () => agents.process.die(),
            answer: () => turn.answer(),
            deadline: () => clock.advance(60_000),
          };
          const runners = chosen.map((name) => ({
            name,
            runner: raced.enter<unknown>(name, () => act[name]?.()),
          }));
          await raced.run();
          const types = (await events(sessionId)).filter(({ type }) => type === 'permission_resolved');
          // Bob's selection alone decides nothing where it is ann's turn.
          const isDecided = !(permissionPolicy === 'designated' && chosen.every((name) => name === 'no'));
          if (isDecided) {
            expect(types).toHaveLength(1);
            const [{ data } = { data: undefined }] = types;
            const { outcome, optionId } = Object(Reflect.get(Object(data), 'outcome'));
            expect(question.answers).toEqual([
              outcome === 'selected' ? { outcome, optionId } : { outcome: 'cancelled' },
            ]);
          }
          const voted = runners.filter(
            ({ name, runner }) => /yes|no$|vote/.test(name) && runner.outcome === 'done',
          );
          expect(voted.length).toBeLessThanOrEqual(1);
          for (const { runner } of runners) expect(runner.outcome).not.toBe('waiting');
        },
      ),
  );
});

describe('policy designated', () => {
  const limits = { permissionPolicy: 'designated' as const };

  it('never lets anybody but the client whose prompt it is select', async () => {
    const world = await testBridge({ limits });
    const { sessionId, requestId, question } = await askedIn(world);
    const voted = world.bridge.votePermission({ sessionId, requestId }, select('yes'), by('bob'));
    await expectRefusal(voted, 'permission_forbidden', { reason: 'designated_mismatch' });
    const anonymous = world.bridge.votePermission({ sessionId, requestId }, select('yes'), nobody);
    await expectRefusal(anonymous, 'permission_forbidden', { reason: 'designated_mismatch' });
    await world.bridge.votePermission({ sessionId, requestId }, select('yes'), by('ann'));
    expect(question.answers).toEqual([{ outcome: 'selected', optionId: 'yes' }]);
  });

  it('lets the first one who answers decide over an anonymous prompt', async () => {
    const world = await testBridge({ limits });
    const { sessionId, requestId, question } = await askedIn(world, nobody);
    await world.bridge.votePermission({ sessionId, requestId }, select('no'), by('bob'));
    expect(question.answers).toEqual([{ outcome: 'selected', optionId: 'no' }]);
  });
});

describe('policy local-only', () => {
  it('looks at the socket alone, whoever the client is', async () => {
    const world = await testBridge({ limits: { permissionPolicy: 'local-only' } });
    const { sessionId, requestId, question } = await askedIn(world);
    const remote = { ...by('ann'), isLocal: false };
    const voted = world.bridge.votePermission({ sessionId, requestId }, select('yes'), remote);
    await expectRefusal(voted, 'permission_forbidden', { reason: 'remote_not_allowed' });
    expect((await world.told(sessionId)).at(-1)).toBe('permission_forbidden r1 ann remote_not_allowed');
    await world.bridge.votePermission({ sessionId, requestId }, select('no'), nobody);
    expect(question.answers).toEqual([{ outcome: 'selected', optionId: 'no' }]);
  });
});

describe('under every policy', () => {
  const policies: Policy[] = ['first-responder', 'designated', 'local-only'];

  it.each(policies)('%s: anybody may withdraw the question, from anywhere', async (permissionPolicy) => {
    const world = await testBridge({ limits: { permissionPolicy } });
    const { sessionId, requestId, question } = await askedIn(world);
    const elsewhere = { ...by('bob'), isLocal: false };
    await world.bridge.votePermission({ sessionId, requestId }, cancelled, elsewhere);
    expect(question.answers).toEqual([{ outcome: 'cancelled' }]);
  });

  it.each(policies)('%s: a question is answered as it was when it was asked', async (permissionPolicy) => {
    const world = await testBridge({ limits: { permissionPolicy } });
    const { sessionId, requestId } = await askedIn(world);
    const stricter: Policy = permissionPolicy === 'designated' ? 'first-responder' : 'designated';
    Object.assign(world.core, { policy: stricter });
    const { phase } = world.core.registry.find(sessionId)?.state ?? {};
    const turn = phase?.kind === 'running' ? phase.turn : undefined;
    expect(turn?.permissions[requestId]?.policy).toBe(permissionPolicy);
    const bobs = world.bridge.votePermission({ sessionId, requestId }, select('yes'), by('bob'));
    if (permissionPolicy === 'designated') await expectRefusal(bobs, 'permission_forbidden');
    else await bobs;
  });
});
