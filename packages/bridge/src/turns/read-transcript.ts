import type { SessionId } from '@holdfast/protocol';
import type { Journal, JournalEvent } from '../ports/journal.ts';
import type { Stretch } from '../session/generations.ts';
import { lineageEvents } from './lineage-events.ts';
import { foldUpdate, type Transcript, type TranscriptTurn, writeTranscript } from './reseed-transcript.ts';

/** Turns kept while reading: more than fit a transcript, few enough that memory does not grow with history. */
const keptTurns = 500;

/** Reads a session's conversation into the transcript a fresh agent session is given. */
export async function readTranscript(
  journal: Journal,
  sessionId: SessionId,
  lineage: readonly Stretch[],
): Promise<Transcript> {
  let turns: readonly TranscriptTurn[] = [];
  let summary = '';
  let earlierTurns = 0;
  for await (const { stretch, events } of lineageEvents(journal, sessionId, lineage)) {
    for (const event of events) {
      const said = updateOf(event);
      if (said === undefined) continue;
      if (stretch.summaryOf === null) turns = foldUpdate(turns, said.promptId, said.update);
      else if (said.promptId === stretch.summaryOf) summary += agentText(said.update);
    }
    if (turns.length > keptTurns) {
      earlierTurns += turns.length - keptTurns;
      turns = turns.slice(-keptTurns);
    }
  }
  return writeTranscript(turns, { earlierTurns, summary });
}

interface Said {
  readonly update: Readonly<Record<string, unknown>>;
  readonly promptId?: string;
}

function updateOf({ type, json }: JournalEvent): Said | undefined {
  if (type !== 'session_update') return undefined;
  // Written by our own encoder as a session_update envelope.
  const { data, promptId } = JSON.parse(json) as { data: { update: Said['update'] }; promptId?: string };
  return { update: data.update, promptId };
}

function agentText({ sessionUpdate, content }: Said['update']): string {
  if (sessionUpdate !== 'agent_message_chunk' || typeof content !== 'object' || content === null) return '';
  return 'text' in content && typeof content.text === 'string' ? content.text : '';
}
