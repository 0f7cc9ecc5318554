import { fc, test } from '@fast-check/vitest';
import { promptIdOf, type SessionId } from '@holdfast/protocol';
import { describe, expect } from 'vitest';
import type { Admission } from '../api/caller.ts';
import { IdleReaper } from '../reaper/idle-reaper.ts';
import { type Race, type Runner, race, runs } from '../testing/raced-bridge.ts';
import { client } from '../testing/samples.ts';
import { caller, testBridge } from '../testing/test-bridge.ts';

const by = (name: string) => ({ ...caller, clientId: client(name) });
const ann = by('ann');
const nobody = { ...caller, clientId: undefined };
const says = (text: string, given: object = {}) => ({ prompt: [{ type: 'text' as const, text }], ...given });
/** Longer than an unused session is kept. */
const ttl = 1_800_001;

/** What may be told of a prompt before its answer left: that it waits. */
const early = new Set(['pending_prompt_added']);

interface Place {
  readonly raced: Race;
  readonly sessionId: SessionId;
  readonly admissions: Admission[];
  /** Prompts whose answer left. */
  readonly left: Set<string>;
  /** Names what this act sends. */
  readonly text: string;
}

async function admit({ raced, admissions, left }: Place, admission: Promise<Admission>): Promise<void> {
  const admitted = await admission;
  admissions.push(admitted);
  await raced.step('the answer leaves');
  left.add(admitted.answer.promptId);
  admitted.release();
}

const lastId = ({ admissions }: Place) => admissions.at(-1)?.answer.promptId;

/** All that people, clients, the agent, the disk and the clock do to a session. */
const deeds = {
  prompt: (at: Place) => admit(at, at.raced.bridge.promptSession(at.sessionId, says(at.text), ann)),
  'prompt with a deadline': (at: Place) =>
    admit(at, at.raced.bridge.promptSession(at.sessionId, says(at.text, { deadlineMs: 15 }), ann)),
  'prompt or nothing': (at: Place) =>
    admit(at, at.raced.bridge.promptSession(at.sessionId, says(at.text, { mode: 'reject' }), ann)),
  steer: (at: Place) => admit(at, at.raced.bridge.steerTurn(at.sessionId, says(at.text), ann)),
  inject: (at: Place) =>
    admit(at, at.raced.bridge.promptSession(at.sessionId, says(at.text, { mode: 'inject' }), ann)),
  abort: (at: Place) => at.raced.bridge.abortTurn(at.sessionId, {}, ann),
  'abort all': (at: Place) => at.raced.bridge.abortTurn(at.sessionId, { clearQueue: true }, nobody),
  'abort the last': (at: Place) => at.raced.bridge.abortTurn(at.sessionId, { promptId: lastId(at) }, ann),
  cancel: (at: Place) => at.raced.bridge.cancelTurn(at.sessionId, nobody),
  remove: (at: Place) =>
    at.raced.bridge.removePendingPrompt(at.sessionId, promptIdOf(lastId(at) ?? 'none'), ann),
  compact: async (at: Place) => {
    const admission = at.raced.bridge.compactSession(at.sessionId, { strategy: 'handoff' }, nobody);
    await admit(at, admission as Promise<Admission>);
  },
  'compact now': async (at: Place) => {
    const body = { strategy: 'handoff', interrupt: true } as const;
    await admit(at, at.raced.bridge.compactSession(at.sessionId, body, nobody) as Promise<Admission>);
  },
  reset: ({ raced, sessionId }: Place) =>
    raced.bridge.resetSession(sessionId, { reason: 'reset', queue: 'keep' }, nobody),
  'reset and drop': ({ raced, sessionId }: Place) =>
    raced.bridge.resetSession(sessionId, { reason: 'new', queue: 'drop' }, nobody),
  checkpoint: ({ raced, sessionId }: Place) => raced.bridge.createCheckpoint(sessionId, {}, nobody),
  restore: async ({ raced: { bridge }, sessionId }: Place) => {
    const [made] = (await bridge.listCheckpoints(sessionId)).checkpoints;
    const { checkpointId } = made ?? (await bridge.createCheckpoint(sessionId, {}, nobody)).answer;
    return bridge.restoreCheckpoint({ sessionId, checkpointId }, {}, nobody);
  },
  trim: ({ raced, sessionId }: Place) => raced.bridge.trimSession(sessionId, { keepTurns: 1 }, nobody),
  branch: ({ raced, sessionId }: Place) => raced.bridge.branchSession(sessionId, {}, nobody),
  close: ({ raced, sessionId }: Place) => raced.bridge.closeSession(sessionId, ann),
  archive: ({ raced, sessionId }: Place) =>
    raced.bridge.editMetadata(sessionId, { body: { archived: true } }, nobody),
  edit: ({ raced, sessionId, text }: Place) =>
    raced.bridge.editMetadata(sessionId, { body: { alias: 'a', labels: [text], modelId: 'deep' } }, nobody),
  model: ({ raced, sessionId, text }: Place) => raced.bridge.setSessionModel(sessionId, text, nobody),
  extension: ({ raced, sessionId, text }: Place) =>
    raced.bridge.putExtension({ sessionId, namespace: 'n' }, { content: text }, nobody),
  load: ({ raced, sessionId }: Place) => raced.bridge.loadSession(sessionId, {}, by('bob')),
  resume: ({ raced, sessionId }: Place) => raced.bridge.resumeSession(sessionId, {}, by('bob')),
  detach: ({ raced, sessionId }: Place) => raced.bridge.detach(sessionId, ann),
  reap: async ({ raced }: Place) => {
    raced.clock.jump(ttl);
    await new IdleReaper(raced.core).reap();
  },
  answer: ({ raced }: Place) => raced.agents.turns.at(-1)?.answer(),
  say: ({ raced }: Place) => raced.agents.turns.at(-1)?.say('word'),
  ask: ({ raced }: Place) => void raced.agents.turns.at(-1)?.ask(),
  vote: async ({ raced: { bridge }, sessionId }: Place) => {
    const [open] = (await bridge.describeSession(sessionId)).pendingPermissions;
    if (open === undefined) return;
    const outcome = { outcome: { outcome: 'selected', optionId: 'yes' } } as const;
    await bridge.votePermission({ sessionId, requestId: open.requestId as never }, outcome, ann);
  },
  die: ({ raced }: Place) => raced.agents.processes.at(-1)?.die(),
  'the disk refuses': ({ raced: { store } }: Place) => {
    store.refuses = () => true;
  },
  'the disk takes': ({ raced: { store } }: Place) => {
    store.refuses = undefined;
  },
  // Several times is still less than the daemon waits for an answer to leave.
  'time passes': ({ raced }: Place) => raced.clock.advance(20),
  'the grace passes': ({ raced }: Place) => raced.clock.advance(15_000),
} satisfies Readonly<Record<string, (at: Place) => unknown>>;

type Deed = keyof typeof deeds;
// Object.keys widens them.
const names = Object.keys(deeds) as Deed[];
const often: readonly Deed[] = ['prompt', 'steer', 'inject', 'answer', 'abort', 'say', 'ask', 'vote'];
const deed = fc.constantFrom(...names, ...often, ...often);

/** Acts that somebody began, in the order the scheduler says. */
async function act(raced: Race, sessionId: SessionId, chosen: readonly Deed[]) {
  const admissions: Admission[] = [];
  const left = new Set<string>();
  const overtook: string[] = [];
  raced.core.journal.watch(sessionId, (batch) => {
    for (const { type, json } of batch) {
      const { promptId } = JSON.parse(json) as { promptId?: string };
      if (promptId !== undefined && !early.has(type) && !left.has(promptId))
        overtook.push(`${type} ${promptId}`);
    }
  });
  const first = await raced.bridge.promptSession(sessionId, says('first'), ann);
  left.add(first.answer.promptId);
  admissions.push(first);
  first.release();
  await raced.told(sessionId);
  const runners: Runner<unknown>[] = chosen.map((name, place) =>
    raced.enter<unknown>(name, () =>
      deeds[name]({ raced, sessionId, admissions, left, text: `${name} ${place}` }),
    ),
  );
  await raced.run();
  return { admissions, overtook, runners };
}

/** Lets all that is left run to its end. */
async function finish({ agents, clock }: Race): Promise<void> {
  for (let round = 0; round < 14; round += 1) {
    for (const turn of agents.turns) turn.answer();
    await clock.advance(600);
  }
  await clock.advance(60_000);
}

const heardBy = ({ agents }: Race): unknown[] =>
  agents.turns.flatMap(({ texts, heard }) => [
    texts.at(-1),
    ...heard.map((block) => Reflect.get(Object(block), 'text')),
  ]);

describe('whatever happens to a session at the same time', () => {
  test.prop([fc.scheduler(), fc.array(deed, { minLength: 2, maxLength: 10 })], runs(500))(
    'ends each accepted prompt once, gives no agent a message twice, overtakes no answer, and leaves nothing undone',
    (scheduler, chosen) =>
      race(scheduler, {}, async (raced) => {
        const sessionId = await raced.create({}, ann);
        const { admissions, overtook, runners } = await act(raced, sessionId, chosen);
        if (!chosen.includes('the grace passes')) expect(overtook).toEqual([]);
        raced.store.refuses = undefined;
        await finish(raced);
        for (const [place, { outcome, code }] of runners.entries()) {
          expect(`${chosen[place]} is ${outcome}`).not.toContain('waiting');
          if (code !== undefined) expect(code).toMatch(/^[a-z_]+$/);
        }
        const heard = heardBy(raced).filter((text) => !String(text).startsWith('Write a handoff'));
        expect(new Set(heard).size).toBe(heard.length);
        for (const { answer } of admissions) {
          const outcome = await raced.bridge.getPrompt(sessionId, promptIdOf(answer.promptId));
          expect(['completed', 'cancelled', 'failed']).toContain(outcome.state);
        }
      }),
  );

  test.prop([fc.scheduler(), fc.array(deed, { minLength: 2, maxLength: 10 })], runs(200))(
    'a crash in the midst of it leaves each accepted prompt, which ends once and is given to agents once',
    (scheduler, chosen) =>
      race(scheduler, {}, async (raced) => {
        const sessionId = await raced.create({}, ann);
        const { admissions } = await act(raced, sessionId, chosen);
        // The daemon is gone without a word: what it recorded is all there is.
        raced.store.refuses = () => true;
        const before = heardBy(raced);
        const after = await testBridge({ records: structuredClone(raced.records) });
        for (let round = 0; round < 14; round += 1) {
          await after.clock.advance(600);
          for (const turn of after.agents.turns) turn.answer();
        }
        const heard = [...before, ...after.agents.turns.map(({ texts }) => texts.at(-1))];
        const messages = heard.filter((text) => !String(text).startsWith('Write a handoff'));
        expect(new Set(messages).size).toBe(messages.length);
        for (const { answer } of admissions) {
          const { state } = await after.bridge.getPrompt(sessionId, promptIdOf(answer.promptId));
          expect(['completed', 'cancelled', 'failed']).toContain(state);
          const ends = (await after.events(sessionId)).filter(
            ({ type, promptId }) => /^turn_/.test(type) && promptId === answer.promptId,
          );
          expect(ends).toHaveLength(1);
        }
        await after.bridge.close({ drainTimeoutMs: 0 });
        raced.store.refuses = undefined;
        await finish(raced);
      }),
  );
});
