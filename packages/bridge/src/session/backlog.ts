import { DaemonError } from '@holdfast/protocol';
import type { Clock } from '../ports/clock.ts';
import type { SessionCommand } from './command.ts';

export interface BacklogPorts {
  readonly clock: Clock;
  /** Goes back to what is recorded; rejects while the journal cannot be read. */
  readonly reload: () => Promise<void>;
  /** Decides a command; rejects when it is refused or cannot be written, at once while the backlog is open. */
  readonly execute: (command: SessionCommand) => Promise<void>;
  /** Decides one that was kept; rejects when it is refused or cannot be written. */
  readonly retry: (command: SessionCommand) => Promise<void>;
  /** Everything was taken. */
  readonly onEmpty: () => void;
  /** A command was refused: it is dropped. */
  readonly onRefused: (command: SessionCommand, refusal: unknown) => void;
  readonly isStopped: () => boolean;
}

interface Kept {
  readonly command: SessionCommand;
  /** Rises in the order in which things happened; how late their writes are refused says nothing of it. */
  readonly place: number;
}

/** Waits between attempts to write while the journal refuses. */
const retryMs = 500;

/** What happened to a session while the journal refused to write: kept in order until the journal takes it. */
export class Backlog {
  readonly #ports: BacklogPorts;
  #kept: Kept[] | undefined;
  #lastPlace = 0;

  constructor(ports: BacklogPorts) {
    this.#ports = ports;
  }

  /** Whether the journal refused and has not taken everything since. */
  get isOpen(): boolean {
    return this.#kept !== undefined;
  }

  /** Decides what happened, now or, while the journal refuses, when it is its turn. */
  submit(command: SessionCommand): void {
    this.#lastPlace += 1;
    const happened = { command, place: this.#lastPlace };
    if (this.#keep(happened)) return;
    this.#ports.execute(command).catch((error: unknown) => {
      if (!this.#keep(happened)) this.#ports.onRefused(command, error);
    });
  }

  /** A write was refused: tries again until everything is written. Idempotent while open. */
  open(): void {
    if (this.#kept !== undefined) return;
    this.#kept = [];
    this.#tryLater();
  }

  /** Keeps it while open; false says that it is not. */
  #keep(happened: Kept): boolean {
    if (this.#kept === undefined) return false;
    const before = this.#kept.findLastIndex(({ place }) => place < happened.place);
    this.#kept.splice(before + 1, 0, happened);
    return true;
  }

  #tryLater(): void {
    this.#ports.clock.after(retryMs, () => void this.#drain());
  }

  async #drain(): Promise<void> {
    const { reload, onEmpty, isStopped } = this.#ports;
    if (isStopped()) return;
    const kept = this.#kept ?? [];
    try {
      await reload();
      while (kept.length > 0) {
        const [next] = kept;
        if (next !== undefined) await this.#retry(next.command);
        kept.shift();
      }
    } catch {
      // Still refused: everything stays for the next attempt.
      this.#tryLater();
      return;
    }
    this.#kept = undefined;
    onEmpty();
  }

  async #retry(command: SessionCommand): Promise<void> {
    try {
      await this.#ports.retry(command);
    } catch (error) {
      const isRefused =
        error instanceof DaemonError &&
        error.code !== 'journal_unavailable' &&
        error.code !== 'journal_conflict';
      if (!isRefused) throw error;
      this.#ports.onRefused(command, error);
    }
  }
}
