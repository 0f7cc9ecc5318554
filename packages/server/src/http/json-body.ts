import { DaemonError } from '@holdfast/protocol';
import type { FastifyInstance } from 'fastify';

/** Deeper bodies are refused: they serve nobody and overflow the stack of whoever walks them. */
const MAX_DEPTH = 256;

/**
 * Makes JSON the only kind of body: an empty one is none, poisoned keys and excessive depth are refused.
 * Source: Fastify onProtoPoisoning, onConstructorPoisoning.
 */
export function acceptJsonOnly(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    /^application\/(?:[\w.+-]+\+)?json(?:;|$)/,
    { parseAs: 'string' },
    (request, text, done) => {
      if (typeof text !== 'string' || text.trim() === '') return done(null, undefined);
      parse(request, text, (thrown, value) => {
        if (thrown !== null) done(invalidJson(thrown));
        else if (isTooDeep(value)) done(invalidJson(new Error(`nested deeper than ${MAX_DEPTH}`)));
        else done(null, value);
      });
    },
  );
}

function invalidJson(thrown: Error): DaemonError {
  return new DaemonError('invalid_json', `the body is not valid JSON: ${thrown.message}`);
}

/** Walks level by level, so that the depth it looks for cannot overflow its own stack. */
function isTooDeep(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) return true;
    const next: unknown[] = [];
    for (const item of level) {
      if (typeof item !== 'object' || item === null) continue;
      for (const member of Object.values(item)) if (typeof member === 'object') next.push(member);
    }
    level = next;
  }
  return false;
}
