import { fc, test } from '@fast-check/vitest';
import type { SessionId } from '@holdfast/protocol';
import { describe, expect } from 'vitest';
import { type Race, race, runs } from '../testing/raced-bridge.ts';
import { client } from '../testing/samples.ts';
import { caller } from '../testing/test-bridge.ts';

const by = (name: string) => ({ ...caller, clientId: client(name) });
const ann = by('ann');
const nobody = { ...caller, clientId: undefined };
const keep = { reason: 'reset', queue: 'keep' } as const;
const say = (text: string) => ({ prompt: [{ type: 'text' as const, text }] });
const queue = fc.constantFrom('keep' as const, 'drop' as const);
const beginning = fc.constantFrom('live', 'busy', 'stranded', 'closed');

/** A session with one finished turn, in the state that a test begins with. */
async function begin({ agents, bridge, create, prompt, told }: Race, kind: string): Promise<SessionId> {
  const sessionId = await create({}, ann);
  await prompt(sessionId, 'first', ann);
  (await agents.turn(0)).answer();
  await told(sessionId);
  if (kind === 'busy') await prompt(sessionId, 'busy', ann);
  if (kind === 'stranded') agents.process.die();
  if (kind === 'closed') await bridge.closeSession(sessionId, ann);
  await told(sessionId);
  return sessionId;
}

/** The generation each line of a session belongs to, by the resets that readers heard of. */
async function generationsOf({ told }: Race, sessionId: SessionId): Promise<Map<string, Set<number>>> {
  const places = new Map<string, Set<number>>();
  let generation = 1;
  for (const line of await told(sessionId)) {
    if (line.startsWith('session_reset')) generation += 1;
    const said = /^session_update user_message_chunk (.*)$/.exec(line)?.[1];
    if (said !== undefined) places.set(said, (places.get(said) ?? new Set()).add(generation));
  }
  return places;
}

const generationIn = async ({ bridge }: Race, sessionId: SessionId): Promise<number> =>
  (await bridge.describeSession(sessionId)).generation;

describe('resets at the same time', () => {
  test.prop([fc.scheduler(), beginning, queue], runs(100))(
    'that expect the same generation: one begins the next, the other is refused',
    (scheduler, kind, queued) =>
      race(scheduler, {}, async (raced) => {
        const { bridge } = raced;
        const sessionId = await begin(raced, kind);
        const reset = () =>
          bridge.resetSession(sessionId, { ...keep, queue: queued, expectedGeneration: 1 }, nobody);
        const runners = ['one', 'other'].map((name) => raced.enter(name, reset));
        await raced.run();
        expect(runners.map(({ outcome, code }) => code ?? outcome).sort()).toEqual([
          'done',
          'session_changed',
        ]);
        expect(await generationIn(raced, sessionId)).toBe(2);
      }),
  );
});

describe('a reset and a prompt at the same time', () => {
  test.prop([fc.scheduler(), fc.constantFrom('live', 'busy', 'stranded'), queue], runs(150))(
    'the prompt runs in exactly one generation, or ends as cancelled',
    (scheduler, kind, queued) =>
      race(scheduler, {}, async (raced) => {
        const { bridge, agents } = raced;
        const sessionId = await begin(raced, kind);
        const prompted = raced.enter('prompt', async () => {
          const admission = await bridge.promptSession(sessionId, say('racing'), nobody);
          await raced.step('202');
          admission.release();
          return admission;
        });
        const reset = raced.enter('reset', () =>
          bridge.resetSession(sessionId, { ...keep, queue: queued }, nobody),
        );
        await raced.run();
        expect([prompted.outcome, reset.outcome]).toEqual(['done', 'done']);
        const sent = agents.turns.filter(({ texts }) => texts.at(-1) === 'racing');
        expect(sent.length).toBeLessThanOrEqual(1);
        const places = (await generationsOf(raced, sessionId)).get('racing');
        expect(places?.size ?? 0).toBe(sent.length);
        // What runs in the new generation was never told the old one.
        if (places?.has(2)) expect(sent[0]?.texts).toEqual(['racing']);
        if (sent.length === 0 || places?.has(1)) {
          const ends = (await raced.told(sessionId)).filter((line) => line.startsWith('turn_complete'));
          expect(ends.length).toBeGreaterThan(1);
        }
      }),
  );

  test.prop([fc.scheduler(), fc.boolean()], runs(80))(
    'no end of a turn overtakes the answer of its prompt',
    (scheduler, isRestore) =>
      race(scheduler, {}, async (raced) => {
        const { bridge } = raced;
        const sessionId = await begin(raced, 'live');
        const { checkpointId } = (await bridge.createCheckpoint(sessionId, {}, nobody)).answer;
        let endsBefore: number | undefined;
        const ends = async () =>
          (await raced.events(sessionId)).filter(({ type }) => type === 'turn_complete').length;
        raced.enter('prompt', async () => {
          const admission = await bridge.promptSession(sessionId, say('racing'), nobody);
          await raced.step('202');
          endsBefore = await ends();
          admission.release();
        });
        raced.enter('anew', () =>
          isRestore
            ? bridge.restoreCheckpoint({ sessionId, checkpointId }, {}, nobody)
            : bridge.resetSession(sessionId, { reason: 'new', queue: 'drop' }, nobody),
        );
        await raced.run();
        expect(endsBefore).toBe(1);
      }),
  );
});

describe('the restore of a checkpoint and a prompt at the same time', () => {
  test.prop([fc.scheduler(), fc.constantFrom('live', 'busy', 'stranded')], runs(100))(
    'the prompt is told the history of the generation it runs in',
    (scheduler, kind) =>
      race(scheduler, {}, async (raced) => {
        const { bridge, agents, prompt, told } = raced;
        const sessionId = await begin(raced, 'live');
        const { checkpointId } = (await bridge.createCheckpoint(sessionId, {}, nobody)).answer;
        await prompt(sessionId, 'second', ann);
        (await agents.turn(1)).answer();
        await told(sessionId);
        if (kind === 'busy') await prompt(sessionId, 'busy', ann);
        if (kind === 'stranded') agents.process.die();
        raced.enter('prompt', async () => {
          (await bridge.promptSession(sessionId, say('racing'), nobody)).release();
        });
        const restored = raced.enter('restore', () =>
          bridge.restoreCheckpoint({ sessionId, checkpointId }, {}, nobody),
        );
        await raced.run();
        expect(restored.outcome).toBe('done');
        const sent = agents.turns.findLast(({ texts }) => texts.at(-1) === 'racing');
        const places = (await generationsOf(raced, sessionId)).get('racing');
        if (places?.has(2)) {
          expect(String(sent?.texts[0])).toContain('User: first');
          expect(String(sent?.texts[0])).not.toContain('second');
        }
      }),
  );
});

describe('a reset and the end of the agent or of the session', () => {
  test.prop([fc.scheduler(), fc.constantFrom('live', 'busy'), queue], runs(100))(
    'the death of the agent changes nothing of the new generation',
    (scheduler, kind, queued) =>
      race(scheduler, {}, async (raced) => {
        const { bridge, agents } = raced;
        const sessionId = await begin(raced, kind);
        const reset = raced.enter('reset', () =>
          bridge.resetSession(sessionId, { ...keep, queue: queued }, nobody),
        );
        raced.enter('death', async () => agents.process.die());
        await raced.run();
        expect(reset.outcome).toBe('done');
        await raced.prompt(sessionId, 'after', nobody);
        await raced.told(sessionId);
        expect(agents.turns.at(-1)?.texts).toEqual(['after']);
      }),
  );

  test.prop([fc.scheduler(), fc.constantFrom('live', 'busy', 'stranded')], runs(100))(
    'a close comes before or after it, and both are done',
    (scheduler, kind) =>
      race(scheduler, {}, async (raced) => {
        const { bridge } = raced;
        const sessionId = await begin(raced, kind);
        const runners = [
          raced.enter('reset', () => bridge.resetSession(sessionId, keep, nobody)),
          raced.enter('close', () => bridge.closeSession(sessionId, nobody)),
        ];
        await raced.run();
        expect(runners.map(({ outcome }) => outcome)).toEqual(['done', 'done']);
        expect(await bridge.describeSession(sessionId)).toMatchObject({ state: 'closed', generation: 2 });
      }),
  );

  test.prop([fc.scheduler(), fc.boolean()], runs(100))(
    'a load and a reset of a closed session both succeed, on an agent session of the generation they say',
    (scheduler, isStranded) =>
      race(scheduler, {}, async (raced) => {
        const { bridge, agents } = raced;
        const sessionId = await begin(raced, isStranded ? 'stranded' : 'closed');
        const loaded = raced.enter('load', () => bridge.loadSession(sessionId, {}, ann));
        const reset = raced.enter('reset', () => bridge.resetSession(sessionId, keep, nobody));
        await raced.run();
        expect([loaded.outcome, reset.outcome]).toEqual(['done', 'done']);
        await raced.prompt(sessionId, 'after', nobody);
        await raced.told(sessionId);
        const last = agents.turns.at(-1);
        expect(last?.texts).toEqual(['after']);
        expect(last?.agentSessionId).not.toBe('agent-1');
      }),
  );
});

describe('a compaction', () => {
  test.prop([fc.scheduler(), fc.constantFrom('close', 'reset', 'death', 'cancel', 'branch')], runs(150))(
    'has one outcome, or never began, whatever happens meanwhile',
    (scheduler, other) =>
      race(scheduler, {}, async (raced) => {
        const { bridge, agents } = raced;
        const sessionId = await begin(raced, 'live');
        raced.enter('compact', async () => {
          (await bridge.compactSession(sessionId, { strategy: 'handoff' }, nobody)).release();
        });
        raced.enter('answer', async () => {
          const turn = await agents.turn(1);
          turn.say('summary');
          await raced.step('end');
          turn.answer();
        });
        const acts: Record<string, () => Promise<unknown>> = {
          close: () => bridge.closeSession(sessionId, nobody),
          reset: () => bridge.resetSession(sessionId, keep, nobody),
          death: async () => agents.process.die(),
          cancel: () => bridge.cancelTurn(sessionId, nobody),
          branch: () => bridge.branchSession(sessionId, {}, nobody),
        };
        raced.enter(other, async () => await acts[other]?.());
        await raced.run();
        const lines = await raced.told(sessionId);
        const count = (start: string) => lines.filter((line) => line.startsWith(start)).length;
        expect(count('compaction_completed') + count('compaction_failed')).toBe(count('compaction_started'));
        const anew = count('compaction_completed') + (other === 'reset' ? 1 : 0);
        expect(await generationIn(raced, sessionId)).toBe(1 + anew);
      }),
  );
});

describe('a trim and a reset at the same time', () => {
  test.prop([fc.scheduler(), fc.constantFrom('live', 'busy', 'stranded', 'closed')], runs(60))(
    'cuts the conversation its turns were counted in, or none',
    (scheduler, kind) =>
      race(scheduler, {}, async (raced) => {
        const { bridge, told, agents, prompt } = raced;
        const sessionId = await begin(raced, 'live');
        await prompt(sessionId, 'second', ann);
        (await agents.turn(1)).answer();
        await told(sessionId);
        if (kind === 'busy') await prompt(sessionId, 'busy', ann);
        if (kind === 'stranded') agents.process.die();
        if (kind === 'closed') await bridge.closeSession(sessionId, ann);
        await told(sessionId);
        const trimmed = raced.enter('trim', () => bridge.trimSession(sessionId, { keepTurns: 1 }, nobody));
        const reset = raced.enter('reset', () => bridge.resetSession(sessionId, keep, nobody));
        await raced.run();
        expect(reset.outcome).toBe('done');
        if (trimmed.outcome === 'refused') expect(trimmed.code).toBe('session_changed');
        else
          expect(trimmed.result?.generation === 1 ? trimmed.result.trimmedTurns : 0).toBe(
            trimmed.result?.trimmedTurns,
          );
        const { entries } = await bridge.readMessages(sessionId, { generation: '1' });
        expect(entries?.length).toBeGreaterThanOrEqual(1);
      }),
  );
});

/** The ways in which two people and an agent may get in each other's way. */
const acts = [
  'reset',
  'restore',
  'compact',
  'prompt',
  'trim',
  'branch',
  'cancel',
  'close',
  'load',
  'death',
] as const;

describe('resets, compactions, prompts, closes and deaths at the same time', () => {
  test.prop(
    [fc.scheduler(), beginning, fc.shuffledSubarray([...acts], { minLength: 3, maxLength: 6 })],
    runs(150),
  )(
    'leave one end for each prompt, one outcome for each compaction, and a session that goes on',
    (scheduler, kind, chosen) =>
      race(scheduler, {}, async (raced) => {
        const { bridge, agents, told } = raced;
        const sessionId = await begin(raced, kind);
        const { checkpointId } = (await bridge.createCheckpoint(sessionId, {}, nobody)).answer;
        const release = async (admission: Promise<{ release(): void }>) => (await admission).release();
        const act: Record<(typeof acts)[number], () => Promise<unknown>> = {
          reset: () => bridge.resetSession(sessionId, keep, nobody),
          restore: () => bridge.restoreCheckpoint({ sessionId, checkpointId }, {}, nobody),
          compact: () =>
            release(bridge.compactSession(sessionId, { strategy: 'handoff', interrupt: true }, nobody)),
          prompt: () => release(bridge.promptSession(sessionId, say('racing'), nobody)),
          trim: () => bridge.trimSession(sessionId, { keepTurns: 1 }, nobody),
          branch: () => bridge.branchCheckpoint({ sessionId, checkpointId }, {}, nobody),
          cancel: () => bridge.cancelTurn(sessionId, nobody),
          close: () => bridge.closeSession(sessionId, nobody),
          load: () => bridge.loadSession(sessionId, {}, ann),
          death: async () => agents.processes.at(-1)?.die(),
        };
        const runners = chosen.map((name) => raced.enter(name, act[name]));
        raced.enter('answer', async () => {
          for (const turn of agents.turns) {
            turn.say('words');
            await raced.step('end');
            turn.answer();
          }
        });
        await raced.run();
        for (const { outcome, code } of runners)
          expect(outcome === 'done' ? 'done' : code).toSatisfy((how: string) => expectedEnds.has(how));
        if ((await bridge.describeSession(sessionId)).state === 'closed')
          await bridge.loadSession(sessionId, {}, ann);
        const after = await raced.prompt(sessionId, 'after', nobody);
        // It waits behind whatever else does.
        for (const turn of agents.turns) {
          turn.answer();
          await told(sessionId);
        }
        const lines = await told(sessionId);
        const count = (start: string) => lines.filter((line) => line.startsWith(start)).length;
        expect(count('compaction_completed') + count('compaction_failed')).toBe(count('compaction_started'));
        expect(await bridge.getPrompt(sessionId, after as never)).toMatchObject({ state: 'completed' });
        const numbers = (await bridge.listGenerations(sessionId)).generations.map(
          ({ generation }) => generation,
        );
        expect(numbers).toEqual(numbers.map((_, place) => place + 1));
      }),
  );
});

/** Done, or refused because of what came first. */
const expectedEnds = new Set([
  'done',
  'session_changed',
  'session_not_found',
  'restore_in_progress',
  'agent_exited',
]);
