import { backoffMs } from '../events/backoff.ts';
import type { HoldfastError } from '../holdfast-error.ts';
import type { Route } from './route-request.ts';

/** How often and how patiently a call is repeated. */
export interface RetryOptions {
  /** Attempts in all, the first included. Default 4. */
  readonly maxAttempts?: number;
  /** Upper end of the first wait (ms); it doubles with each. Default 250. */
  readonly baseMs?: number;
  /** Upper end of every wait (ms). A Retry-After beyond it is left to the caller. Default 10 000. */
  readonly maxMs?: number;
}

export const defaultRetry: Required<RetryOptions> = Object.freeze({
  maxAttempts: 4,
  baseMs: 250,
  maxMs: 10_000,
});

/**
 * Whether sending a request twice does what sending it once does: reads, deletions, absolute settings, and
 * submissions whose Idempotency-Key the daemon keeps. Not a cancel: it might meet the next turn.
 */
export const isRepeatable = (route: Route): boolean =>
  route.method !== 'POST' || route.idempotency !== undefined;

/** Gives the wait before the next attempt (ms), or undefined when the failure stands. `attempt` counts from 0. */
export function retryDelayMs(
  failure: HoldfastError,
  attempt: number,
  retry: Required<RetryOptions>,
  random: number,
): number | undefined {
  const askedMs = failure.retryAfterMs ?? 0;
  if (!failure.isRetryable || attempt + 1 >= retry.maxAttempts || askedMs > retry.maxMs) return undefined;
  return askedMs + backoffMs(retry, attempt, random);
}
