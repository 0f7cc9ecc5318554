import { DaemonError } from '@holdfast/protocol';
import type { Core } from '../core.ts';
import type { Session } from '../session/session.ts';

/** Refuses what a stopping daemon does not begin any more. @throws shutting_down */
export function refuse(): never {
  throw new DaemonError('shutting_down', 'the daemon is shutting down; try again once it is back');
}

/** How long a stop may take over what. */
export interface StopPatience {
  readonly drainTimeoutMs: number;
  /** Resolves when running turns are waited for no longer. */
  readonly noDrain: Promise<void>;
  /** Resolves when agents that do not go are killed at once. */
  readonly noGrace: Promise<void>;
}

/**
 * Lets running turns and restores finish for `drainTimeoutMs`; ends the others `interrupted`, stops every agent. No
 * session is closed, no waiting prompt is lost.
 */
export async function shutDown(
  core: Core,
  { drainTimeoutMs, noDrain, noGrace }: StopPatience,
): Promise<void> {
  const awake = [...core.registry.awake()];
  for (const session of awake) session.admissions.pause();
  const quiet = awake.map((session) =>
    session.until(({ phase }) => phase.kind !== 'running' && phase.kind !== 'opening'),
  );
  await Promise.race([Promise.all(quiet), elapsed(core, drainTimeoutMs), noDrain]);
  await Promise.all(awake.map((session) => quiesce(core, session)));
  await core.agents.close(noGrace);
  for (const session of awake) session.end('stopped');
}

/** Ends the turn for good; what the agent says from here on changes nothing. */
async function quiesce(core: Core, session: Session): Promise<void> {
  session.timers.close();
  try {
    await session.execute({ kind: 'interrupt' });
  } catch (error) {
    core.logger.error(
      { sessionId: session.id, err: error },
      'a turn could not be ended; the next start ends it',
    );
  }
}

const elapsed = ({ clock }: Core, delayMs: number): Promise<void> =>
  new Promise((resolve) => void clock.after(delayMs, resolve));
