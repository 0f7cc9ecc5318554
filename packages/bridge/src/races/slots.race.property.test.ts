import { fc, test } from '@fast-check/vitest';
import { DaemonError, type SessionId } from '@holdfast/protocol';
import { describe, expect, it } from 'vitest';
import { type Race, race, runs } from '../testing/raced-bridge.ts';
import { client } from '../testing/samples.ts';
import { caller, expectRefusal, sessionIdIn, testBridge } from '../testing/test-bridge.ts';

const by = (name: string) => ({ ...caller, clientId: client(name) });
const nobody = { ...caller, clientId: undefined };
const thread = { sessionScope: 'thread' as const };
const hello = { prompt: [{ type: 'text' as const, text: 'hello' }] };
const limit = 3;

/** An idle, a stranded and a closed session; every step is watched for one place too many. */
async function town(raced: Race): Promise<readonly SessionId[]> {
  const { agents, bridge, create, told, core } = raced;
  const stranded = await create({ ...thread, agent: 'other' }, by('ann'));
  agents.processes.at(-1)?.die();
  await told(stranded);
  const closed = await create(thread, by('ann'));
  await bridge.closeSession(closed, by('ann'));
  const idle = await create(thread, by('ann'));
  expect(core.slots.used).toBe(1);
  return [idle, stranded, closed];
}

/** Sessions that hold an agent session. */
const seated = ({ core }: Race) => [...core.registry.awake()].filter(({ seat }) => seat.isTaken);

describe('creates, restores, continues, branches, closes and deaths', () => {
  const acts = fc.array(
    fc.constantFrom(
      ...['create', 'create and vanish', 'load 0', 'load 1', 'load 2', 'resume 1', 'prompt 0', 'prompt 1'],
      ...['branch 0', 'branch 1', 'close 0', 'close 1', 'close 2', 'detach 0', 'die', 'cancel 1'],
      ...['no agent', 'agents again', 'answer'],
    ),
    { minLength: 2, maxLength: 10 },
  );

  test.prop([fc.scheduler(), acts], runs(500))(
    'never exceed the limit, and never keep a place for nothing',
    (scheduler, chosen) =>
      race(scheduler, { limits: { maxSessions: limit } }, async (raced) => {
        const { bridge, agents, core, told } = raced;
        const sessions = await town(raced);
        const of = (name: string) => sessions[Number(name.at(-1))] ?? sessionIdIn('');
        const act = (name: string): unknown => {
          const [verb = ''] = name.split(/ \d$/);
          switch (verb) {
            case 'create':
              return bridge.createSession(thread, by('bob'));
            case 'create and vanish':
              return bridge.createSession(thread, by('bob')).then((delivery) => delivery.abandon());
            case 'load':
              return bridge.loadSession(of(name), {}, by('bob'));
            case 'resume':
              return bridge.resumeSession(of(name), {}, by('bob'));
            case 'prompt':
              return bridge.promptSession(of(name), hello, nobody).then((admission) => admission.release());
            case 'branch':
              return bridge.branchSession(of(name), {}, by('bob'));
            case 'close':
              return bridge.closeSession(of(name), nobody);
            case 'detach':
              return bridge.detach(of(name), by('ann'));
            case 'cancel':
              return bridge.cancelTurn(of(name), nobody);
            case 'die':
              return agents.processes.at(-1)?.die();
            case 'no agent':
              return agents.fail('lease', new DaemonError('agent_start_failed', 'gone', {}));
            case 'agents again':
              return agents.fail('lease', undefined);
            default:
              for (const turn of agents.turns) turn.answer();
              return undefined;
          }
        };
        let most = 0;
        const acquire = core.slots.acquire.bind(core.slots);
        core.slots.acquire = () => {
          const slot = acquire();
          most = Math.max(most, core.slots.used);
          return slot;
        };
        for (const name of chosen) raced.enter<unknown>(name, () => act(name));
        await raced.run();
        agents.fail('lease', undefined);
        for (const turn of agents.turns) turn.answer();
        for (const sessionId of sessions) await told(sessionId);
        expect(most).toBeLessThanOrEqual(limit);
        // Who holds an agent session holds a place, and nobody else does.
        expect(core.slots.used).toBe(seated(raced).length);
        for (const { state, seat, id } of core.registry.awake()) {
          const { kind } = state.phase;
          const holdsAgent = kind === 'idle' || kind === 'running';
          expect([id, kind, seat.isTaken, seat.conversation !== undefined]).toEqual([
            id,
            kind,
            holdsAgent,
            holdsAgent,
          ]);
        }
      }),
  );
});

describe('a session whose agent died while prompts wait', () => {
  test.prop([fc.scheduler(), fc.integer({ min: 1, max: 3 }), fc.boolean()], runs(200))(
    'never loses its place to a create in between',
    (scheduler, creates, isReleased) =>
      race(scheduler, { limits: { maxSessions: 1 } }, async (raced) => {
        const { bridge, agents, prompt, told, clock } = raced;
        const sessionId = await raced.create(thread, by('ann'));
        await prompt(sessionId, 'one', by('ann'));
        const queued = await bridge.promptSession(sessionId, hello, by('ann'));
        if (isReleased) queued.release();
        raced.enter('die', () => agents.process.die());
        const others = Array.from({ length: creates }, (_, place) =>
          raced.enter(`create ${place}`, () => bridge.createSession(thread, by('bob'))),
        );
        await raced.run();
        expect(others.map(({ code }) => code)).toEqual(others.map(() => 'session_limit_exceeded'));
        await clock.advance(1_000);
        await told(sessionId);
        const [, second] = agents.turns;
        expect(second?.texts.at(-1)).toBe('hello');
        second?.answer();
        expect((await told(sessionId)).at(-1)).toMatch(/^turn_complete .* end_turn$/);
      }),
  );

  it('keeps its place while the new agent starts, and gives it up when there is none to be had', async () => {
    const { bridge, agents, create, prompt, told, core } = await testBridge({ limits: { maxSessions: 1 } });
    const sessionId = await create(thread);
    await prompt(sessionId, 'one');
    await prompt(sessionId, 'two');
    const release = agents.hold('lease');
    agents.process.die();
    await told(sessionId);
    await expectRefusal(bridge.createSession(thread, caller), 'session_limit_exceeded');
    agents.fail('lease', new DaemonError('agent_start_failed', 'gone', {}));
    release();
    await told(sessionId);
    expect(core.slots.used).toBe(0);
    agents.fail('lease', undefined);
    await bridge.createSession(thread, caller);
  });
});
