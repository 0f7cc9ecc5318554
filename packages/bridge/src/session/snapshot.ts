import { DaemonError } from '@holdfast/protocol';
import type { SessionRow } from '../ports/session-index.ts';
import { closedReasonOf, pendingCount, type SessionState } from './state.ts';

/** Shape of the snapshot; a reader that does not know it refuses. */
const snapshotVersion = 2;

/** The index row of a state: what lists show, and the snapshot the session is woken from. */
export function toRow(state: SessionState, lastSeq: number): SessionRow {
  const { phase } = state;
  const permissions = phase.kind === 'running' ? Object.keys(phase.turn.permissions).length : 0;
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
    lifecycle: closedReasonOf(phase) === null ? 'open' : 'closed',
    isArchived: state.metadata.isArchived,
    isUnfinished: pendingCount(phase) > 0,
    hasActivePrompt: pendingCount(phase) > 0,
    isWaitingForPermission: permissions > 0,
    clientCount: Object.keys(state.clients).length,
    generation: state.generation,
    revision: state.revision,
    isDefaultTarget: state.isDefaultTarget,
    snapshot: JSON.stringify({ v: snapshotVersion, state }),
    snapshotSeq: lastSeq,
  };
}

/**
 * The state a row was written from; undefined when an older program wrote it, and the journal must tell.
 * @throws state_unreadable for a snapshot of a newer program
 */
export function fromRow(row: SessionRow): SessionState | undefined {
  // Written by toRow; the version tells whether by one like ours.
  const { v, state } = JSON.parse(row.snapshot) as { v: number; state: SessionState };
  if (v === snapshotVersion) return state;
  if (v < snapshotVersion) return undefined;
  throw new DaemonError(
    'state_unreadable',
    `session ${row.sessionId} was written by a newer version (snapshot ${v}, known ${snapshotVersion}); upgrade Holdfast`,
    { sessionId: row.sessionId },
  );
}
