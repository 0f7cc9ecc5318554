import type { Core } from '../core.ts';
import type { Session } from '../session/session.ts';
import { queueOf } from '../session/state.ts';

/** Sessions with waiting prompts that are continued at once after a start. */
const continuedAtOnce = 4;

/**
 * Ends what an earlier process left open: each open turn gets its one terminal, sessions strand, and those with
 * prompts that never reached an agent go on by themselves, a few at a time; those of a restored backup do not. Resolves
 * when every terminal is durable.
 */
export async function recoverSessions(core: Core): Promise<void> {
  const { isRestored } = core.journal;
  const rows = await core.index.unfinished();
  const waiting: Session[] = [];
  await Promise.all(
    rows.map(async ({ sessionId }) => {
      const session = await core.registry.wake(sessionId);
      await session.execute({ kind: isRestored ? 'rewound' : 'recover' });
      if (queueOf(session.state.phase).length > 0) waiting.push(session);
    }),
  );
  if (isRestored) await core.journal.settleRestore();
  if (rows.length > 0)
    core.logger.info({ sessions: rows.length, continued: waiting.length }, 'sessions recovered');
  for (let lane = 0; lane < continuedAtOnce; lane += 1) void continueOneByOne(waiting);
}

async function continueOneByOne(waiting: Session[]): Promise<void> {
  for (let session = waiting.shift(); session !== undefined; session = waiting.shift()) {
    session.submit({ kind: 'advance' });
    await session.until(({ phase }) => phase.kind !== 'opening');
  }
}
