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
        if (thrown !== null) done(invalidJson(faultOf(text)));
        else if (isTooDeep(value)) done(invalidJson(`it is nested deeper than ${MAX_DEPTH} levels`));
        else done(null, value);
      });
    },
  );
  acceptUploads(app);
}

/** JSON lines are not collected: the operation that takes them reads them as they arrive. */
function acceptUploads(app: FastifyInstance): void {
  app.addContentTypeParser(/^application\/(?:x-ndjson|jsonl)(?:;|$)/, (request, payload, done) => {
    const isUpload = request.routeOptions.config.holdfastOperation?.upload === 'jsonl';
    if (isUpload) done(null, payload);
    else done(new DaemonError('unsupported_media_type', 'send the body as Content-Type: application/json'));
  });
}

function invalidJson(fault: string): DaemonError {
  return new DaemonError('invalid_json', `the body is not acceptable JSON: ${fault}`);
}

/** Fastify's parser says only that it refused. */
function faultOf(text: string): string {
  try {
    JSON.parse(text);
    return 'the keys "__proto__" and "constructor.prototype" are not allowed; leave them out';
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : 'it cannot be parsed';
  }
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
