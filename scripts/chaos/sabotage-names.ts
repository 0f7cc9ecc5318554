/** Ways to break the daemon under test, and what the harness must then find. */
export const sabotages = {
  'publish-before-commit': 'Readers and callers hear of events before they are written.',
  'no-dedup': 'Idempotency keys are not looked up.',
} as const;

export type SabotageName = keyof typeof sabotages;

// Object.keys widens; the keys are those of the table.
export const sabotageNames = Object.keys(sabotages) as readonly SabotageName[];

export const isSabotageName = (text: string): text is SabotageName => Object.hasOwn(sabotages, text);
