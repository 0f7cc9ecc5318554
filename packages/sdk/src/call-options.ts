/** What every call takes. */
export interface CallOptions {
  /** Ends the wait; the call rejects with its reason. */
  readonly signal?: AbortSignal;
}

/** What a call takes that submits something. */
export interface SubmitOptions extends CallOptions {
  /** Names the submission, so that the daemon carries it out once however often it arrives. Default: one of its own. */
  readonly idempotencyKey?: string;
}
