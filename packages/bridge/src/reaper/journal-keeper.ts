import type { SessionId } from '@holdfast/protocol';
import type { Core } from '../core.ts';
import { forgetTurns } from '../operations/forget-turns.ts';
import type { Session } from '../session/session.ts';
import { isForgettingDue } from './retention-policy.ts';

/** Between two rounds (ms). */
const roundMs = 60_000;
/** How long a stored answer is kept at least (ms): a client that retries does not do it for so long. Source: protocol §1. */
const keptKeysMs = 48 * 3_600_000;

/** Keeps the journal from growing for ever: forgets old answers, and old turns of the sessions in memory. */
export class JournalKeeper {
  readonly #core: Core;
  #turnCounts = new Map<SessionId, number>();
  #cancelNext = () => {};
  #round: Promise<void> | undefined;
  #isClosed = false;

  constructor(core: Core) {
    this.#core = core;
  }

  start(): void {
    this.#cancelNext = this.#core.clock.after(roundMs, () => {
      this.#round = this.keep().finally(() => {
        if (!this.#isClosed) this.start();
      });
    });
  }

  /** Ends with the session it is at. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelNext();
    await this.#round;
  }

  /** Forgets what is due now. Never fails: what could not be done is tried again in the next round. */
  async keep(): Promise<void> {
    const { journal, clock, registry, logger } = this.#core;
    if (journal.fault() !== undefined) return;
    try {
      await journal.forgetKeys(clock.now() - keptKeysMs);
      const awake = [...registry.awake()];
      for (const session of awake) await this.#lookAfter(session);
      const ids = new Set(awake.map(({ id }) => id));
      this.#turnCounts = new Map([...this.#turnCounts].filter(([sessionId]) => ids.has(sessionId)));
    } catch (thrown) {
      logger.warn({ err: thrown }, 'what is old could not be forgotten yet');
    }
  }

  async #lookAfter(session: Session): Promise<void> {
    const { limits, logger } = this.#core;
    if (this.#isClosed || !session.isPresent) return;
    const { id: sessionId, state } = session;
    const { turnCount } = state;
    const forgottenAt = this.#turnCounts.get(sessionId);
    if (!isForgettingDue({ turnCount, forgottenAt }, limits.retainedTurns)) return;
    const turns = await forgetTurns(this.#core, session, limits.retainedTurns);
    this.#turnCounts.set(sessionId, turnCount);
    if (turns > 0) logger.info({ sessionId, turns }, 'turns were forgotten');
  }
}
