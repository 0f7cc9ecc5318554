import { fc, test } from '@fast-check/vitest';
import { DaemonError, promptIdOf } from '@holdfast/protocol';
import { describe, expect } from 'vitest';
import type { Admission } from '../api/caller.ts';
import { race, runs } from '../testing/raced-bridge.ts';
import { client } from '../testing/samples.ts';
import { caller } from '../testing/test-bridge.ts';

const by = (name: string) => ({ ...caller, clientId: client(name) });
const body = (deadlineMs?: number) => ({ prompt: [{ type: 'text' as const, text: 'hello' }], deadlineMs });

/** What may be told of a prompt before its answer left: that it waits. */
const early = new Set(['pending_prompt_added']);

describe('the answer of a prompt', () => {
  const acts = fc.uniqueArray(
    fc.constantFrom(
      ...['cancel', 'close', 'die', 'deadline', 'no agent', 'remove', 'detach', 'load', 'answer'],
      'branch',
    ),
    { maxLength: 6 },
  );
  const phase = fc.constantFrom('idle', 'running', 'stranded', 'closing agent');

  test.prop([fc.scheduler(), acts, phase, fc.boolean(), fc.integer({ min: 1, max: 3 })], runs(500))(
    'is never overtaken by an event of its turn, whatever happens meanwhile',
    (scheduler, chosen, begun, isReleased, prompts) =>
      race(scheduler, {}, async (raced) => {
        const { bridge, agents, clock, events, prompt, told } = raced;
        const sessionId = await raced.create({}, by('ann'));
        if (begun === 'running') await prompt(sessionId, 'before', by('ann'));
        if (begun === 'stranded') agents.process.die();
        await told(sessionId);
        const left = new Set<string>();
        const admissions: Admission[] = [];
        const overtook: string[] = [];
        raced.core.journal.watch(sessionId, (batch) => {
          for (const { type, json } of batch) {
            const { promptId } = JSON.parse(json) as { promptId?: string };
            if (promptId === undefined || early.has(type) || left.has(promptId)) continue;
            overtook.push(`${type} ${promptId}`);
          }
        });
        if (begun === 'running') for (const turn of agents.turns) turn.say('still here');
        const ran = new Set((await events(sessionId)).map(({ promptId }) => promptId));
        const act: Record<string, () => unknown> = {
          cancel: () => bridge.cancelTurn(sessionId, by('ann')),
          close: () => bridge.closeSession(sessionId, by('ann')),
          die: () => agents.processes.at(-1)?.die(),
          deadline: () => clock.advance(100),
          'no agent': () =>
            agents.fail('lease', new DaemonError('agent_start_failed', 'gone', { agent: 'fake' })),
          remove: () =>
            admissions[0] && bridge.removePendingPrompt(sessionId, idIn(admissions[0]), by('ann')),
          detach: () => bridge.detach(sessionId, by('ann')),
          load: () => bridge.loadSession(sessionId, {}, by('ann')),
          answer: () => agents.turns[0]?.answer(),
          branch: () => bridge.branchSession(sessionId, {}, by('ann')),
        };
        for (let place = 0; place < prompts; place += 1) {
          raced.enter(`prompt ${place}`, async () => {
            const admission = await bridge.promptSession(sessionId, body(50), by('ann'));
            admissions.push(admission);
            if (!isReleased) return;
            await raced.step('the answer leaves');
            left.add(admission.answer.promptId);
            admission.release();
          });
        }
        for (const name of chosen) raced.enter<unknown>(name, () => act[name]?.());
        await raced.run();
        const overtaken = () => overtook.filter((line) => !ran.has(line.split(' ')[1] ?? ''));
        expect(overtaken()).toEqual([]);
        // Nobody says that it left: after a quarter of a second it counts as left.
        for (const { answer } of admissions) left.add(answer.promptId);
        await clock.advance(1_000);
        for (const turn of agents.turns) turn.answer();
        agents.fail('lease', undefined);
        await clock.advance(60_000);
        const last = await events(sessionId);
        for (const { answer } of admissions) {
          const terminals = last.filter(
            ({ type, promptId }) => /^turn_/.test(type) && promptId === answer.promptId,
          );
          expect(terminals).toHaveLength(1);
          for (const { id } of terminals) expect(id).toBeGreaterThan(answer.lastEventId);
        }
      }),
  );
});

const idIn = ({ answer }: Admission) => promptIdOf(answer.promptId);
