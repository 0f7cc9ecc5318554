import { fc, test } from '@fast-check/vitest';
import { type AbortedTurns, promptIdOf } from '@holdfast/protocol';
import { describe, expect } from 'vitest';
import type { Admission } from '../api/caller.ts';
import { type Race, type Runner, race, runs } from '../testing/raced-bridge.ts';
import { client } from '../testing/samples.ts';
import { caller } from '../testing/test-bridge.ts';

const by = { ...caller, clientId: client('ann') };
const says = (text: string) => ({ prompt: [{ type: 'text' as const, text }] });

/** What ends prompts that nobody steered: with one of these in the race, any of them may end early. */
const harmful = new Set(['abort', 'abort all', 'abort it', 'cancel', 'close', 'die']);

const act = fc.constantFrom(
  ...(['prompt', 'steer', 'steer', 'inject', 'inject', 'answer', 'abort', 'abort all', 'abort it'] as const),
  ...(['cancel', 'close', 'die'] as const),
);
type Act = ReturnType<typeof act.generate>['value'];
const phase = fc.constantFrom('idle', 'running', 'held', 'stranded', 'opening');

interface Course {
  readonly admissions: Admission[];
  readonly aborts: Runner<AbortedTurns>[];
}

async function steer(raced: Race, begun: string, acts: readonly Act[]): Promise<Course> {
  const { bridge, agents } = raced;
  const sessionId = await raced.create({}, by);
  const admissions: Admission[] = [];
  const aborts: Runner<AbortedTurns>[] = [];
  const admit = async (admission: Promise<Admission>) => {
    const admitted = await admission;
    admissions.push(admitted);
    await raced.step('the answer leaves');
    admitted.release();
  };
  if (begun === 'stranded' || begun === 'opening') agents.process.die();
  await raced.told(sessionId);
  const letOpen = begun === 'opening' ? agents.hold('resume') : () => {};
  if (begun !== 'idle' && begun !== 'stranded') {
    const first = await bridge.promptSession(sessionId, says('first'), by);
    admissions.push(first);
    if (begun !== 'held') first.release();
    await raced.told(sessionId);
  }
  const abort = (place: number, body: object) =>
    aborts.push(raced.enter(`abort ${place}`, () => bridge.abortTurn(sessionId, body, by)));
  raced.enter('the agent opens', letOpen);
  for (const [place, what] of acts.entries()) {
    const text = says(`${what} ${place}`);
    const does: Record<Act, () => unknown> = {
      prompt: () => raced.enter(what, () => admit(bridge.promptSession(sessionId, text, by))),
      steer: () => raced.enter(what, () => admit(bridge.steerTurn(sessionId, text, by))),
      inject: () =>
        raced.enter(what, () => admit(bridge.promptSession(sessionId, { ...text, mode: 'inject' }, by))),
      answer: () => raced.enter(what, () => agents.turns.at(-1)?.answer()),
      abort: () => abort(place, {}),
      'abort all': () => abort(place, { clearQueue: true }),
      'abort it': () => abort(place, { promptId: admissions.at(-1)?.answer.promptId }),
      cancel: () => raced.enter(what, () => bridge.cancelTurn(sessionId, by)),
      close: () => raced.enter(what, () => bridge.closeSession(sessionId, by)),
      die: () => raced.enter(what, () => agents.processes.at(-1)?.die()),
    };
    does[what]();
  }
  await raced.run();
  // Everything that is left runs to its end.
  for (let round = 0; round < 12; round += 1) {
    await raced.clock.advance(300);
    for (const turn of agents.turns) turn.answer();
  }
  await raced.clock.advance(60_000);
  for (const { answer } of admissions) {
    const { state, endedAt } = await bridge.getPrompt(sessionId, promptIdOf(answer.promptId));
    expect(['completed', 'cancelled', 'failed']).toContain(state);
    expect(endedAt).toBeDefined();
  }
  return { admissions, aborts };
}

const executionsIn = ({ agents }: Race): unknown[] =>
  agents.turns.flatMap(({ texts, heard }) => [
    texts.at(-1),
    ...heard.map((block) => Reflect.get(Object(block), 'text')),
  ]);

describe('steering', () => {
  test.prop([fc.scheduler(), fc.array(act, { minLength: 1, maxLength: 7 }), phase], runs(500))(
    'whatever it meets, ends each accepted prompt once and gives no agent a message twice',
    (scheduler, acts, begun) =>
      race(scheduler, {}, async (raced) => {
        const { admissions, aborts } = await steer(raced, begun, acts);
        const executed = executionsIn(raced);
        expect(new Set(executed).size).toBe(executed.length);
        const records = [...raced.records.prompts.values()];
        expect(records.map(({ promptId }) => promptId).sort()).toEqual(
          admissions.map(({ answer }) => answer.promptId).sort(),
        );
        for (const { outcome, result } of aborts) {
          expect(outcome).not.toBe('waiting');
          for (const { promptId, state } of result?.prompts ?? []) {
            const record = raced.records.prompts.get(promptIdOf(promptId));
            if (state !== 'already_ended') expect(record?.end?.state).toBe('cancelled');
          }
          for (const promptId of result?.cleared ?? []) {
            expect(raced.records.prompts.get(promptIdOf(promptId))?.end?.state).toBe('cancelled');
          }
        }
      }),
  );

  test.prop([fc.scheduler(), fc.array(act, { minLength: 1, maxLength: 5 }), phase], runs(300))(
    'loses no message: but for the turn that was interrupted, every one is worked on once',
    (scheduler, chosen, begun) =>
      race(scheduler, { limits: { maxPendingPrompts: 10 } }, async (raced) => {
        const acts = chosen.filter((what) => !harmful.has(what));
        const { admissions } = await steer(raced, begun, acts);
        const sent = acts.flatMap((what, place) => (what === 'answer' ? [] : [`${what} ${place}`]));
        const first = begun === 'idle' || begun === 'stranded' ? [] : ['first'];
        expect(executionsIn(raced).toSorted()).toEqual([...sent, ...first].toSorted());
        expect(admissions).toHaveLength(sent.length + first.length);
        const ends = [...raced.records.prompts.values()].map(({ end }) => end?.state);
        expect(ends.filter((state) => state === 'failed')).toEqual([]);
        if (!acts.includes('steer')) expect(ends).not.toContain('cancelled');
      }),
  );

  test.prop([fc.scheduler(), phase, fc.boolean()], runs(200))(
    'a retry with its key never cancels its own turn, whenever it comes',
    (scheduler, begun, isKeyed) =>
      race(scheduler, {}, async (raced) => {
        const { bridge, agents } = raced;
        const sessionId = await raced.create({}, by);
        if (begun === 'stranded') agents.process.die();
        if (begun === 'running') await raced.prompt(sessionId, 'first', by);
        const keyed = { ...by, idempotency: { key: 'k', bodyHash: 'h' } };
        const attempts = ['one', 'two', 'three'].map((name) =>
          raced.enter(name, async () => {
            const { answer, release } = await bridge.steerTurn(sessionId, says('steer'), keyed);
            await raced.step('the answer leaves');
            release();
            return answer.promptId;
          }),
        );
        if (isKeyed) raced.enter('answer', () => agents.turns.at(-1)?.answer());
        await raced.run();
        await raced.clock.advance(1_000);
        for (const turn of agents.turns) turn.answer();
        await raced.clock.advance(1_000);
        for (const turn of agents.turns) turn.answer();
        await raced.clock.advance(1_000);
        const answered = attempts.flatMap(({ result }) => (result === undefined ? [] : [result]));
        expect(new Set(answered).size).toBe(1);
        for (const { code } of attempts) if (code !== undefined) expect(code).toBe('idempotency_in_flight');
        expect(executionsIn(raced).filter((text) => text === 'steer')).toHaveLength(1);
        const [promptId = ''] = answered;
        expect(await bridge.getPrompt(sessionId, promptIdOf(promptId))).toMatchObject({ state: 'completed' });
      }),
  );
});
