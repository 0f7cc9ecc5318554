import type { ClientId } from '@holdfast/protocol';
import type { MetadataChange, OpeningIntent, SessionFact, Settings } from './entry.ts';
import { withSettings } from './evolve-agent-state.ts';
import { firstGeneration } from './generations.ts';
import { noExtensions, noMetadata } from './metadata.ts';
import { isRegistered, noAgentState, type Phase, queueOf, type SessionState } from './state.ts';

/** The state a session begins with; `at` is epoch ms. */
export function opened(entry: Extract<SessionFact, { type: 'session_opened' }>, at: number): SessionState {
  const { past, metadata, ...identity } = entry.data;
  return {
    ...identity,
    metadata: { ...noMetadata, ...metadata },
    extensions: noExtensions,
    forkedFrom: past?.forkedFrom ?? null,
    importedFrom: past?.importedFrom ?? null,
    createdAt: at,
    activityAt: at,
    agentTitle: null,
    firstPrompt: past?.firstPrompt ?? null,
    generation: 1,
    generations: [firstGeneration(at)],
    checkpoints: [],
    trim: null,
    lastTurnEndId: 0,
    revision: 0,
    clients: {},
    agentState: noAgentState,
    settings: past?.settings ?? {},
    binding: null,
    openings: 0,
    lastTurn: null,
    preview: past?.preview ?? null,
    turnCount: past?.turnCount ?? 0,
    phase: { kind: 'idle', queue: [] },
  };
}

/** All of it arrived. */
export const importFinished = (state: SessionState): SessionState =>
  state.importedFrom?.kind === 'export'
    ? { ...state, importedFrom: { ...state.importedFrom, isWhole: true } }
    : state;

/** A closed session is nobody's, and never again the one that creates attach to. */
export const closed = (state: SessionState, reason: string): SessionState => ({
  ...state,
  clients: {},
  isDefaultTarget: false,
  phase: { kind: 'closed', reason },
});

/** An agent session is being acquired. */
export function opening(state: SessionState, intent: OpeningIntent): SessionState {
  const { phase } = state;
  const number = state.openings + 1;
  const closedReason = phase.kind === 'closed' ? phase.reason : null;
  return {
    ...state,
    openings: number,
    phase: { kind: 'opening', intent, number, closedReason, queue: queueOf(phase) },
  };
}

/** The phase before a restore that failed: closed with its reason, else stranded. */
export const restoreFailed = (phase: Phase, reason: string | null): Phase =>
  reason === null
    ? { kind: 'stranded', cause: 'agent_unavailable', queue: queueOf(phase) }
    : { kind: 'closed', reason };

/** A model or mode in force, kept for the next binding. */
export const withSetting = (state: SessionState, settings: Settings): SessionState => ({
  ...state,
  settings: { ...state.settings, ...settings },
  agentState: withSettings(state.agentState, settings),
});

export const renamed = (state: SessionState, displayName: string | null): SessionState => ({
  ...state,
  displayName,
  revision: state.revision + 1,
});

export const edited = (
  state: SessionState,
  { displayName = state.displayName, ...change }: MetadataChange,
): SessionState => ({
  ...state,
  displayName,
  metadata: { ...state.metadata, ...change },
  revision: state.revision + 1,
});

/** One registration more or less of a client. */
export function withClient(state: SessionState, clientId: ClientId, change: 1 | -1): SessionState {
  const before = isRegistered(state, clientId) ? (state.clients[clientId] ?? 0) : 0;
  const { [clientId]: _, ...others } = state.clients;
  const count = before + change;
  return { ...state, clients: count > 0 ? { ...others, [clientId]: count } : others };
}
