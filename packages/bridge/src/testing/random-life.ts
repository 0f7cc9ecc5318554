import { DaemonError, type PermissionRequestId, type PromptId } from '@holdfast/protocol';
import type { SessionEffect } from '../session/effect.ts';
import type { SessionEntry } from '../session/entry.ts';
import { queueOf } from '../session/state.ts';
import { type Lived, live, unborn } from './given.ts';
import type { PromptRole, Step } from './random-steps.ts';
import { c, prompt, request } from './samples.ts';

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

// The operations behind these wait until no answer is outstanding (Admissions.settled).
const waitsForAnswers: ReadonlySet<string> = new Set([
  'close',
  'purge',
  'edit',
  'abort',
  'remove',
  'reset',
  'restore_checkpoint',
  // By then nobody waits for an answer any more.
  'rewound',
]);

/** What a life knows while it is lived. */
interface SoFar {
  readonly lived: Lived;
  readonly held: ReadonlySet<PromptId>;
  readonly admitted: readonly PromptId[];
  readonly asked: readonly PermissionRequestId[];
}

/** Makes a drawn step one of this life: what it is new about gets a new name, what it is about is looked for. */
function placed(step: Step, soFar: SoFar): Step {
  const { lived, admitted, asked } = soFar;
  const { state } = lived;
  switch (step.kind) {
    case 'prompt':
      return { ...step, promptId: prompt(`p${admitted.length + 1}`) };
    case 'compact': {
      const name = `p${admitted.length + 1}`;
      return { ...step, promptId: prompt(name), checkpointId: `cp-${name}` };
    }
    case 'ask':
      return { ...numbered(step, lived), requestId: request(`r${asked.length + 1}`) };
    case 'trim': {
      // Turns end where checkpoints point to.
      const upToEventId = state?.checkpoints[step.upToEventId]?.eventId ?? state?.lastTurnEndId ?? 0;
      return { ...step, generation: (state?.generation ?? 1) - step.generation, upToEventId };
    }
    default: {
      const given = numbered(step, lived);
      if ('promptId' in given && given.promptId !== undefined)
        return { ...given, promptId: meant(given.promptId, soFar) };
      return 'requestId' in given ? { ...given, requestId: openRequest(given.requestId, lived) } : given;
    }
  }
}

function numbered<Of extends Step>(step: Of, { state }: Lived): Of {
  if ('binding' in step) return { ...step, binding: (state?.binding?.number ?? 1) - step.binding };
  return 'opening' in step ? { ...step, opening: (state?.openings ?? 1) - step.opening } : step;
}

/** The prompt that a role stands for; any other name is meant as it is. */
function meant(name: PromptId, { lived: { state }, held }: SoFar): PromptId {
  if (state === null) return name;
  const { phase } = state;
  const roles: Readonly<Record<PromptRole, PromptId | undefined>> = {
    running: phase.kind === 'running' ? phase.turn.promptId : undefined,
    waiting: queueOf(phase)[0]?.promptId,
    sent: queueOf(phase).find(({ injection }) => injection === 'sent')?.promptId,
    held: [...held][0],
  };
  return (Object.hasOwn(roles, name) ? roles[name as string as PromptRole] : undefined) ?? name;
}

function openRequest(name: PermissionRequestId, { state }: Lived): PermissionRequestId {
  if (name !== request('open') || state?.phase.kind !== 'running') return name;
  return Object.values(state.phase.turn.permissions).at(-1)?.requestId ?? name;
}

/** Whether a question still waits: no vote is late then. */
const isOpen = (requestId: PermissionRequestId, { state }: Lived): boolean =>
  state?.phase.kind === 'running' && Object.hasOwn(state.phase.turn.permissions, requestId);

/** Lives through the steps, then releases every prompt and closes the session. Refusals change nothing. */
export function liveThrough(chosen: readonly Step[]): Life {
  let soFar: SoFar = { lived: unborn, held: new Set(), admitted: [], asked: [] };
  const told: Life['steps'][number][] = [];
  const take = (drawn: Step): void => {
    if (waitsForAnswers.has(drawn.kind))
      for (const promptId of soFar.held) take({ kind: 'release', promptId });
    const step = placed(drawn, soFar);
    if (step.kind === 'late_vote' && isOpen(step.requestId, soFar.lived)) return;
    const held = heldAfter(step, soFar);
    const command = step.kind === 'release' ? c.advance : step;
    let lived: Lived;
    try {
      lived = live(soFar.lived, command, { isHeld: (promptId) => held.has(promptId) });
    } catch (error) {
      if (error instanceof DaemonError) return;
      throw error;
    }
    told.push({ step, held, lived });
    const { admitted, asked } = soFar;
    soFar = {
      lived,
      held,
      admitted: step.kind === 'prompt' || step.kind === 'compact' ? [...admitted, step.promptId] : admitted,
      asked: step.kind === 'ask' ? [...asked, step.requestId] : asked,
    };
  };
  take(c.create());
  for (const next of chosen) take(next);
  take(c.close);
  return {
    lived: soFar.lived,
    entries: told.flatMap(({ lived: { decision } }) => decision.entries),
    effects: told.flatMap(({ lived: { decision } }) => decision.effects),
    steps: told,
  };
}

/** Prompts whose answer has not left, once the step is taken. */
function heldAfter(step: Step, { held }: SoFar): ReadonlySet<PromptId> {
  if (step.kind === 'prompt' || step.kind === 'compact') return new Set([...held, step.promptId]);
  if (step.kind !== 'release') return held;
  return new Set([...held].filter((promptId) => promptId !== step.promptId));
}
