import { DaemonError, metadataLimits } from '@holdfast/protocol';

const { aliasPattern, labelPattern, maxLabelChars, maxLabels, maxNotesChars, notesPattern } = metadataLimits;
const isAlias = new RegExp(aliasPattern);
const isLabel = new RegExp(labelPattern);
const isText = new RegExp(notesPattern);

/** An empty alias clears. @throws invalid_metadata */
export function checkedAlias(alias: string | null): string | null {
  if (alias === null || alias === '') return null;
  if (isAlias.test(alias)) return alias;
  throw invalid(
    'alias',
    `must be 1 to 64 of a-z 0-9 . _ -, beginning with a letter or digit, and no UUID; got ${JSON.stringify(alias)}`,
  );
}

/** Each label once, in the order given. @throws invalid_metadata */
export function checkedLabels(labels: readonly string[]): readonly string[] {
  const distinct = [...new Set(labels)];
  if (distinct.length > maxLabels)
    throw invalid('labels', `must be at most ${maxLabels}; got ${distinct.length}`);
  const wrong = distinct.find((label) => label.length > maxLabelChars || !isLabel.test(label));
  if (wrong === undefined) return distinct;
  throw invalid(
    'labels',
    `must each be 1 to ${maxLabelChars} characters without control characters; got ${JSON.stringify(wrong)}`,
  );
}

/** Empty notes clear. @throws invalid_metadata */
export function checkedNotes(notes: string | null): string | null {
  if (notes === null || notes === '') return null;
  if (notes.length <= maxNotesChars && isText.test(notes)) return notes;
  throw invalid(
    'notes',
    `must be at most ${maxNotesChars} characters, and of the control characters only tabs and line ends; got ${notes.length} characters`,
  );
}

const invalid = (field: string, rule: string): DaemonError =>
  new DaemonError('invalid_metadata', `${field} ${rule}`, { field });
