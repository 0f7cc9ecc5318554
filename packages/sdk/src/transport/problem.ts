import { HoldfastError } from '../holdfast-error.ts';

/** Members of every problem document; the rest are the details of the code. Source: RFC 9457 §3.1, protocol §1. */
const commonMembers = new Set([
  'error',
  'code',
  'retryable',
  'type',
  'title',
  'status',
  'detail',
  'instance',
]);

/** Statuses by which a proxy says that trying again can help. */
const transientStatuses = new Set([429, 502, 503, 504]);

/** Reads a refusal; whatever its body, the result says what is known. */
export async function readProblem(response: Response, nowMs: number): Promise<HoldfastError> {
  const { status } = response;
  const problem = parseObject(await response.text());
  const { code, error, detail, retryable } = problem;
  const isOurs = typeof code === 'string';
  const message = [error, detail].find((text) => typeof text === 'string');
  return new HoldfastError({
    code: isOurs ? code : 'http_error',
    message: typeof message === 'string' ? message : `${response.url} answered HTTP ${status}`,
    status,
    details: Object.fromEntries(Object.entries(problem).filter(([name]) => !commonMembers.has(name))),
    retryAfterMs: retryAfterMs(response.headers.get('retry-after'), nowMs),
    isRetryable: isOurs ? retryable === true : transientStatuses.has(status),
  });
}

/** Reads Retry-After, in seconds or as a date, as a duration (ms). Source: RFC 9110 §10.2.3. */
export function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    // Not JSON: an error page of something in between, told by its status alone.
    return {};
  }
}
