import { DaemonError } from '@holdfast/protocol';
import type { Clock } from '../ports/clock.ts';
import type { SessionCommand } from './command.ts';

export interface BacklogPorts {
  readonly clock: Clock;
  /** Goes back to what is recorded; rejects while the journal cannot be read. */
  readonly reload: () => Promise<void>;
  /** Hands a command in again; rejects when it is refused or cannot be written. */
  readonly retry: (command: SessionCommand) => Promise<void>;
  /** Everything was taken. */
  readonly onEmpty: () => void;
  /** A command was refused now: it is dropped. */
  readonly onRefused: (command: SessionCommand, refusal: DaemonError) => void;
  readonly isStopped: () => boolean;
}

/** Waits between attempts to write while the journal refuses. */
const retryMs = 500;

/** What happened to a session while the journal refused to write: kept in order until the journal takes it. */
export class Backlog {
  readonly #ports: BacklogPorts;
  #commands: SessionCommand[] | undefined;

  constructor(ports: BacklogPorts) {
    this.#ports = ports;
  }

  /** Whether the journal refused and has not taken everything since. */
  get isOpen(): boolean {
    return this.#commands !== undefined;
  }

  /** Keeps a command while open; false says that it is not. */
  keep(command: SessionCommand): boolean {
    return this.#commands !== undefined && this.#commands.push(command) > 0;
  }

  /** A write was refused: tries again until everything is written. Idempotent while open. */
  open(): void {
    if (this.#commands !== undefined) return;
    this.#commands = [];
    this.#tryLater();
  }

  #tryLater(): void {
    this.#ports.clock.after(retryMs, () => void this.#drain());
  }

  async #drain(): Promise<void> {
    const { reload, onEmpty, isStopped } = this.#ports;
    if (isStopped()) return;
    const commands = this.#commands ?? [];
    try {
      await reload();
      while (commands.length > 0) {
        const [command] = commands;
        if (command !== undefined) await this.#retry(command);
        commands.shift();
      }
    } catch {
      // Still refused: everything stays for the next attempt.
      this.#tryLater();
      return;
    }
    this.#commands = undefined;
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
