import type {
  AgentState,
  EventEpoch,
  ExtensionSummary,
  PendingPrompt,
  SessionDescription,
  SessionRow,
} from '@holdfast/protocol';
import type { ListedSession, ListedTurn } from '../ports/session-index.ts';
import { listed } from './snapshot.ts';
import { queueOf, type SessionState, textOf } from './state.ts';

interface Facts {
  readonly lastSeq: number;
  readonly lastSeenAt?: number;
  /** Sessions that name it as their parent. */
  readonly children?: readonly ListedSession[];
}

/** How many of them a description names. */
const maxChildren = 100;

/** A session in memory as status shows it. */
export const summarize = (state: SessionState, { lastSeq, lastSeenAt }: Facts): SessionRow => ({
  ...rowOf(listed(state, lastSeq)),
  lastSeenAt,
});

/** A row of the index as lists show it. */
export function rowOf(session: ListedSession): SessionRow {
  const { createdAt, activityAt, lastTurn } = session;
  return {
    sessionId: session.sessionId,
    workspaceCwd: session.cwd,
    agent: session.agent,
    createdAt: new Date(createdAt).toISOString(),
    updatedAt: new Date(activityAt).toISOString(),
    displayName: session.displayName ?? undefined,
    clientCount: session.clientCount,
    hasActivePrompt: session.hasActivePrompt,
    isWaitingForPermission: session.isWaitingForPermission,
    state: session.state,
    title: titleOf(session),
    agentTitle: session.agentTitle ?? undefined,
    alias: session.alias ?? undefined,
    labels: session.labels.length === 0 ? undefined : [...session.labels],
    pinned: session.isPinned || undefined,
    protected: session.isProtected || undefined,
    archived: session.isArchived || undefined,
    parentSessionId: session.parentSessionId ?? undefined,
    generation: session.generation,
    revision: session.revision,
    lastEventId: session.lastSeq,
    lastTurn: lastTurn === null ? undefined : turnOf(lastTurn),
    activePromptId: session.activePromptId ?? undefined,
    usage: session.usage ?? undefined,
    preview: session.preview ?? undefined,
  };
}

const extensionsOf = ({ extensions: { namespaces } }: SessionState): ExtensionSummary[] =>
  Object.entries(namespaces).map(([namespace, kept]) => ({ namespace, ...kept }));

/** Models, modes and options as the agent reported them, with what is in force now. */
export function agentStateOf({ agentState }: SessionState): AgentState {
  const { catalog, currentModelId, currentModeId } = agentState;
  const { models, modes, configOptions } = catalog;
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
      children: facts.children?.slice(0, maxChildren).map(({ sessionId }) => sessionId),
    },
    notes: state.metadata.notes ?? undefined,
    extensions: extensionsOf(state),
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
  const running = [phase.turn, ...phase.turn.injected].map(({ promptId, text, queuedAt, clientId }) => ({
    promptId,
    text,
    queuedAt,
    state: 'running' as const,
    originatorClientId: clientId ?? undefined,
  }));
  return [...running, ...queued];
}

/** What a session is called: by people, else by its agent, else by its first prompt. */
export const titleOf = ({
  displayName,
  agentTitle,
  firstPrompt,
}: Pick<ListedSession, 'displayName' | 'agentTitle' | 'firstPrompt'>): string | undefined =>
  displayName ?? agentTitle ?? (firstPrompt === '' ? undefined : (firstPrompt ?? undefined));

const turnOf = ({ promptId, state, startedAt, endedAt }: ListedTurn) => ({
  promptId,
  state,
  startedAt: startedAt ?? undefined,
  endedAt: endedAt ?? undefined,
});
