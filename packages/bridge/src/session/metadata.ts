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

/** What clients keep with a session, by namespace; the contents are in the journal. */
export interface Extensions {
  /** Changes ever made: the last revision that was given. */
  readonly edits: number;
  readonly namespaces: Readonly<Record<string, { readonly revision: number; readonly sizeBytes: number }>>;
}

export const noExtensions: Extensions = Object.freeze({ edits: 0, namespaces: {} });
