import { createHash, timingSafeEqual } from 'node:crypto';
import { DaemonError } from '@holdfast/protocol';

/** What opens the daemon; `null` instead of it opens it to whoever reaches the socket. */
export interface TokenAuth {
  readonly token: string;
  /** Names the principal; idempotency keys are scoped to it. Default `default`. */
  readonly name?: string;
}

/** Source: RFC 6750 §2.1; the scheme is case-insensitive (RFC 9110 §11.1). */
const BEARER = /^bearer +(\S+) *$/i;

/** Names who calls. @throws unauthorized, the same for a missing, malformed and wrong token */
export type Authenticate = (authorization: string | undefined) => string;

/** Makes the check of a token: constant in time, whatever is sent. @throws invalid_option if the token is empty */
export function bearerToken(auth: TokenAuth | null): Authenticate {
  if (auth === null) return () => 'local';
  if (!/^\S+$/.test(auth.token)) {
    throw new DaemonError('invalid_option', 'the token must be one word without spaces, and not empty');
  }
  const expected = digest(auth.token);
  const name = auth.name ?? 'default';
  return (authorization) => {
    const sent = BEARER.exec(authorization ?? '')?.[1];
    if (timingSafeEqual(digest(sent ?? ''), expected) && sent !== undefined) return name;
    throw new DaemonError('unauthorized', 'Unauthorized');
  };
}

/** Digests are equally long, so that comparing them tells nothing of the token's length. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
