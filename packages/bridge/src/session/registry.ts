import { DaemonError, type SessionId } from '@holdfast/protocol';
import type { Journal } from '../ports/journal.ts';
import type { SessionIndex } from '../ports/session-index.ts';
import { AgentSeat } from './agent-seat.ts';
import type { SessionPosition } from './position.ts';
import { recordedState } from './recorded-state.ts';
import { Session, type SessionPorts } from './session.ts';
import { closedReasonOf, queueOf, type SessionState } from './state.ts';

/** Resting sessions kept in memory because they may be asked for again. */
const restingLimit = 256;

/** The sessions in memory. Everything else is on disk and woken when it is asked for. */
export class Registry {
  readonly #journal: Journal;
  readonly #index: SessionIndex;
  readonly #ports: Omit<SessionPorts, 'reload'>;
  readonly #awake = new Map<SessionId, Session>();
  readonly #waking = new Map<SessionId, Promise<Session>>();
  readonly #coming = new Map<SessionId, PromiseWithResolvers<Session>>();
  readonly #erasing = new Map<SessionId, Promise<void>>();

  constructor(journal: Journal, index: SessionIndex, ports: Omit<SessionPorts, 'reload'>) {
    this.#journal = journal;
    this.#index = index;
    this.#ports = ports;
  }

  awake(): IterableIterator<Session> {
    return this.#awake.values();
  }

  find(sessionId: SessionId): Session | undefined {
    return this.#awake.get(sessionId);
  }

  /** Makes a session that has no journal yet; `enter` it once it has. */
  prepare(sessionId: SessionId): Session {
    return this.#session(sessionId, { state: null, lastSeq: 0, nextSeq: 1 });
  }

  /** Says that a session of this id is being made, until it is entered or the returned call gives it up. */
  expect(sessionId: SessionId): () => void {
    const coming = Promise.withResolvers<Session>();
    // Nobody may be waiting.
    coming.promise.catch(() => {});
    this.#coming.set(sessionId, coming);
    return () => {
      if (this.#coming.get(sessionId) === coming) this.#coming.delete(sessionId);
      coming.reject(unknownSession(sessionId));
    };
  }

  enter(session: Session): void {
    this.#awake.set(session.id, session);
    this.#coming.get(session.id)?.resolve(session);
    this.#coming.delete(session.id);
    this.#forgetResting();
  }

  leave(sessionId: SessionId): void {
    this.#awake.delete(sessionId);
  }

  /** Forgets a session that is being erased. Who asks for it meanwhile waits, and is told what is left. */
  async forget(sessionId: SessionId, erased: Promise<void>): Promise<void> {
    this.leave(sessionId);
    this.#erasing.set(sessionId, erased);
    try {
      await erased;
    } finally {
      this.#erasing.delete(sessionId);
    }
  }

  /** As `wake`, but waits for a session that is being made: it can be told to stop before it has its agent. */
  async wakeComing(sessionId: SessionId): Promise<Session> {
    return await (this.#coming.get(sessionId)?.promise ?? this.wake(sessionId));
  }

  /** The session, read from disk when it is not in memory. @throws session_not_found */
  async wake(sessionId: SessionId): Promise<Session> {
    // Whoever erases it hears of a failure; here what is on disk counts.
    await this.#erasing.get(sessionId)?.catch(() => {});
    const awake = this.#awake.get(sessionId);
    if (awake !== undefined) {
      // Whoever was asked for last is forgotten last.
      this.#awake.delete(sessionId);
      this.#awake.set(sessionId, awake);
      return awake;
    }
    const waking = this.#waking.get(sessionId) ?? this.#read(sessionId);
    this.#waking.set(sessionId, waking);
    try {
      return await waking;
    } finally {
      this.#waking.delete(sessionId);
    }
  }

  async #read(sessionId: SessionId): Promise<Session> {
    const position = await this.#position(sessionId);
    if (position.state === null) throw unknownSession(sessionId);
    const session = this.#session(sessionId, { ...position, state: asFound(position.state) });
    this.enter(session);
    return session;
  }

  /** The state as recorded. */
  async #position(sessionId: SessionId): Promise<SessionPosition> {
    const row = await this.#index.find(sessionId);
    const { lastSeq, nextSeq } = await this.#journal.range(sessionId);
    return { state: row === undefined ? null : await recordedState(this.#journal, row), lastSeq, nextSeq };
  }

  #session(sessionId: SessionId, position: SessionPosition): Session {
    return new Session(sessionId, position, new AgentSeat(), {
      ...this.#ports,
      reload: (id) => this.#position(id),
    });
  }

  #forgetResting(): void {
    if (this.#awake.size <= restingLimit) return;
    const resting = [...this.#awake.values()].filter((session) => session.isResting);
    for (const session of resting.slice(0, Math.max(0, resting.length - restingLimit / 2))) {
      session.timers.close();
      this.#awake.delete(session.id);
    }
  }
}

/** What a call for a session gives, or undefined where there is no such session, or none that is open. */
export async function ifKnown<Result>(call: Promise<Result>): Promise<Result | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof DaemonError && error.code === 'session_not_found') return undefined;
    throw error;
  }
}

/** The refusal for an id that names no session. */
export const unknownSession = (sessionId: string): DaemonError =>
  new DaemonError(
    'session_not_found',
    `session "${sessionId}" does not exist; list the sessions to find yours`,
    {
      sessionId,
    },
  );

/** A recorded state may claim an agent; none is there when the state was just read: the session is stranded. */
export function asFound(state: SessionState): SessionState {
  const { phase } = state;
  const claimsAgent = phase.kind === 'idle' || phase.kind === 'opening';
  if (!claimsAgent) return state;
  const reason = closedReasonOf(phase);
  if (reason !== null) return { ...state, phase: { kind: 'closed', reason } };
  return { ...state, phase: { kind: 'stranded', cause: 'daemon_restart', queue: queueOf(phase) } };
}
