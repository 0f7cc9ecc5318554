import { DaemonError, type SessionId } from '@holdfast/protocol';
import type { SessionIndex } from '../ports/session-index.ts';

/** Aliases that nobody else may take: those in the index, and those being written. */
export class Aliases {
  readonly #index: SessionIndex;
  readonly #pending = new Map<string, { readonly sessionId: SessionId; count: number }>();

  constructor(index: SessionIndex) {
    this.#index = index;
  }

  /** Takes an alias for a session until the returned call: by then it is in the index, or free again. @throws alias_taken */
  async take(alias: string, sessionId: SessionId): Promise<() => void> {
    const claim = this.#pending.get(alias) ?? { sessionId, count: 0 };
    if (claim.sessionId !== sessionId) throw aliasTaken(alias, claim.sessionId);
    claim.count += 1;
    this.#pending.set(alias, claim);
    const settle = () => {
      claim.count -= 1;
      if (claim.count === 0) this.#pending.delete(alias);
    };
    try {
      const holder = await this.#index.findByAlias(alias);
      if (holder === undefined || holder === sessionId) return settle;
      throw aliasTaken(alias, holder);
    } catch (error) {
      settle();
      throw error;
    }
  }
}

const aliasTaken = (alias: string, sessionId: SessionId): DaemonError =>
  new DaemonError(
    'alias_taken',
    `alias "${alias}" is session ${sessionId}; choose another one, or clear it there first`,
    { alias, sessionId },
  );
