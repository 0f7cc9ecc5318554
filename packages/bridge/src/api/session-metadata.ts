import type {
  EditedMetadata,
  EditMetadataBody,
  Extension,
  SessionId,
  SessionMetadata,
  StoredExtension,
  UpdateMetadataBody,
} from '@holdfast/protocol';
import type { IfMatch } from '../session/if-match.ts';
import type { Caller } from './caller.ts';

/** What people and clients write about a session, whatever state it is in. */
export interface SessionMetadataOperations {
  /** Sets or clears the display name, of a closed session too. @throws invalid_metadata */
  updateMetadata(sessionId: SessionId, body: UpdateMetadataBody, caller: Caller): Promise<SessionMetadata>;
  /**
   * Changes what people write about a session, and what they choose of its agent; null clears. `isArchived` closes a
   * live session. @throws session_not_found, invalid_metadata, alias_taken, revision_mismatch
   */
  editMetadata(
    sessionId: SessionId,
    edit: { readonly body: EditMetadataBody; readonly ifMatch?: IfMatch },
    caller: Caller,
  ): Promise<EditedMetadata>;
  /** Keeps JSON with a session. @throws extension_limit_exceeded, extension_too_large, revision_mismatch */
  putExtension(
    place: ExtensionPlace,
    put: { readonly content: unknown; readonly ifMatch?: IfMatch },
    caller: Caller,
  ): Promise<StoredExtension>;
  /** @throws extension_not_found */
  getExtension(place: ExtensionPlace): Promise<Extension>;
  /** Removes a namespace; one that is not there is removed already. @throws revision_mismatch */
  deleteExtension(
    place: ExtensionPlace,
    condition: { readonly ifMatch?: IfMatch },
    caller: Caller,
  ): Promise<void>;
}

/** Where a client keeps something. */
export interface ExtensionPlace {
  readonly sessionId: SessionId;
  readonly namespace: string;
}
