import { DaemonError, type PromptId, type SessionId } from '@holdfast/protocol';
import type { Clock } from '../ports/clock.ts';
import type { Commit, Journal } from '../ports/journal.ts';
import type { Logger } from '../ports/logger.ts';
import { Admissions } from '../turns/admissions.ts';
import type { AgentSeat } from './agent-seat.ts';
import { Backlog } from './backlog.ts';
import { type SessionCommand, unpromised } from './command.ts';
import { CommitOrder, unavailable } from './commit-order.ts';
import { decide } from './decide.ts';
import type { SessionEffect } from './effect.ts';
import { encodeEntries } from './envelope.ts';
import { evolve } from './evolve.ts';
import { type AlongWith, nothingElse, type SessionPosition } from './position.ts';
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
  /** Latest sign of a client, epoch ms; lost at a restart. */
  lastSeenAt: number;
  subscribers = 0;
  readonly #ports: SessionPorts;
  readonly #order: CommitOrder;
  #position: SessionPosition;
  readonly #isHeld = (promptId: PromptId) => this.admissions.isHeld(promptId);
  #commitsInFlight = 0;
  readonly #turnHolds = new TurnHolds(() => this.submit({ kind: 'advance' }));
  #life: 'present' | 'stopped' | 'erased' = 'present';
  readonly #waiters = new StateWaiters();
  readonly #backlog: Backlog;

  constructor(id: SessionId, position: SessionPosition, seat: AgentSeat, ports: SessionPorts) {
    this.id = id;
    this.seat = seat;
    this.#position = position;
    this.#ports = ports;
    this.#order = new CommitOrder(ports.journal);
    this.lastSeenAt = ports.clock.now();
    this.timers = new Timers(ports.clock);
    this.#backlog = new Backlog({
      clock: ports.clock,
      reload: async () => {
        this.#position = await ports.reload(id);
      },
      retry: (command) => this.#execute(command, nothingElse),
      onEmpty: () => this.submit({ kind: 'advance' }),
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

  get lastSeq(): number {
    return this.#position.lastSeq;
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
      return Promise.reject(refusal);
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
    if (this.#life !== 'present' || this.#backlog.keep(command)) return;
    this.execute(command).catch((error: unknown) => {
      if (!this.#backlog.keep(command)) this.#logFailure(command, error);
    });
  }

  #execute(command: SessionCommand, alongWith: AlongWith): Promise<void> {
    const { clock, maxPendingPrompts } = this.#ports;
    const now = clock.now();
    if (command.kind === 'advance' && this.#mustWait()) return Promise.resolve();
    const { entries, effects } = decide(this.#position.state, command, {
      now,
      lastSeq: this.#position.lastSeq,
      maxPendingPrompts,
      isHeld: this.#isHeld,
    });
    if (entries.length === 0 && alongWith === nothingElse) {
      this.#run(effects);
      return Promise.resolve();
    }
    const { state: before, lastSeq: expectedSeq, nextSeq } = this.#position;
    const encoded = encodeEntries(entries, nextSeq, now);
    const lastSeq = encoded.lastSeq < nextSeq ? expectedSeq : encoded.lastSeq;
    const state = entries.reduce<SessionState | null>((folded, entry) => evolve(folded, entry, now), before);
    this.#position = { state, lastSeq, nextSeq: Math.max(nextSeq, lastSeq + 1) };
    // The end of a turn is a sign of life.
    if (state?.lastTurn !== before?.lastTurn) this.lastSeenAt = now;
    const { appends = [], rows = [], keys } = alongWith();
    this.#commitsInFlight += 1;
    const commit: Commit = {
      appends: [{ sessionId: this.id, expectedSeq, entries: encoded.entries }, ...appends],
      rows: state === null || state === before ? rows : [toRow(state, lastSeq), ...rows],
      keys,
      isAcknowledged: (keys?.length ?? 0) > 0 || !unpromised.has(command.kind),
    };
    return this.#order.write(commit, lastSeq > expectedSeq).then(
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
