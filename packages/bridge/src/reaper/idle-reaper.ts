import type { Core } from '../core.ts';
import { endSession } from '../operations/close-session.ts';
import type { Session } from '../session/session.ts';
import { queueOf } from '../session/state.ts';
import { isIdle, seenAfterJump } from './idle-policy.ts';

/** How long a session whose close failed is left alone; doubles with each failure. */
const firstRetryMs = 60_000;

/** Closes sessions that hold an agent and nobody uses. Sessions without an agent cost nothing and stay. */
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

  /** Closes what is idle now; resolves when each close is durable or has failed. */
  async reap(): Promise<void> {
    const idle = [...this.#core.registry.awake()].filter((session) => this.#mayClose(session));
    await Promise.all(idle.map((session) => this.#closeIdle(session)));
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
      session.lastSeenAt = seenAfterJump(session.lastSeenAt, now, jumpedMs);
    }
  }

  #mayClose(session: Session): boolean {
    const now = this.#core.clock.now();
    const failure = this.#failures.get(session.id);
    if (failure !== undefined && now < failure.retryAt) return false;
    const { phase } = session.state;
    if (phase.kind !== 'idle' && phase.kind !== 'running' && phase.kind !== 'opening') return false;
    const liveliness = {
      hasTurn: phase.kind === 'running',
      queueLength: queueOf(phase).length,
      subscribers: session.subscribers,
      isRestoring: phase.kind === 'opening',
      lastSeenAt: session.lastSeenAt,
    };
    return isIdle(liveliness, now, this.#core.limits.sessionIdleTimeoutMs);
  }

  async #closeIdle(session: Session): Promise<void> {
    try {
      await endSession(this.#core, session, 'idle_timeout', { mayStill: () => this.#mayClose(session) });
      this.#failures.delete(session.id);
    } catch (error) {
      const count = (this.#failures.get(session.id)?.count ?? 0) + 1;
      const retryAt = this.#core.clock.now() + firstRetryMs * 2 ** (count - 1);
      this.#failures.set(session.id, { count, retryAt });
      this.#core.logger.error(
        { sessionId: session.id, err: error, retryAt },
        'an idle session could not be closed',
      );
    }
  }
}
