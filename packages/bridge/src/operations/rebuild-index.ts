import type { PromptId, SessionId } from '@holdfast/protocol';
import type { Core } from '../core.ts';
import type { PromptRecord } from '../ports/prompt-record.ts';
import { promptRecordOf } from '../session/prompt-records.ts';
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
  const prompts = new Map<PromptId, PromptRecord>();
  const state = await foldHistory(journal, sessionId, (before, entry, moment) => {
    const record = promptRecordOf(before, entry, moment);
    if (record !== undefined) prompts.set(record.promptId, record);
  });
  if (state === null) {
    logger.error({ sessionId }, 'a session cannot be told from the journal: how it was opened is damaged');
    return false;
  }
  if (state.importedFrom?.kind === 'export' && !state.importedFrom.isWhole) {
    logger.warn({ sessionId }, 'an import that did not end is thrown away');
    await journal.commit({ erase: [sessionId], isAcknowledged: true });
    return true;
  }
  const { lastSeq } = await journal.range(sessionId);
  await journal.commit({
    rows: [toRow(state, lastSeq)],
    prompts: [...prompts.values()],
    isAcknowledged: true,
  });
  return true;
}
