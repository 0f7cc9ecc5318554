import { type Static, type TSchema, Type } from 'typebox';
import { DisplayName } from './primitives.ts';

/** Bounds of what people write about a session, in UTF-16 units. */
export const metadataLimits = Object.freeze({
  /** Safe in a path and on a command line, and no UUID, so that it is never taken for a session's id. */
  aliasPattern:
    '^(?![0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$)[a-z0-9][a-z0-9._-]{0,63}$',
  maxLabels: 32,
  maxLabelChars: 64,
  labelPattern: '^[^\\u0000-\\u001f\\u007f]+$',
  maxNotesChars: 4_000,
  /** Of the control characters only tab, line feed and carriage return. */
  notesPattern: '^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f]*$',
});

/** Another name for a session's id. */
export const Alias = Type.String({
  pattern: metadataLimits.aliasPattern,
  description: 'Unique in the daemon: 1 to 64 of a-z 0-9 . _ -, beginning with a letter or digit; no UUID.',
});

export const Labels = Type.Array(
  Type.String({ maxLength: metadataLimits.maxLabelChars, pattern: metadataLimits.labelPattern }),
  {
    maxItems: metadataLimits.maxLabels,
    description: 'At most 32 of 1 to 64 characters; repeated ones count once.',
  },
);

export const Notes = Type.String({
  maxLength: metadataLimits.maxNotesChars,
  pattern: metadataLimits.notesPattern,
  description: 'Free text of at most 4000 characters.',
});

const clearable = <Schema extends TSchema>(schema: Schema) =>
  Type.Optional(Type.Union([schema, Type.Null()]));

/** Changed fields of a session with their new values; null: cleared. */
export const MetadataChanges = Type.Object({
  displayName: clearable(DisplayName),
  alias: clearable(Alias),
  labels: clearable(Labels),
  notes: clearable(Notes),
  pinned: clearable(Type.Boolean()),
  protected: clearable(Type.Boolean()),
  archived: clearable(Type.Boolean()),
});
export type MetadataChanges = Static<typeof MetadataChanges>;
