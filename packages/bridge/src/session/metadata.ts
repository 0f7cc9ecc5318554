/** What people write about a session, beside its display name. */
export interface EditableMetadata {
  /** Another name for the session's id, unique in the daemon. */
  readonly alias: string | null;
  readonly labels: readonly string[];
  readonly notes: string | null;
  readonly isPinned: boolean;
  /** Nobody may delete it. */
  readonly isProtected: boolean;
  readonly isArchived: boolean;
}

export const noMetadata: EditableMetadata = Object.freeze({
  alias: null,
  labels: [],
  notes: null,
  isPinned: false,
  isProtected: false,
  isArchived: false,
});
