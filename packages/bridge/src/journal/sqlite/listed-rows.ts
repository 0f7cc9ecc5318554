import type { PromptId, SessionId } from '@holdfast/protocol';
import type { ListedSession, ListedTurn, MessagePreview } from '../../ports/session-index.ts';
import type { SqlValue } from './database.ts';

/** What lists show as it is stored, in the order of `listedColumns`. */
export type StoredListing = [
  sessionId: string,
  cwd: string,
  workspace: string,
  agent: string,
  parentSessionId: string | null,
  createdAt: number,
  activityAt: number,
  displayName: string | null,
  agentTitle: string | null,
  firstPrompt: string | null,
  alias: string | null,
  labels: string,
  isPinned: number,
  isProtected: number,
  isArchived: number,
  state: string,
  hasActivePrompt: number,
  isWaitingForPermission: number,
  clientCount: number,
  generation: number,
  revision: number,
  lastPromptId: string | null,
  lastTurnState: string | null,
  lastTurnStartedAt: number | null,
  lastTurnEndedAt: number | null,
  activePromptId: string | null,
  usage: string | null,
  previewRole: string | null,
  preview: string | null,
  lastSeq: number,
];

/** Reads what lists show of a session. What damage made unreadable of it is left out. */
export function toListed(stored: Readonly<StoredListing>): ListedSession {
  const [
    sessionId,
    cwd,
    workspace,
    agent,
    parentSessionId,
    createdAt,
    activityAt,
    displayName,
    agentTitle,
    firstPrompt,
    alias,
    labels,
    isPinned,
    isProtected,
    isArchived,
    state,
    hasActivePrompt,
    isWaitingForPermission,
    clientCount,
    generation,
    revision,
    lastPromptId,
    lastTurnState,
    lastTurnStartedAt,
    lastTurnEndedAt,
    activePromptId,
    usage,
    previewRole,
    preview,
    lastSeq,
  ] = stored;
  return {
    // All ids, states and roles below were such when they were written by `fromListed`.
    sessionId: sessionId as SessionId,
    parentSessionId: parentSessionId as SessionId | null,
    cwd,
    workspace,
    agent,
    createdAt,
    activityAt,
    displayName,
    agentTitle,
    firstPrompt,
    alias,
    labels: labels === '[]' ? [] : ((readJson(labels) ?? []) as readonly string[]),
    isPinned: isPinned === 1,
    isProtected: isProtected === 1,
    isArchived: isArchived === 1,
    state: state as ListedSession['state'],
    hasActivePrompt: hasActivePrompt === 1,
    isWaitingForPermission: isWaitingForPermission === 1,
    clientCount,
    generation,
    revision,
    lastTurn:
      lastPromptId === null
        ? null
        : {
            promptId: lastPromptId as PromptId,
            state: lastTurnState as ListedTurn['state'],
            startedAt: lastTurnStartedAt,
            endedAt: lastTurnEndedAt,
          },
    activePromptId: activePromptId as PromptId | null,
    usage: usage === null ? null : (readJson(usage) as ListedSession['usage']),
    preview: preview === null ? null : { role: previewRole as MessagePreview['role'], text: preview },
    lastSeq,
  };
}

/** Gives the columns' values, in their order. */
export const fromListed = (row: ListedSession): StoredListing => [
  row.sessionId,
  row.cwd,
  row.workspace,
  row.agent,
  row.parentSessionId,
  row.createdAt,
  row.activityAt,
  row.displayName,
  row.agentTitle,
  row.firstPrompt,
  row.alias,
  row.labels.length === 0 ? '[]' : JSON.stringify(row.labels),
  Number(row.isPinned),
  Number(row.isProtected),
  Number(row.isArchived),
  row.state,
  Number(row.hasActivePrompt),
  Number(row.isWaitingForPermission),
  row.clientCount,
  row.generation,
  row.revision,
  row.lastTurn?.promptId ?? null,
  row.lastTurn?.state ?? null,
  row.lastTurn?.startedAt ?? null,
  row.lastTurn?.endedAt ?? null,
  row.activePromptId,
  row.usage === null ? null : JSON.stringify(row.usage),
  row.preview?.role ?? null,
  row.preview?.text ?? null,
  row.lastSeq,
];

/** These columns have no checksum: a byte that flipped must not take the whole page of a list with it. */
function readJson(text: string): SqlValue | object {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
