// Reads JSON of unknown shape without trusting it: what is absent or of another type reads as undefined, '' or [].

/** The member of an object, or undefined. */
export function member(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return Reflect.get(value, key);
}

/** The value itself when it is an array, else an empty one. */
export const items = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The value itself when it is a string, else ''. */
export const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The object in a JSON text, or undefined for anything else. */
export function parseObject(source: string): object | undefined {
  try {
    const value: unknown = JSON.parse(source);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
