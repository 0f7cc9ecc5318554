/** A JSON object of unknown content. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** Tells whether a parsed JSON value is an object. */
export const isRecord = (value: unknown): value is JsonRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
