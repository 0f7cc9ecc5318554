import { DaemonError, type PromptId } from '@holdfast/protocol';
import fc from 'fast-check';
import type { SessionCommand } from '../session/command.ts';
import type { SessionEffect } from '../session/effect.ts';
import type { SessionEntry } from '../session/entry.ts';
import { type Lived, live, unborn } from './given.ts';
import { agentSession, ann, bob, c, chunk, prompt, request } from './samples.ts';

/** A command, or the answer of a prompt leaving the daemon. */
export type Step = SessionCommand | { readonly kind: 'release'; readonly promptId: PromptId };

/** What a whole random life led to. */
export interface Life {
  readonly lived: Lived;
  readonly entries: readonly SessionEntry[];
  readonly effects: readonly SessionEffect[];
  /** For each step: what it was, and what it led to. Refused ones led to nothing. */
  readonly steps: readonly {
    readonly step: Step;
    readonly held: ReadonlySet<PromptId>;
    readonly lived: Lived;
  }[];
}

const number = fc.integer({ min: 1, max: 6 });
// Of a binding or an opening: 0 is the current one, 1 the one before. `placed` turns it into a number.
const age = fc.nat(1);
const binding = age;
const promptName = number.map((place) => `p${place}`);
const requestName = number.map((place) => `r${place}`);
const clientId = fc.constantFrom(ann, bob, undefined);
const settings = fc.constantFrom(
  { modelId: 'deep' },
  { modeId: 'code' },
  { modelId: 'fast', modeId: undefined },
);
const deadlineMs = fc.constantFrom(null, 500);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(promptName, deadlineMs).map(([name, ms]) => c.prompt(name, { deadlineMs: ms })),
  },
  { weight: 4, arbitrary: promptName.map((name): Step => ({ kind: 'release', promptId: prompt(name) })) },
  { weight: 6, arbitrary: fc.constant(c.advance) },
  {
    weight: 4,
    arbitrary: fc.tuple(promptName, binding).map(([name, of]) => c.answered(name, 'end_turn', of)),
  },
  fc.tuple(promptName, binding).map(([name, of]) => c.failed(name, {}, of)),
  fc
    .tuple(promptName, clientId)
    .map(([name, by]): Step => ({ kind: 'remove', promptId: prompt(name), clientId: by })),
  clientId.map((by): Step => ({ kind: 'cancel', clientId: by })),
  promptName.map((name) => c.deadline(name)),
  promptName.map((name) => c.graceOver(name)),
  fc.tuple(fc.string({ maxLength: 4 }), binding).map(([text, of]) => c.says(text, of)),
  binding.map(
    (of): Step => ({
      kind: 'updates',
      binding: of,
      updates: [chunk('a'), { sessionUpdate: 'usage_update', used: 7 }],
    }),
  ),
  { weight: 2, arbitrary: fc.tuple(requestName, binding).map(([name, of]) => c.ask(name, { binding: of })) },
  fc.tuple(requestName, clientId).map(([name, by]) => c.vote(name, { clientId: by })),
  requestName.map((name) => c.dismiss(name)),
  requestName.map(
    (name): Step => ({ kind: 'late_vote', requestId: request(name), outcome: { outcome: 'cancelled' } }),
  ),
  binding.map((of) => c.gone(of)),
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom('native' as const, 'reseeded' as const, 'fresh' as const), age)
      .map(([context, opening]) => c.bound({ context, opening, agentSessionId: agentSession('again') })),
  },
  fc.tuple(age, fc.boolean()).map(
    ([opening, isQuarantined]): Step => ({
      kind: 'not_bound',
      opening,
      failure: { code: 'agent_exited', message: 'gone', isQuarantined },
    }),
  ),
  fc.constantFrom('load' as const, 'resume' as const).map((intent): Step => ({ kind: 'reopen', intent })),
  fc.constantFrom(ann, bob).map((by): Step => ({ kind: 'register', clientId: by })),
  fc.constantFrom(ann, bob).map((by): Step => ({ kind: 'detach', clientId: by })),
  fc.constantFrom('x', 'y', null).map((displayName): Step => ({ kind: 'rename', displayName })),
  settings.map((chosen): Step => ({ kind: 'want', ...chosen })),
  settings.map((chosen): Step => ({ kind: 'configured', ...chosen })),
  fc.constant(c.interrupt),
  fc.constant(c.recover),
  fc.constant(c.close),
);

/** Steps of a session's life in any order. */
export const steps = fc.array(step, { maxLength: 45 });

// The operations behind these wait until no answer is outstanding (Admissions.settled).
const waitsForAnswers: ReadonlySet<string> = new Set(['close', 'cancel', 'remove']);

function placed(command: SessionCommand, { state }: Lived): SessionCommand {
  if ('binding' in command) return { ...command, binding: (state?.binding?.number ?? 1) - command.binding };
  return 'opening' in command ? { ...command, opening: (state?.openings ?? 1) - command.opening } : command;
}

/** Lives through the steps, then releases every prompt and closes the session. Refusals change nothing. */
export function liveThrough(chosen: readonly Step[]): Life {
  let lived = unborn;
  let held: ReadonlySet<PromptId> = new Set();
  const told: Life['steps'][number][] = [];
  const admitted = new Set<PromptId>();
  const release = (): Step[] => [...held].map((promptId) => ({ kind: 'release', promptId }));
  const take = (next: Step): void => {
    if (waitsForAnswers.has(next.kind)) for (const earlier of release()) take(earlier);
    if (next.kind === 'prompt' && admitted.has(next.promptId)) return;
    if (next.kind === 'release') held = new Set([...held].filter((promptId) => promptId !== next.promptId));
    const command = next.kind === 'release' ? c.advance : placed(next, lived);
    try {
      lived = live(lived, command, { isHeld: (promptId) => held.has(promptId) });
    } catch (error) {
      if (error instanceof DaemonError) return;
      throw error;
    }
    if (next.kind === 'prompt') {
      admitted.add(next.promptId);
      held = new Set([...held, next.promptId]);
    }
    told.push({ step: next, held, lived });
  };
  take(c.create());
  for (const next of chosen) take(next);
  take(c.close);
  return {
    lived,
    entries: told.flatMap(({ lived: { decision } }) => decision.entries),
    effects: told.flatMap(({ lived: { decision } }) => decision.effects),
    steps: told,
  };
}
