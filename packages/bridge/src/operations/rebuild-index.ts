import type { SessionId } from '@holdfast/protocol';
import type { Core } from '../core.ts';
import { foldHistory } from '../session/recorded-state.ts';
import { toRow } from '../session/snapshot.ts';

/** Writes the index rows that are missing, from what the journal has of their sessions. */
export async function rebuildIndex(core: Core): Promise<void> {
  const sessionIds = await core.index.unindexed();
  if (sessionIds.length === 0) return;
  core.logger.warn(
    { sessions: sessionIds.length },
    'index rows are missing: rebuilding them from the journal',
  );
  let rebuilt = 0;
  for (const sessionId of sessionIds) if (await rebuildRow(core, sessionId)) rebuilt += 1;
  core.logger.warn({ rebuilt, lost: sessionIds.length - rebuilt }, 'index rows rebuilt');
}

async function rebuildRow({ journal, logger }: Core, sessionId: SessionId): Promise<boolean> {
  const state = await foldHistory(journal, sessionId);
  if (state === null) {
    logger.error({ sessionId }, 'a session cannot be told from the journal: how it was opened is damaged');
    return false;
  }
  const { lastSeq } = await journal.range(sessionId);
  await journal.commit({ rows: [toRow(state, lastSeq)], isAcknowledged: true });
  return true;
}
