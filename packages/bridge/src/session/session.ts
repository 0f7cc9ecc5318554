import { DaemonError, type PromptId, type SessionId } from '@holdfast/protocol';
import type { Clock } from '../ports/clock.ts';
import type { Commit, Journal, JournalEvent } from '../ports/journal.ts';
import type { Logger } from '../ports/logger.ts';
import { Admissions } from '../turns/admissions.ts';
import type { AgentSeat } from './agent-seat.ts';
import { Backlog } from './backlog.ts';
import { type SessionCommand, unpromised } from './command.ts';
import { CommitOrder, unavailable } from './commit-order.ts';
import { decide } from './decide.ts';
import type { SessionEffect } from './effect.ts';
import { encodeEntries } from './envelope.ts';
import { foldEntries } from './fold-entries.ts';
import { LastWords } from './last-words.ts';
import { type AlongWith, nothingElse, type SessionPosition } from './position.ts';
import { Presence } from './presence.ts';
import { promptRecords } from './prompt-records.ts';
import { toRow } from './snapshot.ts';
import { pendingCount, type SessionState } from './state.ts';
import { StateWaiters } from './state-waiters.ts';
import { Timers } from './timers.ts';
import { TurnHolds } from './turn-holds.ts';

/** What a session needs of its surroundings. */
export interface SessionPorts {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly maxPendingPrompts: number;
  /** Runs an effect; what comes of it returns as a command. */
  readonly runEffect: (session: Session, effect: SessionEffect) => void;
  /** Reads the state anew after a failed write. */
  readonly reload: (sessionId: SessionId) => Promise<SessionPosition>;
}

/**
 * One session: its state and its mailbox. A command is decided and folded at once, in call order; publication, the
 * caller's answer and the effects follow the commit. A failed commit discards the memory and reads the journal again.
 */
export class Session {
  readonly id: SessionId;
  readonly admissions: Admissions;
  readonly timers: Timers;
  /** The agent session it speaks through, while there is one. */
  readonly seat: AgentSeat;
  readonly presence: Presence;
  subscribers = 0;
  /** Its last event, kept for readers that are behind when it is erased. */
  epitaph: JournalEvent | undefined;
  readonly #ports: SessionPorts;
  readonly #order: CommitOrder;
  #position: SessionPosition;
  readonly #isHeld = (promptId: PromptId) => this.admissions.isHeld(promptId);
  #commitsInFlight = 0;
  #lastWrite: Promise<void> = Promise.resolve();
  readonly #turnHolds = new TurnHolds(() => this.submit({ kind: 'advance' }));
  #life: 'present' | 'stopped' | 'erased' = 'present';
  readonly #waiters = new StateWaiters();
  readonly #lastWords = new LastWords();
  readonly #backlog: Backlog;

  constructor(id: SessionId, position: SessionPosition, seat: AgentSeat, ports: SessionPorts) {
    this.id = id;
    this.seat = seat;
    this.#position = position;
    this.#ports = ports;
    this.#order = new CommitOrder(ports.journal);
    this.presence = new Presence(ports.clock.now());
    this.timers = new Timers(ports.clock);
    this.#backlog = new Backlog({
      clock: ports.clock,
      reload: async () => {
        // What is still being written is decided upon what is lost, and lost too, but not known to be yet.
        await this.#order.settled();
        this.#lastWords.forget();
        this.#position = await ports.reload(id);
      },
      execute: (command) => this.execute(command),
      retry: (command) => this.#execute(command, nothingElse),
      onEmpty: () => {
        // What they waited for may have been lost.
        this.#waiters.wake(this.#position.state);
        if (this.#position.state !== null) this.#run([{ kind: 'advance' }]);
      },
      onRefused: (command, refusal) => this.#logFailure(command, refusal),
      isStopped: () => this.#life !== 'present',
    });
    this.admissions = new Admissions(ports.clock, () => this.submit({ kind: 'advance' }));
  }

  /** @throws session_not_found before the session was created */
  get state(): SessionState {
    const { state } = this.#position;
    if (state !== null && this.#life !== 'erased') return state;
    throw gone(this.id);
  }

  /** Latest sign of a client, epoch ms. */
  get lastSeenAt(): number {
    return this.presence.lastSeenAt;
  }

  get isErased(): boolean {
    return this.#life === 'erased';
  }

  get lastSeq(): number {
    return this.#position.lastSeq;
  }

  /** Whether it takes commands: neither stopped nor erased. */
  get isPresent(): boolean {
    return this.#life === 'present';
  }

  /** Nothing happens in it and nobody watches: it may be forgotten and read again when it is needed. */
  get isResting(): boolean {
    const { state } = this.#position;
    if (state === null || this.#backlog.isOpen) return false;
    const isQuiet =
      state.phase.kind === 'closed' || (state.phase.kind === 'stranded' && pendingCount(state.phase) === 0);
    return (
      isQuiet &&
      this.subscribers === 0 &&
      this.#waiters.isEmpty &&
      this.#commitsInFlight === 0 &&
      !this.seat.isTaken
    );
  }

  /**
   * Decides a command now; resolves when the decision is durable. `alongWith` adds to the same write.
   * @throws DaemonError when the command is refused (nothing changed), or journal_unavailable (nothing recorded)
   */
  execute(command: SessionCommand, alongWith: AlongWith = nothingElse): Promise<void> {
    if (this.#life === 'erased') return Promise.reject(gone(this.id));
    if (this.#backlog.isOpen) return Promise.reject(unavailable());
    try {
      return this.#execute(command, alongWith);
    } catch (refusal) {
      return this.#onceWritten(() => Promise.reject(refusal));
    }
  }

  /** Ends its life in memory: `stopped` with the daemon, or `erased`, which refuses every command from now on. */
  end(life: 'stopped' | 'erased'): void {
    this.#life = life;
    this.timers.close();
  }

  /** Takes over what was recorded for it in another session's commit. */
  begin(position: SessionPosition): void {
    this.#position = position;
    this.presence.follow(null, position.state, this.#ports.clock.now());
  }

  /** Lets no turn start, once the prompts of `after` have ended, until the returned call; idempotent. */
  holdTurns(after: readonly PromptId[] = []): () => void {
    return this.#turnHolds.hold(after);
  }

  /** Resolves when a recorded state satisfies `holds`; at once if it does. */
  until(holds: (state: SessionState) => boolean): Promise<void> {
    return this.#waiters.until(holds, this.state);
  }

  /** Resolves when everything decided so far is durable, or lost. */
  written(): Promise<void> {
    return this.#order.settled();
  }

  /** Hands in what happened: it is not refused, and kept until the journal takes it. */
  submit(command: SessionCommand): void {
    if (this.#life === 'present') this.#backlog.submit(command);
  }

  #execute(command: SessionCommand, alongWith: AlongWith): Promise<void> {
    const { clock, maxPendingPrompts } = this.#ports;
    const now = clock.now();
    if (command.kind === 'advance' && this.#mustWait()) return Promise.resolve();
    const { state: before, lastSeq: expectedSeq, nextSeq } = this.#position;
    const { entries: decided, effects } = decide(before, command, {
      now,
      lastSeq: expectedSeq,
      nextSeq,
      maxPendingPrompts,
      isHeld: this.#isHeld,
    });
    if (decided.length === 0 && alongWith === nothingElse) {
      return this.#onceWritten(() => this.#run(effects));
    }
    const entries = this.#lastWords.recordedIn(decided, before?.phase);
    const encoded = encodeEntries(entries, nextSeq, now);
    const prompts = promptRecords(this.#position, entries, now);
    this.#position = foldEntries(this.#position, entries, now);
    const { state, lastSeq } = this.#position;
    this.presence.follow(before, state, now);
    const { appends = [], rows = [], keys } = alongWith();
    this.#commitsInFlight += 1;
    const commit: Commit = {
      appends: [{ sessionId: this.id, expectedSeq, entries: encoded.entries }, ...appends],
      rows: state === null || state === before ? rows : [toRow(state, lastSeq), ...rows],
      keys,
      prompts,
      isAcknowledged: (keys?.length ?? 0) > 0 || !unpromised.has(command.kind),
    };
    this.#lastWrite = this.#order.write(commit, lastSeq > expectedSeq).then(
      () => {
        this.#commitsInFlight -= 1;
        this.#run(effects);
        this.#waiters.wake(this.#position.state);
      },
      (error: unknown) => {
        this.#commitsInFlight -= 1;
        // Memory is ahead of the journal.
        this.#ports.logger.error({ sessionId: this.id, err: error }, 'the journal refused a write');
        this.#backlog.open();
        throw unavailable(error);
      },
    );
    return this.#lastWrite;
  }

  /** What was decided upon a write that is lost was not decided at all, be it that there is nothing to do. */
  #onceWritten<Result>(act: () => Result | Promise<Result>): Promise<Result> {
    return this.#commitsInFlight === 0 ? Promise.resolve(act()) : this.#lastWrite.then(act);
  }

  #mustWait(): boolean {
    const { state } = this.#position;
    return this.admissions.isPaused || (state !== null && this.#turnHolds.blocks(state.phase));
  }

  #logFailure(command: SessionCommand, error: unknown): void {
    this.#ports.logger.error({ sessionId: this.id, command: command.kind, err: error }, 'command failed');
  }

  #run(effects: readonly SessionEffect[]): void {
    if (this.#life === 'erased') return;
    for (const effect of effects) this.#ports.runEffect(this, effect);
  }

  /** Whether the journal refuses and agents should be read no further. */
  get isStalled(): boolean {
    return this.#backlog.isOpen;
  }
}

const gone = (sessionId: SessionId): DaemonError =>
  new DaemonError('session_not_found', `session ${sessionId} is not there`, { sessionId });
