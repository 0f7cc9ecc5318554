import type { JsonRecord } from './records.ts';

/** How much of a replay is kept at most, in UTF-16 units of JSON: an agent's memory must not become ours. */
const maxReplayedChars = 64 * 1_048_576;

/** Keeps what an agent replays of a conversation that nobody but it has. */
export class ReplayCollector {
  readonly #replayed: JsonRecord[] = [];
  #chars = 0;

  add(updates: readonly JsonRecord[], chars: number): void {
    this.#chars += chars;
    if (!this.isOverfull) for (const update of updates) this.#replayed.push(update);
  }

  /** Whether more was replayed than is kept. */
  get isOverfull(): boolean {
    return this.#chars > maxReplayedChars;
  }

  get replayed(): readonly JsonRecord[] {
    return this.#replayed;
  }
}
