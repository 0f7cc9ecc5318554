import type { Core } from '../core.ts';
import { recordedState } from '../session/recorded-state.ts';
import { asFound } from '../session/registry.ts';
import type { Session } from '../session/session.ts';
import { toRow } from '../session/snapshot.ts';
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
  await strandUnattended(core);
  if (rows.length > 0)
    core.logger.info({ sessions: rows.length, continued: waiting.length }, 'sessions recovered');
  for (let lane = 0; lane < continuedAtOnce; lane += 1) void continueOneByOne(waiting);
}

/** Lets the rows of sessions that were idle say what is true of them now: their agents are gone. */
async function strandUnattended({ index, journal }: Core): Promise<void> {
  const rows = await index.unattended();
  if (rows.length === 0) return;
  const found = await Promise.all(
    rows.map(async (row) => {
      const state = await recordedState(journal, row);
      return state === null ? [] : [toRow(asFound(state), row.lastSeq)];
    }),
  );
  await journal.commit({ rows: found.flat(), isAcknowledged: false });
}

async function continueOneByOne(waiting: Session[]): Promise<void> {
  for (let session = waiting.shift(); session !== undefined; session = waiting.shift()) {
    session.submit({ kind: 'advance' });
    await session.until(({ phase }) => phase.kind !== 'opening');
  }
}
