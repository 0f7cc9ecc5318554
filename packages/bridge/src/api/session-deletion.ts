import type { ArchivedSessions, DeletedSessions, UnarchivedSessions } from '@holdfast/protocol';

/** How many sessions leave the lists, or the disk, at once. A fault of one leaves the others alone. */
export interface SessionDeletion {
  /** Purges sessions, live ones after closing them; their children are detached. */
  deleteSessions(sessionIds: readonly string[]): Promise<DeletedSessions>;
  /** Takes sessions out of the lists, live ones after closing them. */
  archiveSessions(sessionIds: readonly string[]): Promise<ArchivedSessions>;
  /** Puts sessions back into the lists, closed as they are. */
  unarchiveSessions(sessionIds: readonly string[]): Promise<UnarchivedSessions>;
}
