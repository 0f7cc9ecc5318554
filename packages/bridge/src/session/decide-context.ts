import { DaemonError } from '@holdfast/protocol';
import { type Checkpoint, checkpointEventId } from './checkpoints.ts';
import type { CommandOf } from './command.ts';
import { closeTurn } from './decide-lifecycle.ts';
import { decideSteps } from './decide-steps.ts';
import { type Decision, type DecisionContext, nothing, requireRegistered } from './decision.ts';
import type { SessionEffect } from './effect.ts';
import { removeQueued } from './end-turn.ts';
import { event, fact, type NewBasis, type SessionEntry } from './entry.ts';
import { currentLineage, type NewGenerationReason } from './generations.ts';
import { closedReasonOf, queueOf, type SessionState } from './state.ts';
import { cancelled } from './turn-end.ts';

/** Begins a conversation anew with nothing: the running turn ends, the history so far stays readable. */
export function decideReset(
  state: SessionState,
  command: CommandOf<'reset'>,
  context: DecisionContext,
): Decision {
  const { reason, queue, checkpointId } = command;
  requireMayBeginAnew(state, command);
  return decideSteps(
    state,
    context,
    endRunning,
    (now) => keepAutomatically(now, { checkpointId, reason: 'reset' }),
    (now) => (queue === 'drop' ? dropQueue(now, context) : nothing),
    (now) => beginGeneration(now, reason, { kind: 'nothing' }),
  );
}

/** Begins a conversation anew with the history up to a checkpoint. @throws checkpoint_not_found */
export function decideRestoreCheckpoint(
  state: SessionState,
  command: CommandOf<'restore_checkpoint'>,
  context: DecisionContext,
): Decision {
  requireMayBeginAnew(state, command);
  const { generation, eventId } = findCheckpoint(state, command.restored);
  const { checkpointId } = command;
  return decideSteps(
    state,
    context,
    endRunning,
    (now) => keepAutomatically(now, { checkpointId, reason: 'restore' }),
    (now) => beginGeneration(now, 'restore', { kind: 'history', generation, upToEventId: eventId }),
  );
}

/** Marks the end of the last finished turn. */
export function decideCheckpoint(state: SessionState, command: CommandOf<'checkpoint'>): Decision {
  const { checkpointId, name, clientId } = command;
  requireMember(state, clientId);
  return { entries: [checkpointEntry(state, { checkpointId, name, reason: 'user' })], effects: [] };
}

/** @throws checkpoint_not_found */
export function findCheckpoint({ sessionId, checkpoints }: SessionState, checkpointId: string): Checkpoint {
  const found = checkpoints.find((checkpoint) => checkpoint.checkpointId === checkpointId);
  if (found !== undefined) return found;
  throw new DaemonError(
    'checkpoint_not_found',
    `session ${sessionId} has no checkpoint "${checkpointId}"; list its checkpoints to see which are kept`,
    { sessionId, checkpointId },
  );
}

/** The conversation begins anew. One that is live gets a fresh agent session at once, any other with its next prompt. */
export function beginGeneration(state: SessionState, reason: NewGenerationReason, basis: NewBasis): Decision {
  const { sessionId, phase } = state;
  const generation = state.generation + 1;
  const begun = fact('generation_started', { generation, reason, basis });
  // Nothing follows a session's terminal in its stream: its restore tells.
  if (closedReasonOf(phase) !== null) return { entries: [begun], effects: [] };
  const entries: SessionEntry[] = [begun, event('session_reset', { sessionId, generation, reason })];
  const advance: SessionEffect = { kind: 'advance' };
  if (phase.kind !== 'idle') return { entries, effects: queueOf(phase).length > 0 ? [advance] : [] };
  return {
    entries: [...entries, fact('opening_started', { intent: intents[reason] })],
    effects: [{ kind: 'part_from_agent', binding: state.binding?.number ?? 0 }, { kind: 'open_agent' }],
  };
}

/** The checkpoint of the conversation as it stands, as it is recorded. */
export function checkpointEntry(
  state: SessionState,
  {
    checkpointId,
    name = null,
    reason,
  }: Pick<Checkpoint, 'checkpointId' | 'reason'> & { name?: string | null },
): SessionEntry {
  const { sessionId, generation } = state;
  const eventId = checkpointEventId(state);
  const made = { checkpointId, generation, eventId, name: name ?? undefined, reason };
  return closedReasonOf(state.phase) === null
    ? event('checkpoint_created', { sessionId, ...made })
    : fact('checkpoint_kept', made);
}

const intents = { new: 'reset', reset: 'reset', restore: 'restore', compact: 'compact' } as const;

const endRunning = (state: SessionState): Decision =>
  state.phase.kind === 'running' ? closeTurn(state, state.phase) : nothing;

/** Keeps a way back, where there is anything to come back to. */
function keepAutomatically(
  state: SessionState,
  checkpoint: Pick<Checkpoint, 'checkpointId' | 'reason'>,
): Decision {
  return hasPast(state) ? { entries: [checkpointEntry(state, checkpoint)], effects: [] } : nothing;
}

/** Whether the conversation as it stands has a finished turn, of its own or of what it began with. */
export const hasPast = (state: SessionState): boolean =>
  currentLineage(state).some(({ afterEventId }) => afterEventId < checkpointEventId(state));

/** Ends what waits. A prompt whose answer has not left yet counts as asked after it: no terminal overtakes its answer. */
const dropQueue = (state: SessionState, { isHeld }: DecisionContext): Decision => ({
  entries: queueOf(state.phase)
    .filter(({ promptId }) => !isHeld(promptId))
    .flatMap((prompt) => removeQueued(state, prompt, cancelled)),
  effects: [],
});

function requireMayBeginAnew(
  state: SessionState,
  { expectedGeneration, clientId }: CommandOf<'reset'> | CommandOf<'restore_checkpoint'>,
): void {
  requireMember(state, clientId);
  requireGeneration(state, expectedGeneration);
  if (state.phase.kind !== 'opening') return;
  const { sessionId } = state;
  throw new DaemonError(
    'restore_in_progress',
    `session ${sessionId} is getting an agent right now; ask again when it has one`,
    { sessionId, activeAction: state.phase.intent, requestedAction: 'reset' },
  );
}

/** Nobody is registered with a closed session, so nobody is a stranger to it. @throws invalid_client_id */
export function requireMember(state: SessionState, clientId: Parameters<typeof requireRegistered>[1]): void {
  if (closedReasonOf(state.phase) === null) requireRegistered(state, clientId);
}

/** @throws session_changed when another generation began meanwhile; absent expects nothing */
export function requireGeneration(
  { sessionId, generation }: SessionState,
  expectedGeneration: number | undefined,
): void {
  if (expectedGeneration === undefined || expectedGeneration === generation) return;
  throw new DaemonError(
    'session_changed',
    `the session is at generation ${generation}, not ${expectedGeneration}; look at what changed and ask again`,
    { sessionId, generation, expectedGeneration },
  );
}
