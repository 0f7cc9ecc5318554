import { createHash } from 'node:crypto';
import type { Caller } from '@holdfast/bridge';
import { DaemonError, type Operation } from '@holdfast/protocol';
import { canonicalJson } from './canonical-json.ts';

/** Visible ASCII, as a header value can carry it. */
const KEY = /^[\x21-\x7e]{1,255}$/;

/**
 * Reads the `Idempotency-Key` of a request and binds it to its body; undefined when there is none or the operation
 * knows none. Equal bodies are equal whatever the order of their members.
 * @throws invalid_idempotency_key
 */
export function idempotencyOf(
  operation: Operation,
  header: string | readonly string[] | undefined,
  body: unknown,
): Caller['idempotency'] {
  if (operation.idempotency === undefined || header === undefined) return undefined;
  if (typeof header !== 'string' || !KEY.test(header)) {
    throw new DaemonError(
      'invalid_idempotency_key',
      'Idempotency-Key must be 1 to 255 visible ASCII characters, without spaces',
    );
  }
  const bodyHash = createHash('sha256').update(canonicalJson(body)).digest('hex');
  return { key: header, bodyHash };
}
