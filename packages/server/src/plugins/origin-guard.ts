import { DaemonError } from '@holdfast/protocol';

const METHODS = 'GET, POST, PUT, PATCH, DELETE';
const REQUEST_HEADERS: ReadonlySet<string> = new Set([
  'authorization',
  'content-type',
  'if-match',
  'idempotency-key',
  'last-event-id',
  'x-qwen-client-id',
  'x-qwen-event-epoch',
]);
const EXPOSED =
  'Retry-After, ETag, X-Request-Id, Idempotent-Replayed, Holdfast-Event-Epoch, X-Qwen-Event-Epoch';
const MAX_AGE_SECONDS = '86400';

/** What of a request the browser's rules look at. */
export interface CrossOriginRequest {
  readonly method: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** `Access-Control-Request-Method`; makes an OPTIONS request a preflight. */
  readonly requestedMethod: string | undefined;
  /** `Access-Control-Request-Headers`. */
  readonly requestedHeaders: string | undefined;
}

export interface CrossOriginVerdict {
  readonly headers: Readonly<Record<string, string>>;
  /** Answered at once, 204, before anything else is looked at. */
  readonly isPreflight: boolean;
}

/**
 * Lets web pages of the daemon's own origin and of listed ones in, and says so in CORS's words. Source: WHATWG Fetch.
 * @throws origin_forbidden for every other page, sandboxed ones (`null`) included
 */
export function originGuard(
  allowedOrigins: readonly string[],
): (request: CrossOriginRequest) => CrossOriginVerdict {
  const listed = new Set(allowedOrigins.map((origin) => origin.toLowerCase().replace(/\/$/, '')));
  return ({ method, host, origin, requestedMethod, requestedHeaders }) => {
    if (origin === undefined) return { headers: {}, isPreflight: false };
    const sent = origin.toLowerCase();
    const isOwn = host !== undefined && sent.replace(/^https?:\/\//, '') === host.toLowerCase();
    if (sent === 'null' || !(isOwn || listed.has(sent))) {
      throw new DaemonError(
        'origin_forbidden',
        `Origin ${JSON.stringify(origin)} is not allowed; allow it with --allow-origin`,
      );
    }
    const isPreflight = method === 'OPTIONS' && requestedMethod !== undefined;
    const common = { 'access-control-allow-origin': origin, vary: 'Origin' };
    if (!isPreflight)
      return { headers: { ...common, 'access-control-expose-headers': EXPOSED }, isPreflight };
    return {
      headers: {
        ...common,
        'access-control-allow-methods': METHODS,
        'access-control-allow-headers': allowedHeaders(requestedHeaders),
        'access-control-max-age': MAX_AGE_SECONDS,
      },
      isPreflight,
    };
  };
}

/** The standing list, and of `Holdfast-*` those that are asked for: CORS has no wildcard inside a name. */
function allowedHeaders(requested: string | undefined): string {
  const own = (requested ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => /^holdfast-[a-z0-9-]+$/.test(name));
  return [...REQUEST_HEADERS, ...own].join(', ');
}
