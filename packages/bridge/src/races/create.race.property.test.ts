import { fc, test } from '@fast-check/vitest';
import { DaemonError } from '@holdfast/protocol';
import { describe, expect } from 'vitest';
import { settled } from '../testing/fake-clock.ts';
import { type Race, type Runner, race, runs } from '../testing/raced-bridge.ts';
import { client } from '../testing/samples.ts';
import { caller, sessionIdIn, withKey } from '../testing/test-bridge.ts';

const by = (name: string) => ({ ...caller, clientId: client(name) });
const names = ['a', 'b', 'c', 'd', 'e', 'f'];
const count = fc.integer({ min: 2, max: 6 });
const broken = new DaemonError('agent_start_failed', 'no such command', { agent: 'fake' });
const hello = [{ type: 'text' as const, text: 'hello' }];

type Guest = 'attach' | 'subscribe' | 'prompt' | 'detach';
type Created = Awaited<ReturnType<Race['bridge']['createSession']>>;

const answersOf = (runners: readonly Runner<Created>[]) =>
  runners.flatMap(({ result }) => (result === undefined ? [] : [result.answer]));

/** Agent sessions that were opened, by any process. */
const opened = ({ agents }: Race) =>
  agents.processes.flatMap(({ calls }) => calls).filter((call) => call.startsWith('new '));

describe('creates under single scope', () => {
  test.prop([fc.scheduler(), count], runs(150))(
    'never make two agent sessions, nor two that are the first, nor leave anyone unregistered',
    (scheduler, callers) =>
      race(scheduler, { limits: { maxSessions: 1 } }, async (raced) => {
        const { bridge } = raced;
        const who = names.slice(0, callers);
        const runners = who.map((name) =>
          raced.enter(`create by ${name}`, () => bridge.createSession({}, by(name))),
        );
        await raced.run();
        const answers = answersOf(runners);
        expect(answers).toHaveLength(callers);
        expect(answers.filter(({ attached }) => !attached)).toHaveLength(1);
        expect(new Set(answers.map(({ sessionId }) => sessionId)).size).toBe(1);
        expect(opened(raced)).toEqual(['new agent-1']);
        const sessionId = sessionIdIn(answers[0]?.sessionId ?? '');
        for (const name of who) await bridge.heartbeat(sessionId, by(name));
        expect((await bridge.getSessionStatus(sessionId)).clientCount).toBe(callers);
      }),
  );

  test.prop([fc.scheduler(), count, fc.constantFrom('lease', 'new')], runs(100))(
    'never keep the place, or let one waiter wait for ever, when the agent does not start',
    (scheduler, callers, method) =>
      race(scheduler, { limits: { maxSessions: 1 } }, async (raced) => {
        const { bridge, agents, core } = raced;
        agents.fail(method, broken);
        const runners = names
          .slice(0, callers)
          .map((name) => raced.enter(`create by ${name}`, () => bridge.createSession({}, by(name))));
        await raced.run();
        expect(runners.map(({ code }) => code)).toEqual(runners.map(() => 'agent_start_failed'));
        expect(core.slots.used).toBe(0);
        expect((await bridge.listSessions({})).total).toBe(0);
        agents.fail(method, undefined);
        const { answer } = await bridge.createSession({}, by('a'));
        expect(answer.attached).toBe(false);
      }),
  );

  test.prop([fc.scheduler(), count], runs(100))(
    'never fail because what they would attach to is closed meanwhile: they make one new session',
    (scheduler, callers) =>
      race(scheduler, { limits: { maxSessions: 2 } }, async (raced) => {
        const { bridge } = raced;
        const first = sessionIdIn((await bridge.createSession({}, by('z'))).answer.sessionId);
        const runners = names
          .slice(0, callers)
          .map((name) => raced.enter(`create by ${name}`, () => bridge.createSession({}, by(name))));
        raced.enter('close', () => bridge.closeSession(first, by('z')));
        await raced.run();
        expect((await bridge.describeSession(first)).state).toBe('closed');
        expect(runners.map(({ outcome, code }) => code ?? outcome)).toEqual(runners.map(() => 'done'));
        const others = answersOf(runners).filter(({ sessionId }) => sessionId !== first);
        expect(others.filter(({ attached }) => !attached).length).toBeLessThanOrEqual(1);
        expect(new Set(others.map(({ sessionId }) => sessionId)).size).toBeLessThanOrEqual(1);
        expect(opened(raced).length).toBe(1 + (others.length > 0 ? 1 : 0));
      }),
  );
});

describe('a create whose client vanished', () => {
  const guests = fc.oneof<fc.Arbitrary<Guest[]>[]>(
    fc.subarray(['attach'] as const, { minLength: 1 }),
    fc.subarray(['attach', 'subscribe', 'prompt', 'detach'] as const),
  );

  test.prop([fc.scheduler(), guests], runs(150))(
    'leaves nothing behind unless somebody else came, and takes nothing from who did',
    (scheduler, who) =>
      race(scheduler, {}, async (raced) => {
        const { bridge, records } = raced;
        const vanished = raced.enter('create', async () => {
          const delivery = await bridge.createSession({}, by('ann'));
          await raced.step('the socket closes');
          await delivery.abandon();
          return delivery.answer;
        });
        const theSession = () => {
          const [sessionId] = records.rows.keys();
          return sessionIdIn(sessionId ?? '00000000-0000-4000-8000-000000000000');
        };
        const guest = {
          attach: () => bridge.createSession({}, by('bob')),
          subscribe: () => bridge.subscribe(theSession(), { after: 0 }),
          prompt: async () => {
            (await bridge.promptSession(theSession(), { prompt: hello }, by('ann'))).release();
          },
          detach: () => bridge.detach(theSession(), by('ann')),
        };
        const came = who.map((act) => ({ act, runner: raced.enter<unknown>(act, guest[act]) }));
        await raced.run();
        expect(vanished.outcome).toBe('done');
        for (const { runner } of came) expect(runner.outcome).not.toBe('waiting');
        const gotIn = came.filter(({ act, runner }) => act !== 'detach' && runner.outcome === 'done');
        if (gotIn.length === 0 && !who.includes('detach')) {
          expect(records.rows.size).toBe(0);
          expect(records.streams.size).toBe(0);
          expect(raced.core.slots.used).toBe(0);
          expect(raced.agents.process.holders).toBe(0);
        }
        const attached = came.find(({ act }) => act === 'attach')?.runner;
        if (attached !== undefined) {
          expect(attached.code ?? attached.outcome).toBe('done');
          // Attached, or the maker of a session of its own: never of one that is erased.
          const answer = (attached.result as Created).answer;
          expect((await bridge.getSessionStatus(sessionIdIn(answer.sessionId))).state).not.toBe('closed');
        }
        for (const { act, runner } of came) {
          if (act === 'subscribe' && runner.outcome === 'done')
            expect((runner.result as { read: unknown }).read).toBeTypeOf('function');
        }
        // A row without its events, or events without a row, is half a session.
        expect([...records.rows.keys()].sort()).toEqual([...records.streams.keys()].sort());
      }),
  );

  test.prop([fc.scheduler(), fc.constantFrom('key', 'prompt')], runs(60))(
    'never loses one that was asked for with a key or with a prompt',
    (scheduler, reason) =>
      race(scheduler, {}, async (raced) => {
        const { bridge } = raced;
        const body = reason === 'prompt' ? { prompt: hello } : {};
        const vanished = raced.enter('create', async () => {
          const delivery = await bridge.createSession(body, reason === 'key' ? withKey('k') : by('ann'));
          await raced.step('the socket closes');
          await delivery.abandon();
          return delivery.answer;
        });
        await raced.run();
        const sessionId = sessionIdIn(vanished.result?.sessionId ?? '');
        expect((await bridge.getSessionStatus(sessionId)).state).not.toBe('closed');
      }),
  );
});

describe('creates with an id of their own', () => {
  const own = '00000000-0000-4000-8000-0000000000bb';
  const ending = fc.constantFrom('close', 'abandon', 'close and load');

  test.prop([fc.scheduler(), count, ending], runs(150))(
    'never hear of a session that is not there: they attach, make it, or hear that the id is taken',
    (scheduler, callers, ends) =>
      race(scheduler, { limits: { maxPendingPrompts: 9 } }, async (raced) => {
        const { bridge, core, records } = raced;
        const first = await bridge.createSession({ sessionId: own }, by('z'));
        const sessionId = sessionIdIn(first.answer.sessionId);
        const runners = names
          .slice(0, callers)
          .map((name) =>
            raced.enter(`create by ${name}`, () =>
              bridge.createSession({ sessionId: own, prompt: hello }, by(name)),
            ),
          );
        raced.enter('end', async () => {
          if (ends === 'abandon') return await first.abandon();
          await bridge.closeSession(sessionId, by('z'));
          if (ends === 'close and load') await bridge.loadSession(sessionId, {}, by('z'));
        });
        await raced.run();
        for (const { outcome, code } of runners) {
          const expected = ends === 'abandon' ? ['done'] : ['done', 'session_exists'];
          expect(expected).toContain(code ?? outcome);
        }
        expect([...records.rows.keys()]).toEqual([sessionId]);
        expect(core.registry.find(sessionId)?.state.sessionId).toBe(sessionId);
      }),
  );
});

describe('a create with a prompt', () => {
  test.prop([fc.scheduler(), fc.nat(3), fc.boolean()], runs(100))(
    'is never there in part when the journal refuses one of its writes',
    (scheduler, refusedCommit, hasKey) =>
      race(scheduler, { limits: { maxSessions: 1 } }, async (raced) => {
        const { bridge, store, records, core, agents } = raced;
        let commits = 0;
        store.refuses = () => {
          commits += 1;
          return commits - 1 === refusedCommit;
        };
        const as = hasKey ? withKey('k') : by('ann');
        const created = raced.enter('create', () => bridge.createSession({ prompt: hello }, as));
        await raced.run();
        store.refuses = undefined;
        if (created.outcome === 'refused') {
          expect(created.code).toBe('journal_unavailable');
          expect([records.rows.size, records.streams.size, records.keys.size]).toEqual([0, 0, 0]);
          expect([core.slots.used, agents.process.holders, agents.turns.length]).toEqual([0, 0, 0]);
          const again = await bridge.createSession({ prompt: hello }, as);
          expect(again.isReplayed).toBe(false);
        } else {
          const { promptId } = created.result?.answer ?? {};
          await raced.clock.advance(1_000);
          expect(agents.turns).toHaveLength(1);
          expect(promptId).toBeDefined();
          expect(records.keys.size).toBe(hasKey ? 1 : 0);
        }
      }),
  );

  test.prop([fc.scheduler(), fc.boolean()], runs(60))(
    'is never without its key or its prompt in the journal once it is there',
    (scheduler, hasKey) =>
      race(scheduler, {}, async (raced) => {
        const { bridge, store } = raced;
        const written: { rows: number; keys: number; prompts: number }[] = [];
        store.refuses = ({ rows = [], keys = [], appends = [] }) => {
          const types = appends.flatMap(({ entries }) => entries.map(({ type }) => type));
          if (types.includes('session_opened')) {
            const prompts = types.filter((type) => type === 'prompt_admitted').length;
            written.push({ rows: rows.length, keys: keys.length, prompts });
          }
          return false;
        };
        raced.enter('create', () =>
          bridge.createSession({ prompt: hello }, hasKey ? withKey('k') : by('ann')),
        );
        await raced.run();
        expect(written).toEqual([{ rows: 1, keys: hasKey ? 1 : 0, prompts: 1 }]);
        await settled();
      }),
  );
});
