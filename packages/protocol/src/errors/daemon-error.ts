import { type ErrorCode, errorCodes } from './codes.ts';

/** Extra members of an error; what each code carries is in the protocol reference. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/**
 * The one error of Holdfast. `message` names the thing, the value received and the remedy; `details` travel beside
 * `code` in the problem document.
 */
export class DaemonError extends Error {
  override readonly name = 'DaemonError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.details = details;
  }

  /** Whether the same request may succeed later, unchanged. */
  get isRetryable(): boolean {
    return errorCodes[this.code].retryable;
  }
}

/** Wraps whatever was thrown; a DaemonError stays itself. */
export function asDaemonError(thrown: unknown): DaemonError {
  if (thrown instanceof DaemonError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new DaemonError('internal', message, {}, { cause: thrown });
}
