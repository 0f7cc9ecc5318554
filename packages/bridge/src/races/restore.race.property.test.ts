import { fc, test } from '@fast-check/vitest';
import { DaemonError, type SessionId } from '@holdfast/protocol';
import { describe, expect, it } from 'vitest';
import { FakeAgents } from '../testing/fake-agents.ts';
import { type Race, race, runs } from '../testing/raced-bridge.ts';
import { client } from '../testing/samples.ts';
import { caller, expectRefusal, testBridge } from '../testing/test-bridge.ts';

const by = (name: string) => ({ ...caller, clientId: client(name) });
const names = ['a', 'b', 'c', 'd', 'e', 'f'];
const count = fc.integer({ min: 2, max: 5 });
const ability = fc.constantFrom('resume', 'load', 'neither');
const hello = { prompt: [{ type: 'text' as const, text: 'again' }] };

/** A session with one turn in its past, closed; its agent can restore it as said. */
async function closedSession({ bridge, agents, create, prompt }: Race, can = 'resume'): Promise<SessionId> {
  agents.capabilities = {
    ...agents.capabilities,
    canResume: can === 'resume',
    canLoad: can === 'resume' || can === 'load',
  };
  const sessionId = await create({}, by('z'));
  await prompt(sessionId, 'hello', by('z'));
  (await agents.turn(0)).answer();
  await bridge.closeSession(sessionId, by('z'));
  return sessionId;
}

/** The same, stranded by the death of its agent. */
async function strandedSession(raced: Race): Promise<SessionId> {
  const sessionId = await raced.create({}, by('z'));
  await raced.prompt(sessionId, 'hello', by('z'));
  (await raced.agents.turn(0)).answer();
  await raced.told(sessionId);
  raced.agents.process.die();
  await raced.told(sessionId);
  return sessionId;
}

const reopened = ({ agents }: Race) =>
  agents.processes.flatMap(({ calls }) => calls).filter((call) => /^(resume|load|new) /.test(call));

describe('loads at the same time', () => {
  test.prop([fc.scheduler(), count, ability, fc.boolean()], runs(120))(
    'never open two agent sessions, nor tell two states, nor lose a waiter',
    (scheduler, callers, can, isResume) =>
      race(scheduler, { limits: { maxSessions: 1 } }, async (raced) => {
        const { bridge } = raced;
        const sessionId = await closedSession(raced, can);
        const before = reopened(raced).length;
        const tail = (await bridge.describeSession(sessionId)).lastEventId;
        const who = names.slice(0, callers);
        const runners = who.map((name) =>
          raced.enter(`restore by ${name}`, () =>
            isResume
              ? bridge.resumeSession(sessionId, {}, by(name))
              : bridge.loadSession(sessionId, {}, by(name)),
          ),
        );
        await raced.run();
        expect(runners.map(({ outcome, code }) => code ?? outcome)).toEqual(runners.map(() => 'done'));
        const answers = runners.flatMap(({ result }) => result?.answer ?? []);
        expect(new Set(answers.map(({ state }) => JSON.stringify(state))).size).toBe(1);
        const restored = answers.filter(({ context }) => context !== 'unchanged');
        expect(restored.length).toBeGreaterThanOrEqual(1);
        for (const { lastEventId } of restored) expect(lastEventId).toBe(isResume ? tail : 0);
        expect(reopened(raced).length - before).toBe(1);
        for (const name of who) await bridge.heartbeat(sessionId, by(name));
        expect((await bridge.getSessionStatus(sessionId)).clientCount).toBe(callers);
        // What came back is not what creates attach to: another session would be one too many.
        await expectRefusal(bridge.createSession({}, by('z')), 'session_limit_exceeded');
      }),
  );

  test.prop([fc.scheduler(), count], runs(80))(
    'never leave the place taken or a waiter waiting when the agent cannot be had',
    (scheduler, callers) =>
      race(scheduler, { limits: { maxSessions: 1 } }, async (raced) => {
        const { bridge, agents, core } = raced;
        const sessionId = await closedSession(raced);
        agents.fail('lease', new DaemonError('agent_start_failed', 'gone', { agent: 'fake' }));
        const runners = names
          .slice(0, callers)
          .map((name) => raced.enter(`load by ${name}`, () => bridge.loadSession(sessionId, {}, by(name))));
        await raced.run();
        expect(runners.map(({ code }) => code)).toEqual(runners.map(() => 'agent_start_failed'));
        expect(core.slots.used).toBe(0);
        expect((await bridge.describeSession(sessionId)).state).toBe('closed');
        agents.fail('lease', undefined);
        await bridge.loadSession(sessionId, {}, by('a'));
      }),
  );
});

describe('a load and a resume at the same time', () => {
  test.prop([fc.scheduler(), fc.boolean()], runs(150))(
    'never both restore: the second is refused, whichever it is, or finds the session live',
    (scheduler, isStranded) =>
      race(scheduler, {}, async (raced) => {
        const { bridge } = raced;
        const sessionId = await (isStranded ? strandedSession(raced) : closedSession(raced));
        const before = reopened(raced).length;
        const load = raced.enter('load', () => bridge.loadSession(sessionId, {}, by('a')));
        const resume = raced.enter('resume', () => bridge.resumeSession(sessionId, {}, by('b')));
        await raced.run();
        const outcomes = [load, resume].map(({ outcome, code, result }) =>
          outcome === 'done' ? result?.answer.context : code,
        );
        expect(outcomes).toContain('native');
        const [other] = outcomes.filter((outcome) => outcome !== 'native');
        expect(['restore_in_progress', 'unchanged']).toContain(other);
        expect(reopened(raced).length - before).toBe(1);
        if (other === 'restore_in_progress') {
          await bridge.resumeSession(sessionId, {}, by('c'));
          await bridge.loadSession(sessionId, {}, by('c'));
        }
      }),
  );
});

describe('an automatic continue and a restore', () => {
  test.prop([fc.scheduler(), count], runs(150))(
    'never conflict, never open two agent sessions, and never run the prompt twice',
    (scheduler, callers) =>
      race(scheduler, { limits: { maxSessions: 1 } }, async (raced) => {
        const { bridge, agents } = raced;
        const sessionId = await strandedSession(raced);
        const before = reopened(raced).length;
        const loads = names
          .slice(0, callers)
          .map((name) => raced.enter(`load by ${name}`, () => bridge.loadSession(sessionId, {}, by(name))));
        const prompted = raced.enter('prompt', () => bridge.promptSession(sessionId, hello, by('z')));
        await raced.run();
        expect(loads.map(({ outcome, code }) => code ?? outcome)).toEqual(loads.map(() => 'done'));
        expect(prompted.outcome).toBe('done');
        expect(reopened(raced).length - before).toBe(1);
        prompted.result?.release();
        await raced.told(sessionId);
        expect(agents.turns).toHaveLength(2);
      }),
  );
});

describe('a load whose client vanished', () => {
  const guests = fc.subarray(['load', 'subscribe', 'prompt'] as const);

  test.prop([fc.scheduler(), guests], runs(120))(
    'never keeps the session open for nobody, nor closes it for somebody',
    (scheduler, who) =>
      race(scheduler, {}, async (raced) => {
        const { bridge } = raced;
        const sessionId = await closedSession(raced);
        raced.enter('load and vanish', async () => {
          const delivery = await bridge.loadSession(sessionId, {}, by('ann'));
          await raced.step('the socket closes');
          await delivery.abandon();
        });
        const guest = {
          load: () => bridge.loadSession(sessionId, {}, by('bob')),
          subscribe: () => bridge.subscribe(sessionId, {}),
          prompt: () => bridge.promptSession(sessionId, hello, { ...caller, clientId: undefined }),
        };
        const came = who.map((act) => raced.enter<unknown>(act, guest[act]));
        await raced.run();
        for (const { outcome } of came) expect(outcome).not.toBe('waiting');
        const isUsed = came.some(({ outcome }) => outcome === 'done');
        const { state, clientCount } = await bridge.describeSession(sessionId);
        if (!isUsed) expect(state).toBe('closed');
        if (who.includes('load')) expect([state === 'closed', clientCount]).toEqual([false, 1]);
        if (state === 'closed') expect(raced.core.slots.used).toBe(0);
      }),
  );
});

describe('a restore that the journal refuses to record', () => {
  test.prop([fc.scheduler(), fc.nat(2), fc.boolean()], runs(100))(
    'never keeps the place, nor the agent session',
    (scheduler, refusedCommit, isStranded) =>
      race(scheduler, { limits: { maxSessions: 1 } }, async (raced) => {
        const { bridge, store, core, clock } = raced;
        const sessionId = await (isStranded ? strandedSession(raced) : closedSession(raced));
        let commits = 0;
        store.refuses = () => {
          commits += 1;
          return commits > refusedCommit;
        };
        const load = raced.enter('load', () => bridge.loadSession(sessionId, {}, by('a')));
        await raced.run();
        store.refuses = undefined;
        await clock.advance(2_000);
        expect(load.outcome).not.toBe('waiting');
        if (load.outcome === 'refused') expect(load.code).toBe('journal_unavailable');
        const { state } = await bridge.describeSession(sessionId);
        expect([state, core.slots.used]).toEqual(
          load.outcome === 'done' ? ['idle', 1] : [isStranded ? 'stranded' : 'closed', 0],
        );
      }),
  );
});

describe('a restore and a close', () => {
  test.prop([fc.scheduler(), fc.boolean()], runs(120))(
    'never leave an agent session that nobody owns',
    (scheduler, isStranded) =>
      race(scheduler, {}, async (raced) => {
        const { bridge, core } = raced;
        const sessionId = await (isStranded ? strandedSession(raced) : closedSession(raced));
        const nobody = { ...caller, clientId: undefined };
        const load = raced.enter('load', () => bridge.loadSession(sessionId, {}, by('a')));
        const close = raced.enter('close', () => bridge.closeSession(sessionId, nobody));
        raced.enter('die', () => raced.agents.processes.at(-1)?.die());
        await raced.run();
        expect(load.outcome).not.toBe('waiting');
        expect(close.outcome).not.toBe('waiting');
        const { state } = await bridge.describeSession(sessionId);
        if (state === 'closed' || state === 'stranded') expect(core.slots.used).toBe(0);
        else expect(core.slots.used).toBe(1);
      }),
  );
});

describe('a session whose agent was removed from the configuration', () => {
  it('is refused its restore, its prompt and its branch, and stays readable', async () => {
    const agents = new FakeAgents();
    const { bridge, create, prompt, core, told } = await testBridge({ agents });
    const sessionId = await create({ agent: 'other', sessionScope: 'thread' });
    await prompt(sessionId, 'hello');
    (await agents.turn(0)).answer();
    await bridge.closeSession(sessionId, caller);
    const open = await create({ agent: 'other', sessionScope: 'thread' });
    agents.processes.at(-1)?.die();
    await told(open);
    agents.definitions.delete('other');
    const gone = { agent: 'other' };
    await expectRefusal(bridge.loadSession(sessionId, {}, caller), 'agent_unavailable', gone);
    await expectRefusal(bridge.resumeSession(sessionId, {}, caller), 'agent_unavailable', gone);
    await expectRefusal(bridge.branchSession(sessionId, {}, caller), 'agent_unavailable', gone);
    await expectRefusal(prompt(open, 'go on'), 'agent_unavailable', gone);
    expect((await bridge.describeSession(open)).state).toBe('stranded');
    expect(core.slots.used).toBe(0);
    const { events } = await bridge.getTranscript(sessionId, {});
    expect(events.map(({ type }) => type)).toContain('turn_complete');
    expect((await bridge.describeSession(sessionId)).state).toBe('closed');
  });
});

describe('an agent that ends right after every start', () => {
  it('is started no more: the prompt ends, and then the session dies', async () => {
    const { bridge, agents, create, prompt, told, core } = await testBridge();
    const sessionId = await create();
    agents.process.die();
    await told(sessionId);
    agents.fail('lease', new DaemonError('agent_start_failed', 'it crashes', { quickCrashes: 5 }));
    await prompt(sessionId, 'hello');
    expect((await told(sessionId)).slice(-2)).toEqual([
      'turn_error p1 context_unavailable',
      'session_died agent_crash_loop',
    ]);
    expect(core.slots.used).toBe(0);
    expect(await bridge.describeSession(sessionId)).toMatchObject({
      state: 'closed',
      closedReason: 'session_died',
    });
    agents.fail('lease', undefined);
    const { answer } = await bridge.loadSession(sessionId, {}, caller);
    expect(answer.context).toBe('native');
  });
});
