import { type ClientId, DaemonError, type SessionId } from '@holdfast/protocol';
import type { Core } from '../core.ts';
import { requireUnprotected } from '../session/decide-metadata.ts';
import { ifKnown } from '../session/registry.ts';
import type { Session } from '../session/session.ts';

/** What becomes of the sessions that name a purged one as their parent. */
export type ChildrenRule = 'refuse' | 'detach' | 'delete';

/**
 * Erases a session with everything recorded of it; a live one is closed first. Children are purged with it, detached
 * from it, or keep it from being purged. All of it or nothing.
 * @throws session_not_found, session_protected, session_has_children
 */
export async function purgeSession(
  core: Core,
  sessionId: SessionId,
  { children, clientId }: { readonly children: ChildrenRule; readonly clientId?: ClientId },
): Promise<void> {
  const { state } = await core.registry.wake(sessionId);
  requireUnprotected(state);
  if (children === 'refuse') await requireChildless(core, sessionId);
  const sessionIds = children === 'delete' ? await withDescendants(core, sessionId) : [sessionId];
  do {
    for (const each of sessionIds) await closeForGood(core, each, each === sessionId ? clientId : undefined);
    // Somebody may have opened or protected one of them while another was being closed.
  } while (!mayErase(core, sessionIds));
  await erase(core, sessionIds);
  // Also those that were made meanwhile.
  for (const each of sessionIds) await orphanChildren(core, each);
  core.logger.info({ sessionId, clientId, purged: sessionIds }, 'session purged');
}

/** @throws session_protected, session_not_found */
async function closeForGood(core: Core, sessionId: SessionId, clientId: ClientId | undefined): Promise<void> {
  const session = await core.registry.wake(sessionId);
  // A restore ends by itself before long, and answers that are on their way to a client leave first.
  await session.until(({ phase }) => phase.kind !== 'opening' || phase.closedReason === null);
  while (!session.admissions.isSettled) await session.admissions.settled();
  await session.execute({ kind: 'purge', clientId });
}

/** @throws session_protected */
function mayErase(core: Core, sessionIds: readonly SessionId[]): boolean {
  const states = awake(core, sessionIds).map(({ state }) => state);
  for (const state of states) requireUnprotected(state);
  return states.every(({ phase }) => phase.kind === 'closed');
}

/** Ends them in memory, then on the disk; who asks for one meanwhile waits, and does not find it. */
async function erase(core: Core, sessionIds: readonly SessionId[]): Promise<void> {
  const sessions = awake(core, sessionIds);
  for (const session of sessions) session.end('erased');
  const erased = eraseRecorded(core, sessionIds, sessions);
  await Promise.all(sessionIds.map((sessionId) => core.registry.forget(sessionId, erased)));
}

async function eraseRecorded(
  { journal }: Core,
  sessionIds: readonly SessionId[],
  sessions: readonly Session[],
): Promise<void> {
  await Promise.all(sessions.map((session) => session.written()));
  for (const session of sessions) {
    // Readers that are behind must still hear how it ended.
    const [last] = await journal.read(session.id, session.lastSeq - 1, { maxEvents: 1, maxBytes: 1 });
    session.epitaph = last;
  }
  await journal.commit({ erase: sessionIds, isAcknowledged: true });
}

/** Those in memory; the others rest on the disk, closed. */
const awake = ({ registry }: Core, sessionIds: readonly SessionId[]): readonly Session[] =>
  sessionIds.flatMap((sessionId) => registry.find(sessionId) ?? []);

async function requireChildless(core: Core, sessionId: SessionId): Promise<void> {
  const children = await core.index.childrenOf(sessionId);
  if (children.length === 0) return;
  throw new DaemonError(
    'session_has_children',
    `session ${sessionId} has ${children.length} children; delete them first, or say children=detach or children=delete`,
    { sessionId, children: children.map((child) => child.sessionId) },
  );
}

/** A session, its children, their children and so on, each once. @throws session_protected for any of them */
async function withDescendants(core: Core, sessionId: SessionId): Promise<readonly SessionId[]> {
  const found = new Set([sessionId]);
  // A Set is walked with what is added to it on the way.
  for (const parentId of found) {
    for (const child of await core.index.childrenOf(parentId)) {
      const session = await ifKnown(core.registry.wake(child.sessionId));
      if (session === undefined) continue;
      requireUnprotected(session.state);
      found.add(child.sessionId);
    }
  }
  return [...found];
}

async function orphanChildren(core: Core, sessionId: SessionId): Promise<void> {
  for (const child of await core.index.childrenOf(sessionId)) {
    const session = await ifKnown(core.registry.wake(child.sessionId));
    if (session !== undefined) await ifKnown(session.execute({ kind: 'orphan' }));
  }
}
