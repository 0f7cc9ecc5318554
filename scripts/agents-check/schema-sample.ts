import { items, member } from './json-reader.ts';

/** Makes the smallest value that a JSON schema of an agent's side request (router, summary, title) accepts. */
export function schemaSample(schema: unknown): unknown {
  const [firstChoice] = items(member(schema, 'enum'));
  if (firstChoice !== undefined) return firstChoice;
  const declared = member(schema, 'type');
  const type = String(Array.isArray(declared) ? declared[0] : (declared ?? 'object')).toLowerCase();
  switch (type) {
    case 'object': {
      const properties = member(schema, 'properties');
      return Object.fromEntries(
        Object.entries(properties ?? {}).map(([key, value]) => [key, schemaSample(value)]),
      );
    }
    case 'array':
      return [];
    case 'boolean':
      return false;
    case 'number':
    case 'integer':
      return 1;
    case 'null':
      return null;
    default:
      return 'sample';
  }
}
