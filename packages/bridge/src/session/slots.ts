import { DaemonError } from '@holdfast/protocol';

/** The right to hold an agent session. */
export interface Slot {
  /** Idempotent. */
  release(): void;
}

/** Counts sessions that hold or are acquiring an agent session, against the limit. */
export class Slots {
  readonly #limit: number;
  #used = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get used(): number {
    return this.#used;
  }

  /** @throws session_limit_exceeded */
  acquire(): Slot {
    if (this.#used >= this.#limit) {
      throw new DaemonError(
        'session_limit_exceeded',
        `${this.#used} sessions hold an agent and ${this.#limit} is the limit; close one, or raise --max-sessions`,
        { limit: this.#limit, scope: 'daemon' },
      );
    }
    this.#used += 1;
    let isHeld = true;
    return {
      release: () => {
        if (!isHeld) return;
        isHeld = false;
        this.#used -= 1;
      },
    };
  }
}
