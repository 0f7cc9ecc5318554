import type { ClientId, PromptAccepted } from '@holdfast/protocol';

/** Who asks. The server fills it from token, headers and socket; an embedding host from its own knowledge. */
export interface Caller {
  /** A token's name, or `local`. Scopes idempotency keys. */
  readonly principal: string;
  /** As sent; absent is anonymous. */
  readonly clientId?: ClientId;
  /** Whether the request came over a loopback socket (or from the embedding process itself). */
  readonly isLocal: boolean;
  /** Makes the request safe to repeat: the same key and body give the first answer again. */
  readonly idempotency?: { readonly key: string; readonly bodyHash: string };
}

/** An answer whose delivery matters: what was made for it is undone when it cannot be written. */
export interface Delivery<Answer> {
  readonly answer: Answer;
  /** The stored first answer, given again for the same idempotency key. */
  readonly isReplayed: boolean;
  /** The answer could not be written: removes what it made, unless somebody else attached meanwhile, or the request
   * carried an idempotency key or a prompt. Idempotent, never throws. */
  abandon(): Promise<void>;
}

/** An answer that stands whether or not it arrives. */
export interface Answered<Answer> {
  readonly answer: Answer;
  /** The stored first answer, given again for the same idempotency key. */
  readonly isReplayed: boolean;
}

/** An accepted prompt. It does not run, and no event of it is written, before `release` (or 250 ms). */
export interface Admission<Answer extends PromptAccepted = PromptAccepted> {
  readonly answer: Answer;
  readonly isReplayed: boolean;
  /**
   * The answer was handed to the kernel, or its socket closed: the turn begins. Its end is told no sooner than
   * `headStartMs` from now, for a client that can make nothing of an end it reads before the answer. Idempotent.
   */
  release(headStartMs?: number): void;
}
