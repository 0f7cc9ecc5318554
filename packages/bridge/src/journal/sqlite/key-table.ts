import { DaemonError, type SessionId } from '@holdfast/protocol';
import type { IdempotencyRecord } from '../../ports/journal.ts';
import { textChecksum } from './checksum.ts';
import type { Database, Statement } from './database.ts';

type KeyRow = [bodyHash: string, sessionId: string, answer: string, crc: number, createdAt: number];

/** The stored answers to idempotent requests. */
export class KeyTable {
  readonly #remove: Statement<[]>;
  readonly #write: Statement<[]>;
  readonly #find: Statement<KeyRow>;
  readonly #eraseOf: Statement<[]>;
  readonly #forget: Statement<[]>;

  constructor(database: Database) {
    this.#remove = database.prepare('DELETE FROM keys WHERE digest = ? AND scope = ? AND key = ?');
    this.#write = database.prepare(
      `INSERT INTO keys (digest, scope, key, body_hash, session_digest, session_id, answer, crc, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#find = database.prepare(
      `SELECT body_hash, session_id, answer, crc, created_at FROM keys
         WHERE digest = ? AND scope = ? AND key = ?`,
    );
    this.#eraseOf = database.prepare('DELETE FROM keys WHERE session_digest = ? AND session_id = ?');
    this.#forget = database.prepare(
      'DELETE FROM keys WHERE id IN (SELECT id FROM keys WHERE created_at < ? LIMIT ?)',
    );
  }

  /** Stores an answer in place of an earlier one to the same key. */
  write({ scope, key, bodyHash, sessionId, answer, createdAt }: IdempotencyRecord): void {
    const digest = nameDigest(scope, key);
    this.#remove.run(digest, scope, key);
    const session = textChecksum(sessionId);
    const crc = textChecksum(answer);
    this.#write.run(digest, scope, key, bodyHash, session, sessionId, answer, crc, createdAt);
  }

  /** @throws journal_unavailable if the answer is damaged: the request must not run a second time for that. */
  find(scope: string, key: string): IdempotencyRecord | undefined {
    const row = this.#find.row(nameDigest(scope, key), scope, key);
    if (row === undefined) return undefined;
    const [bodyHash, sessionId, answer, crc, createdAt] = row;
    if (textChecksum(answer) !== crc) {
      throw new DaemonError('journal_unavailable', `the stored answer to idempotency key ${key} is damaged`);
    }
    // It was a session id when it was written.
    return { scope, key, bodyHash, sessionId: sessionId as SessionId, answer, createdAt };
  }

  eraseOf(sessionId: SessionId): void {
    this.#eraseOf.run(textChecksum(sessionId), sessionId);
  }

  /** Forgets at most `maxKeys` answers made before `createdBefore`; how many it were. */
  forget(createdBefore: number, maxKeys: number): number {
    return this.#forget.run(createdBefore, maxKeys);
  }
}

/** 52 bits of scope and key; two names may share them. */
function nameDigest(scope: string, key: string): number {
  return textChecksum(key) * 2 ** 20 + (textChecksum(scope) % 2 ** 20);
}
