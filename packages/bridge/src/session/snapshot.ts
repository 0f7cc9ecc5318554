import { DaemonError } from '@holdfast/protocol';
import type { ListedSession, SessionRow } from '../ports/session-index.ts';
import { closedReasonOf, pendingCount, type SessionState } from './state.ts';

/** Shape of the snapshot; a reader that does not know it refuses. */
const snapshotVersion = 4;

/** What lists show of a state as of event `lastSeq`. */
export function listed(state: SessionState, lastSeq: number): ListedSession {
  const { phase, metadata } = state;
  return {
    sessionId: state.sessionId,
    cwd: state.cwd,
    workspace: state.workspace,
    agent: state.agent,
    parentSessionId: state.parentSessionId,
    createdAt: state.createdAt,
    activityAt: state.activityAt,
    displayName: state.displayName,
    agentTitle: state.agentTitle,
    firstPrompt: state.firstPrompt,
    alias: metadata.alias,
    labels: metadata.labels,
    isPinned: metadata.isPinned,
    isProtected: metadata.isProtected,
    isArchived: metadata.isArchived,
    state: phase.kind,
    hasActivePrompt: pendingCount(phase) > 0,
    isWaitingForPermission: phase.kind === 'running' && Object.keys(phase.turn.permissions).length > 0,
    clientCount: Object.keys(state.clients).length,
    generation: state.generation,
    revision: state.revision,
    lastTurn: state.lastTurn,
    activePromptId: phase.kind === 'running' ? phase.turn.promptId : null,
    usage: state.agentState.usage,
    preview: state.preview,
    lastSeq,
  };
}

/** The index row of a state: what lists show, and the snapshot the session is woken from. */
export function toRow(state: SessionState, lastSeq: number): SessionRow {
  const { catalog, ...agentState } = state.agentState;
  return {
    ...listed(state, lastSeq),
    lifecycle: closedReasonOf(state.phase) === null ? 'open' : 'closed',
    isUnfinished: pendingCount(state.phase) > 0,
    isDefaultTarget: state.isDefaultTarget,
    agentSessionId: state.binding?.agentSessionId ?? null,
    catalog,
    snapshot: JSON.stringify({ v: snapshotVersion, state: { ...state, agentState } }),
  };
}

/**
 * The state a row was written from; undefined when an older program wrote it or it is damaged, and the journal must tell.
 * @throws state_unreadable for a snapshot of a newer program
 */
export function fromRow(row: SessionRow): SessionState | undefined {
  if (row.snapshot === '') return undefined;
  // Written by toRow; the version tells whether by one like ours.
  const { v, state } = JSON.parse(row.snapshot) as { v: number; state: SessionState };
  if (v === snapshotVersion) {
    return { ...state, agentState: { ...state.agentState, catalog: row.catalog } };
  }
  if (v < snapshotVersion) return undefined;
  throw new DaemonError(
    'state_unreadable',
    `session ${row.sessionId} was written by a newer version (snapshot ${v}, known ${snapshotVersion}); upgrade Holdfast`,
    { sessionId: row.sessionId },
  );
}
