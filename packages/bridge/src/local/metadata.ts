import type { SessionMetadataOperations } from '../api/session-metadata.ts';
import type { Core } from '../core.ts';
import { updateMetadata } from '../operations/update-metadata.ts';

export function localMetadata(core: Core): SessionMetadataOperations {
  return {
    updateMetadata: (sessionId, body, caller) => updateMetadata(core, sessionId, body, caller),
  };
}
