import { DaemonError } from '@holdfast/protocol';
import { checkpointEventId } from './checkpoints.ts';
import type { CommandOf } from './command.ts';
import { commandPrompt, compactCommand, handoffPrompt } from './compaction-policy.ts';
import { beginGeneration, checkpointEntry } from './decide-context.ts';
import { decidePrompt } from './decide-prompt.ts';
import {
  type Decision,
  type DecisionContext,
  nothing,
  requireOpen,
  requireRegistered,
  together,
} from './decision.ts';
import { event, type PromptBlock, type SessionEntry } from './entry.ts';
import { type QueuedPrompt, queueOf, type SessionState, type Turn } from './state.ts';

/** Accepts a compaction: a prompt like any other, with the checkpoint it is promised. @throws capability_missing */
export function decideCompact(
  state: SessionState,
  command: CommandOf<'compact'>,
  context: DecisionContext,
): Decision {
  requireOpen(state);
  requireRegistered(state, command.clientId);
  const { strategy, checkpointId, instructions, ...prompt } = command;
  const content = contentOf(state, command);
  const compaction = { strategy, checkpointId };
  return together(
    { entries: [checkpointEntry(state, { checkpointId, reason: 'compact' })], effects: [] },
    decidePrompt(state, { ...prompt, kind: 'prompt', content, meta: undefined, compaction }, context),
  );
}

function contentOf(
  { sessionId, agent, agentState }: SessionState,
  { strategy, instructions }: CommandOf<'compact'>,
): readonly PromptBlock[] {
  if (strategy === 'handoff') return handoffPrompt(instructions);
  const name = compactCommand(agentState);
  if (name !== undefined) return commandPrompt(name, instructions);
  throw new DaemonError(
    'capability_missing',
    `agent "${agent}" has published no command to compact its context; use strategy "handoff"`,
    { sessionId, strategy, supported: ['handoff'] },
  );
}

/** Readers hear that a compaction begins; turns that came before it are before its checkpoint too. */
export function compactionStart(state: SessionState, { compaction }: QueuedPrompt): readonly SessionEntry[] {
  if (compaction === null) return [];
  const { strategy, checkpointId } = compaction;
  const made = state.checkpoints.find((checkpoint) => checkpoint.checkpointId === checkpointId);
  const isBehind = made?.eventId !== checkpointEventId(state) || made.generation !== state.generation;
  const started = event('compaction_started', { sessionId: state.sessionId, strategy, checkpointId });
  return isBehind ? [checkpointEntry(state, { checkpointId, reason: 'compact' }), started] : [started];
}

/** Begins the generation that a summary opens, once the turn that wrote it has ended. */
export function decideHandedOff(state: SessionState, { compaction, promptId }: Turn): Decision {
  if (compaction?.strategy !== 'handoff') return nothing;
  const checkpoint = state.checkpoints.find(({ checkpointId }) => checkpointId === compaction.checkpointId);
  // The turn began after its checkpoint: from there on its words are looked for.
  const afterEventId = checkpoint?.eventId ?? 0;
  const ended: SessionState = { ...state, phase: { kind: 'idle', queue: queueOf(state.phase) } };
  return beginGeneration(ended, 'compact', { kind: 'summary', promptId, afterEventId });
}
