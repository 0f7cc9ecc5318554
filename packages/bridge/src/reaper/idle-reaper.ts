import type { ClientId } from '@holdfast/protocol';
import type { Core } from '../core.ts';
import { endSession } from '../operations/close-session.ts';
import type { Session } from '../session/session.ts';
import { queueOf } from '../session/state.ts';
import { pendingPrompts } from '../session/summary.ts';
import { isIdle } from './idle-policy.ts';
import { hasLapsed } from './lapse-policy.ts';

/** How long a session whose close failed is left alone (ms); doubles with each failure. */
const firstRetryMs = 60_000;

/**
 * Closes sessions that hold an agent and nobody uses, and ends the registrations of clients that left without a word.
 * Sessions without an agent cost nothing and stay as they are.
 */
export class IdleReaper {
  readonly #core: Core;
  readonly #failures = new Map<string, { readonly count: number; readonly retryAt: number }>();
  #stop: (() => void) | undefined;

  constructor(core: Core) {
    this.#core = core;
  }

  start(): void {
    const { sessionIdleTimeoutMs, sessionReapIntervalMs } = this.#core.limits;
    const isOff = sessionIdleTimeoutMs === 0 || sessionReapIntervalMs === 0;
    const thresholds = { sessionIdleTimeoutMs, sessionReapIntervalMs };
    this.#core.logger.info(thresholds, isOff ? 'idle sessions are never closed' : 'idle sessions are closed');
    if (!isOff) this.#schedule(sessionReapIntervalMs);
  }

  close(): void {
    this.#stop?.();
    this.#stop = undefined;
  }

  /** Closes what is idle now, and detaches who is gone from the rest; resolves when all that is durable or has failed. */
  async reap(): Promise<void> {
    const sessions = [...this.#core.registry.awake()];
    await Promise.all(sessions.map((session) => this.#lookAfter(session)));
  }

  async #lookAfter(session: Session): Promise<void> {
    if (this.#isLeftAlone(session)) return;
    const lapsed = this.#lapsedIn(session);
    if (this.#isIdle(session))
      await this.#attempt(session, 'an idle session could not be closed', () => this.#close(session));
    else if (lapsed.length > 0)
      await this.#attempt(session, 'clients that are gone could not be detached', () =>
        this.#detach(session, lapsed),
      );
  }

  #schedule(intervalMs: number): void {
    const { clock } = this.#core;
    const armed = { at: clock.now(), elapsedMs: clock.elapsedMs() };
    this.#stop = clock.after(intervalMs, () => {
      this.#schedule(intervalMs);
      this.#followClock(clock.now() - armed.at - (clock.elapsedMs() - armed.elapsedMs));
      void this.reap();
    });
  }

  /** Somebody set the machine's clock, or it slept: nobody was idle for that long. */
  #followClock(jumpedMs: number): void {
    const now = this.#core.clock.now();
    for (const session of this.#core.registry.awake()) {
      session.presence.followClock(now, jumpedMs);
    }
  }

  /** A session without an agent costs nothing and stays; one whose close failed is tried again later. */
  #isLeftAlone({ id, state }: Session): boolean {
    const { kind } = state.phase;
    const failure = this.#failures.get(id);
    const isWaiting = failure !== undefined && this.#core.clock.now() < failure.retryAt;
    return isWaiting || (kind !== 'idle' && kind !== 'running' && kind !== 'opening');
  }

  #isIdle({ state: { phase }, subscribers, lastSeenAt }: Session): boolean {
    const liveliness = {
      hasTurn: phase.kind === 'running',
      queueLength: queueOf(phase).length,
      subscribers,
      isRestoring: phase.kind === 'opening',
      lastSeenAt,
    };
    return isIdle(liveliness, this.#core.clock.now(), this.#core.limits.sessionIdleTimeoutMs);
  }

  #lapsedIn({ state, presence }: Session): readonly ClientId[] {
    const now = this.#core.clock.now();
    const withPrompt = new Set(pendingPrompts(state).map(({ originatorClientId }) => originatorClientId));
    // The keys of the record are client ids; keys widens them.
    return (Object.keys(state.clients) as ClientId[]).filter((clientId) => {
      const attendance = {
        hasPrompt: withPrompt.has(clientId),
        isReading: presence.isReading(clientId),
        lastSeenAt: presence.seenAt(clientId),
      };
      return hasLapsed(attendance, now, this.#core.limits.sessionIdleTimeoutMs);
    });
  }

  #close(session: Session): Promise<void> {
    const mayStill = () => !this.#isLeftAlone(session) && this.#isIdle(session);
    return endSession(this.#core, session, 'idle_timeout', { mayStill });
  }

  /** Closes nothing: a session that is used without a name is not idle, and one that is idle is closed as that. */
  async #detach(session: Session, clientIds: readonly ClientId[]): Promise<void> {
    await session.execute({ kind: 'lapse', clientIds });
    this.#core.logger.info(
      { sessionId: session.id, clientIds },
      'clients that left without a word are detached',
    );
  }

  async #attempt(session: Session, failed: string, act: () => Promise<void>): Promise<void> {
    try {
      await act();
      this.#failures.delete(session.id);
    } catch (error) {
      const count = (this.#failures.get(session.id)?.count ?? 0) + 1;
      const retryAt = this.#core.clock.now() + firstRetryMs * 2 ** (count - 1);
      this.#failures.set(session.id, { count, retryAt });
      this.#core.logger.error({ sessionId: session.id, err: error, retryAt }, failed);
    }
  }
}
