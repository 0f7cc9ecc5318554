import type {
  AgentState,
  EventEpoch,
  PendingPrompt,
  SessionDescription,
  SessionRow,
} from '@holdfast/protocol';
import { pendingCount, queueOf, type SessionState, type TurnRecord, textOf } from './state.ts';

interface Facts {
  readonly lastSeq: number;
  /** Whether the state is the one in memory: one read from disk has no agent behind it. */
  readonly isAwake?: boolean;
  readonly lastSeenAt?: number;
}

/** A session as lists and status show it. */
export function summarize(state: SessionState, { lastSeq, isAwake = true, lastSeenAt }: Facts): SessionRow {
  const { phase, lastTurn } = state;
  const isStranded = phase.kind !== 'closed' && !isAwake;
  return {
    sessionId: state.sessionId,
    workspaceCwd: state.cwd,
    agent: state.agent,
    createdAt: new Date(state.createdAt).toISOString(),
    updatedAt: new Date(state.activityAt).toISOString(),
    displayName: state.displayName ?? undefined,
    clientCount: Object.keys(state.clients).length,
    hasActivePrompt: pendingCount(phase) > 0,
    isWaitingForPermission: phase.kind === 'running' && Object.keys(phase.turn.permissions).length > 0,
    state: isStranded ? 'stranded' : phase.kind,
    title: titleOf(state),
    agentTitle: state.agentTitle ?? undefined,
    generation: state.generation,
    revision: state.revision,
    lastEventId: lastSeq,
    lastTurn: lastTurn === null ? undefined : turnOf(lastTurn),
    activePromptId: phase.kind === 'running' ? phase.turn.promptId : undefined,
    usage: state.agentState.usage ?? undefined,
    lastSeenAt,
  };
}

/** Models, modes and options as the agent reported them, with what is in force now. */
export function agentStateOf({ agentState }: SessionState): AgentState {
  const { models, modes, configOptions, currentModelId, currentModeId } = agentState;
  // ACP shapes, taken from the agent at its word: the schema of AgentState is loose.
  return {
    models: models === null ? undefined : ({ ...(models as object), currentModelId } as AgentState['models']),
    modes: modes === null ? undefined : ({ ...(modes as object), currentModeId } as AgentState['modes']),
    configOptions: optionsInForce(configOptions, { model: currentModelId, mode: currentModeId }),
  };
}

/** An agent may answer a change without sending its options anew. */
function optionsInForce(
  options: unknown,
  current: { readonly model: string | null; readonly mode: string | null },
): AgentState['configOptions'] {
  if (!Array.isArray(options)) return undefined;
  return options.map((option: unknown) => {
    const category = typeof option === 'object' && option !== null && 'category' in option && option.category;
    const value = category === 'model' || category === 'mode' ? current[category] : null;
    // ACP config options, taken from the agent at its word.
    return (value === null ? option : { ...(option as object), currentValue: value }) as object;
  }) as AgentState['configOptions'];
}

/** Everything about a session but its events. */
export function describe(state: SessionState, facts: Facts, eventEpoch: EventEpoch): SessionDescription {
  const { phase, agentState } = state;
  const { currentModelId, currentModeId } = agentState;
  const permissions = phase.kind === 'running' ? Object.values(phase.turn.permissions) : [];
  const promptId = phase.kind === 'running' ? phase.turn.promptId : undefined;
  return {
    ...summarize(state, facts),
    eventEpoch,
    closedReason: phase.kind === 'closed' ? phase.reason : undefined,
    strandedCause: phase.kind === 'stranded' ? phase.cause : undefined,
    config: { modelId: currentModelId ?? undefined, modeId: currentModeId ?? undefined },
    agentState: agentStateOf(state),
    lineage: {
      parentSessionId: state.parentSessionId ?? undefined,
      forkedFrom: state.forkedFrom ?? undefined,
    },
    pendingPrompts: pendingPrompts(state),
    pendingPermissions: permissions.map(({ requestId, toolCall, options, requestedAt }) => ({
      requestId,
      promptId,
      toolCall,
      options: [...options],
      requestedAt,
    })),
  };
}

export function pendingPrompts({ phase }: SessionState): PendingPrompt[] {
  const queued = queueOf(phase).map(({ promptId, content, queuedAt, clientId }) => ({
    promptId,
    text: textOf(content),
    queuedAt,
    state: 'queued' as const,
    originatorClientId: clientId ?? undefined,
  }));
  if (phase.kind !== 'running') return queued;
  const { promptId, text, queuedAt, clientId } = phase.turn;
  return [
    { promptId, text, queuedAt, state: 'running', originatorClientId: clientId ?? undefined },
    ...queued,
  ];
}

/** What a session is called: by people, else by its agent, else by its first prompt. */
export const titleOf = (state: SessionState): string | undefined =>
  state.displayName ??
  state.agentTitle ??
  (state.firstPrompt === '' ? undefined : (state.firstPrompt ?? undefined));

const turnOf = ({ promptId, state, startedAt, endedAt }: TurnRecord) => ({
  promptId,
  state,
  startedAt: startedAt ?? undefined,
  endedAt: endedAt ?? undefined,
});
