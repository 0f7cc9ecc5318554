import type { SessionDeletion } from '../api/session-deletion.ts';
import type { Core } from '../core.ts';
import { archiveSessions, unarchiveSessions } from '../operations/archive-sessions.ts';
import { deleteSessions } from '../operations/delete-sessions.ts';

export function localDeletion(core: Core): SessionDeletion {
  return {
    deleteSessions: (sessionIds) => deleteSessions(core, sessionIds),
    archiveSessions: (sessionIds) => archiveSessions(core, sessionIds),
    unarchiveSessions: (sessionIds) => unarchiveSessions(core, sessionIds),
  };
}
