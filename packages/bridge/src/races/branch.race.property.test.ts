import { fc, test } from '@fast-check/vitest';
import { DaemonError, promptIdOf, type SessionId } from '@holdfast/protocol';
import { describe, expect } from 'vitest';
import { type Race, type Runner, race, runs } from '../testing/raced-bridge.ts';
import { client } from '../testing/samples.ts';
import { caller, sessionIdIn } from '../testing/test-bridge.ts';

const by = (name: string) => ({ ...caller, clientId: client(name) });
const body = (text: string) => ({ prompt: [{ type: 'text' as const, text }] });
const count = fc.integer({ min: 2, max: 5 });

/** A session with one finished turn. */
async function grown({ create, prompt, agents, told, bridge }: Race, canFork = true): Promise<SessionId> {
  agents.capabilities = { ...agents.capabilities, canFork };
  const sessionId = await create({}, by('ann'));
  await bridge.updateMetadata(sessionId, { displayName: 'Plan' }, by('ann'));
  await prompt(sessionId, 'one', by('ann'));
  (await agents.turn(0)).answer();
  await told(sessionId);
  return sessionId;
}

/** What people said in a session, by its journal. */
async function saidIn({ events }: Race, sessionId: SessionId): Promise<string[]> {
  return (await events(sessionId)).flatMap(({ type, data }) => {
    const update = Object(Reflect.get(Object(data), 'update'));
    return type === 'session_update' && update.sessionUpdate === 'user_message_chunk'
      ? [String(update.content.text)]
      : [];
  });
}

type Branched = Awaited<ReturnType<Race['bridge']['branchSession']>>;
const idIn = ({ result }: Runner<Branched>): SessionId => sessionIdIn(result?.answer.sessionId ?? '');

describe('a branch and prompts of its source', () => {
  test.prop([fc.scheduler(), fc.nat(3), fc.boolean(), fc.boolean()], runs(250))(
    'never let a turn start between what is copied and what the agent forks',
    (scheduler, prompts, canFork, isBusy) =>
      race(scheduler, {}, async (raced) => {
        const { bridge, agents, told, clock } = raced;
        const sessionId = await grown(raced, canFork);
        if (isBusy) await raced.prompt(sessionId, 'busy', by('ann'));
        /** Prompts that had reached the source's agent session when it was forked. */
        const known: number[] = [];
        const { process } = agents;
        const fork = process.forkSession.bind(process);
        process.forkSession = (...args) => {
          known.push(agents.turns.length);
          return fork(...args).finally(() => known.push(agents.turns.length));
        };
        const branch = raced.enter('branch', () => bridge.branchSession(sessionId, {}, by('ann')));
        for (let place = 0; place < prompts; place += 1) {
          raced.enter(`prompt ${place}`, async () => {
            const admission = await bridge.promptSession(sessionId, body(`more ${place}`), by('ann'));
            await raced.step('the answer leaves');
            admission.release();
          });
        }
        for (let place = 0; place <= prompts + 1; place += 1)
          raced.enter('the agent answers', () => agents.turns.at(-1)?.answer());
        await raced.run();
        for (let round = 0; round < 6; round += 1) {
          for (const turn of agents.turns) turn.answer();
          await told(sessionId);
          await clock.advance(300);
        }
        expect(branch.outcome).toBe('done');
        const copied = await saidIn(raced, idIn(branch));
        const all = await saidIn(raced, sessionId);
        expect(copied).toEqual(all.slice(0, copied.length));
        if (isBusy) expect(copied).toContain('busy');
        for (const reached of known) expect(reached).toBe(copied.length);
        // The prompts that waited for the branch have all run by now.
        expect(all).toHaveLength(1 + (isBusy ? 1 : 0) + prompts);
        const binding = raced.core.registry.find(idIn(branch))?.state.binding;
        expect(binding?.agentSessionId).not.toBe(
          raced.core.registry.find(sessionId)?.state.binding?.agentSessionId,
        );
      }),
  );

  test.prop(
    [fc.scheduler(), fc.subarray(['remove', 'cancel', 'prompt', 'another branch'] as const)],
    runs(200),
  )(
    'never make a branch before every prompt ahead of it has ended, nor let one behind it cost the native fork',
    (scheduler, meanwhile) =>
      race(scheduler, {}, async (raced) => {
        const { bridge, agents, told, clock } = raced;
        const sessionId = await grown(raced);
        await raced.prompt(sessionId, 'busy', by('ann'));
        const waits = promptIdOf(await raced.prompt(sessionId, 'waits', by('ann')));
        const branch = bridge.branchSession(sessionId, {}, by('ann'));
        await told(sessionId);
        const act = {
          remove: () => bridge.removePendingPrompt(sessionId, waits, by('ann')),
          cancel: () => bridge.cancelTurn(sessionId, by('ann')),
          prompt: async () => (await bridge.promptSession(sessionId, body('behind'), by('ann'))).release(),
          'another branch': () => bridge.branchSession(sessionId, {}, by('bob')),
        };
        for (const name of meanwhile) raced.enter<unknown>(name, () => act[name]());
        for (let place = 1; place <= 3; place += 1)
          raced.enter('the agent answers', () => agents.turns.at(-1)?.answer());
        await raced.run();
        for (let round = 0; round < 6; round += 1) {
          for (const turn of agents.turns) turn.answer();
          await told(sessionId);
          await clock.advance(300);
        }
        const { answer } = await branch;
        expect(answer.context).toBe('native');
        const copied = await saidIn(raced, sessionIdIn(answer.sessionId));
        expect(copied.slice(0, 2)).toEqual(['one', 'busy']);
        expect(copied).not.toContain('behind');
        // A cancel between two turns takes the one that waits.
        const isSpared = !meanwhile.includes('remove') && !meanwhile.includes('cancel');
        if (isSpared) expect(copied).toContain('waits');
      }),
  );

  test.prop([fc.scheduler(), fc.constantFrom('idle', 'running', 'queued')], runs(100))(
    'refuse a branch that would have to wait and may not, and never make half of one',
    (scheduler, begun) =>
      race(scheduler, {}, async (raced) => {
        const { bridge, records } = raced;
        const sessionId = await grown(raced);
        if (begun !== 'idle') await raced.prompt(sessionId, 'busy', by('ann'));
        if (begun === 'queued') await raced.prompt(sessionId, 'waits', by('ann'));
        const branch = raced.enter('branch', () =>
          bridge.branchSession(sessionId, { onBusy: 'reject' }, by('ann')),
        );
        await raced.run();
        expect(branch.code).toBe(begun === 'idle' ? undefined : 'branch_while_prompt_active');
        expect(records.rows.size).toBe(begun === 'idle' ? 2 : 1);
      }),
  );
});

describe('branches at the same time', () => {
  test.prop([fc.scheduler(), count, fc.subarray(['rename', 'close', 'die'] as const)], runs(200))(
    'never take the same title, share an agent session, or exceed the limit',
    (scheduler, branches, meanwhile) =>
      race(scheduler, { limits: { maxSessions: 4 } }, async (raced) => {
        const { bridge, agents, core, records } = raced;
        const sessionId = await grown(raced);
        const runners = Array.from({ length: branches }, (_, place) =>
          raced.enter(`branch ${place}`, () => bridge.branchSession(sessionId, {}, by('ann'))),
        );
        const act = {
          rename: () => bridge.updateMetadata(sessionId, { displayName: 'Plan (Branch 2)' }, by('ann')),
          close: () => bridge.closeSession(sessionId, by('ann')),
          die: () => agents.process.die(),
        };
        for (const name of meanwhile) raced.enter<unknown>(name, () => act[name]());
        await raced.run();
        expect(core.slots.used).toBeLessThanOrEqual(4);
        for (const { outcome, code } of runners) {
          expect(outcome).not.toBe('waiting');
          const expected = ['session_limit_exceeded', 'agent_exited', 'session_not_found'];
          if (outcome === 'refused') expect(expected).toContain(code);
        }
        const made = runners.filter(({ outcome }) => outcome === 'done');
        if (meanwhile.length === 0) expect(made).toHaveLength(Math.min(branches, 3));
        const titles = made.map(({ result }) => result?.answer.displayName);
        expect(new Set(titles).size).toBe(titles.length);
        for (const title of titles) expect(title).toMatch(/^Plan \(Branch(?: \d)?\)$/);
        const bindings = [...core.registry.awake()].map(({ state }) => state.binding?.agentSessionId);
        expect(new Set(bindings).size).toBe(bindings.length);
        expect(records.rows.size).toBe(1 + made.length);
      }),
  );
});

describe('a branch that fails', () => {
  const failure = fc.constantFrom('lease', 'new', 'fork and new', 'journal', 'death');

  test.prop([fc.scheduler(), failure, fc.nat(2), fc.boolean()], runs(250))(
    'never leaves an agent session, a row, a title, a place or a stopped source behind',
    (scheduler, fails, late, canFork) =>
      race(scheduler, { limits: { maxSessions: 2 } }, async (raced) => {
        const { bridge, agents, store, core, records, clock } = raced;
        const sessionId = await grown(raced, canFork);
        const gone = new DaemonError('agent_error', 'no', {});
        if (fails === 'lease') agents.fail('lease', gone);
        if (fails === 'new' || fails === 'fork and new') agents.fail('new', gone);
        if (fails === 'fork and new') agents.fail('fork', gone);
        if (fails === 'journal')
          store.refuses = ({ appends = [] }) => appends.some((append) => append.sessionId !== sessionId);
        const branch = raced.enter('branch', () => bridge.branchSession(sessionId, {}, by('ann')));
        if (fails === 'death') {
          raced.enter('die', async () => {
            for (let step = 0; step < late; step += 1) await raced.step('lives on');
            agents.process.die();
          });
        }
        await raced.run();
        store.refuses = undefined;
        for (const method of ['lease', 'new', 'fork'] as const) agents.fail(method, undefined);
        await clock.advance(2_000);
        expect(branch.outcome).not.toBe('waiting');
        if (fails !== 'death') expect(branch.outcome).toBe('refused');
        const branches = branch.outcome === 'done' ? 1 : 0;
        expect(records.rows.size).toBe(1 + branches);
        expect(records.streams.size).toBe(1 + branches);
        const live = [...core.registry.awake()].filter(({ seat }) => seat.isTaken);
        expect(core.slots.used).toBe(live.length);
        for (const process of agents.processes) {
          if (!process.isOpen) continue;
          expect(process.conversations.length).toBe(live.length);
          expect(process.holders).toBe(live.length);
        }
        if (branches === 1) return;
        expect((await raced.told(sessionId)).join()).not.toContain('session_branched');
        await raced.prompt(sessionId, 'still there', by('ann'));
        expect((await agents.turn(1)).texts.at(-1)).toBe('still there');
        agents.turns[1]?.answer();
        await raced.told(sessionId);
        const again = await bridge.branchSession(sessionId, {}, by('ann'));
        expect(again.answer.displayName).toBe('Plan (Branch)');
      }),
  );
});

describe('a branch whose client vanished', () => {
  test.prop([fc.scheduler(), fc.subarray(['load', 'subscribe', 'prompt'] as const)], runs(150))(
    'leaves nothing behind unless somebody else came, and takes nothing from who did',
    (scheduler, who) =>
      race(scheduler, {}, async (raced) => {
        const { bridge, records, agents } = raced;
        const sessionId = await grown(raced);
        const vanished = raced.enter('branch', async () => {
          const delivery = await bridge.branchSession(sessionId, {}, by('ann'));
          await raced.step('the socket closes');
          await delivery.abandon();
        });
        const theBranch = () => {
          const id = [...records.rows.keys()].find((other) => other !== sessionId);
          return sessionIdIn(id ?? '00000000-0000-4000-8000-000000000000');
        };
        const act = {
          load: () => bridge.loadSession(theBranch(), {}, by('bob')),
          subscribe: () => bridge.subscribe(theBranch(), {}),
          prompt: () => bridge.promptSession(theBranch(), body('hi'), by('ann')),
        };
        const came = who.map((name) => ({ name, runner: raced.enter<unknown>(name, act[name]) }));
        await raced.run();
        expect(vanished.outcome).toBe('done');
        for (const { runner } of came) expect(runner.outcome).not.toBe('waiting');
        const used = came.filter(({ runner }) => runner.outcome === 'done');
        if (used.length === 0) {
          expect([records.rows.size, records.streams.size]).toEqual([1, 1]);
          expect(raced.core.slots.used).toBe(1);
          expect(agents.process.conversations).toHaveLength(1);
        } else {
          const branch = theBranch();
          expect((await bridge.getSessionStatus(branch)).state).not.toBe('closed');
        }
      }),
  );
});
