import type { SessionMetadataOperations } from '../api/session-metadata.ts';
import type { Core } from '../core.ts';
import { editMetadata } from '../operations/edit-metadata.ts';
import { deleteExtension, getExtension, putExtension } from '../operations/extensions.ts';
import { updateMetadata } from '../operations/update-metadata.ts';

export function localMetadata(core: Core): SessionMetadataOperations {
  return {
    updateMetadata: (sessionId, body, caller) => updateMetadata(core, sessionId, body, caller),
    editMetadata: (sessionId, edit, caller) => editMetadata(core, sessionId, edit, caller),
    putExtension: (place, put, caller) => putExtension(core, place, put, caller),
    getExtension: (place) => getExtension(core, place),
    deleteExtension: (place, condition, caller) => deleteExtension(core, place, condition, caller),
  };
}
