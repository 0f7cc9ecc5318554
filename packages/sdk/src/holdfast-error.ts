import type { ErrorCode } from '@holdfast/protocol/view';

/** Failures the SDK finds by itself; all others are the daemon's. */
export type ClientErrorCode =
  /** No answer: connection refused, reset, or no network. */
  | 'unreachable'
  /** No answer in time. */
  | 'timeout'
  /** An answer that is not Holdfast's: wrong address, or a proxy in between. */
  | 'unreadable_answer'
  /** A refusal without a code, as proxies give. */
  | 'http_error'
  /** The event stream ended before what was waited for. */
  | 'stream_ended'
  /** The daemon can no longer continue from the cursor: events are missing. */
  | 'resync_required';

/** The daemon's codes, ours, and those of a newer daemon. */
export type HoldfastErrorCode = ErrorCode | ClientErrorCode | (string & {});

/** What a HoldfastError is made of. */
export interface HoldfastErrorFields {
  readonly code: HoldfastErrorCode;
  readonly message: string;
  readonly status?: number;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly retryAfterMs?: number;
  readonly isRetryable?: boolean;
  readonly cause?: unknown;
}

/** The one error of the SDK: a refusal of the daemon, or the failure to reach it. */
export class HoldfastError extends Error {
  override readonly name = 'HoldfastError';
  readonly code: HoldfastErrorCode;
  /** HTTP status; undefined when there was no answer. */
  readonly status: number | undefined;
  /** What the code carries beside it; see the protocol reference. */
  readonly details: Readonly<Record<string, unknown>>;
  /** Wait asked for by the daemon (ms). */
  readonly retryAfterMs: number | undefined;
  /** Whether the same request may succeed later, unchanged. */
  readonly isRetryable: boolean;

  constructor(fields: HoldfastErrorFields) {
    super(fields.message, { cause: fields.cause });
    this.code = fields.code;
    this.status = fields.status;
    this.details = fields.details ?? {};
    this.retryAfterMs = fields.retryAfterMs;
    this.isRetryable = fields.isRetryable ?? false;
  }
}
