import type { ArchivedSessions, ClientId, SessionId, UnarchivedSessions } from '@holdfast/protocol';
import type { Core } from '../core.ts';
import { edit, noChoices } from './edit-metadata.ts';
import { forEachSession } from './for-each-session.ts';

/** Takes sessions out of the lists, closing those that are live; a fault of one leaves the others alone. */
export async function archiveSessions(core: Core, sessionIds: readonly string[]): Promise<ArchivedSessions> {
  const { done, notFound, errors } = await forEachSession(core, sessionIds, (sessionId) =>
    setArchived(core, sessionId, { isArchived: true }),
  );
  return {
    archived: done.filter(({ outcome }) => outcome === 'changed').map(({ sessionId }) => sessionId),
    alreadyArchived: done.filter(({ outcome }) => outcome === 'was_so').map(({ sessionId }) => sessionId),
    notFound,
    errors,
  };
}

/** Puts sessions back into the lists, closed as they are. */
export async function unarchiveSessions(
  core: Core,
  sessionIds: readonly string[],
): Promise<UnarchivedSessions> {
  const { done, notFound, errors } = await forEachSession(core, sessionIds, (sessionId) =>
    setArchived(core, sessionId, { isArchived: false }),
  );
  return {
    unarchived: done.filter(({ outcome }) => outcome === 'changed').map(({ sessionId }) => sessionId),
    alreadyActive: done.filter(({ outcome }) => outcome === 'was_so').map(({ sessionId }) => sessionId),
    notFound,
    errors,
  };
}

/** Archives a session or takes it out of the archive. @throws session_not_found, invalid_client_id */
export async function setArchived(
  core: Core,
  sessionId: SessionId,
  { isArchived, clientId }: { readonly isArchived: boolean; readonly clientId?: ClientId },
): Promise<'changed' | 'was_so'> {
  const session = await core.registry.wake(sessionId);
  // No terminal may overtake the answer of the prompt it ends.
  while (!session.admissions.isSettled) await session.admissions.settled();
  const was = session.state.metadata.isArchived;
  await edit(core, session, { change: { isArchived }, ...noChoices, clientId });
  return was === isArchived ? 'was_so' : 'changed';
}
