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

/** A change that is made only upon the revision we know. */
export interface ConditionOptions extends CallOptions {
  /** Refused with `revision_mismatch` when it is another one by now. */
  readonly ifRevision?: number;
}

/** The header of a condition. Source: RFC 9110 §13.1.1. */
export const ifMatch = (revision: number | undefined): Readonly<Record<string, string>> =>
  revision === undefined ? {} : { 'if-match': `"${revision}"` };
