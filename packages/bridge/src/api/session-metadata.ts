import type { SessionId, SessionMetadata, UpdateMetadataBody } from '@holdfast/protocol';
import type { Caller } from './caller.ts';

/** What people write about a session. */
export interface SessionMetadataOperations {
  /** Sets or clears the display name, of a closed session too. @throws invalid_metadata */
  updateMetadata(sessionId: SessionId, body: UpdateMetadataBody, caller: Caller): Promise<SessionMetadata>;
}
