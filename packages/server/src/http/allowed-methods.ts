import type { Operation } from '@holdfast/protocol';
import { isStream } from './event-stream-operation.ts';

/**
 * Tells which methods a path takes; none for a path that is no route. Made of the declarations, not of routes that refuse:
 * those would double the time that mounting takes. Source: RFC 9110 §15.5.6.
 */
export function allowedMethods(operations: readonly Operation[]): (path: string) => readonly string[] {
  const patterns = operations.map((operation) => ({
    segments: operation.path.split('/'),
    methods: operation.method === 'GET' && !isStream(operation) ? ['GET', 'HEAD'] : [operation.method],
  }));
  return (path) => {
    const asked = path.split('/');
    const taken = patterns.filter(
      ({ segments }) => segments.length === asked.length && segments.every(fits(asked)),
    );
    return [...new Set(taken.flatMap(({ methods }) => methods))];
  };
}

const fits = (asked: readonly string[]) => (segment: string, place: number) =>
  segment.startsWith(':') ? asked[place] !== '' : segment === asked[place];
