import { isTurnTerminal, type SessionId } from '@holdfast/protocol';
import type { Journal, JournalEvent } from '../ports/journal.ts';
import type { Stretch } from '../session/generations.ts';
import { lineageEvents } from './lineage-events.ts';
import { saidIn } from './turn-collector.ts';

/** Where a conversation may be cut: ids of events that end a turn while no other one is under way, oldest first. */
export async function turnEnds(
  journal: Journal,
  sessionId: SessionId,
  lineage: readonly Stretch[],
): Promise<readonly number[]> {
  const ends: number[] = [];
  for (const stretch of lineage) {
    // A summary stands for turns that are not part of the conversation any more.
    if (stretch.summaryOf !== null) continue;
    // No turn reaches from one stretch into another.
    const underWay = new Set<string>();
    for await (const { events } of lineageEvents(journal, sessionId, [stretch])) {
      for (const event of events) if (endsAll(underWay, event)) ends.push(event.seq);
    }
  }
  return ends;
}

/** Whether an event ends the last turn that is under way. A prompt that joined a turn ends before it does. */
function endsAll(underWay: Set<string>, event: JournalEvent): boolean {
  const said = saidIn(event);
  if (said !== undefined) underWay.add(said.promptId);
  // What is damaged may have been the end.
  if (event.type === 'journal_gap') underWay.clear();
  if (!isTurnTerminal(event.type)) return false;
  return underWay.delete(promptOf(event)) && underWay.size === 0;
}

/** An envelope as our encoder wrote it: one that ends a turn names its prompt. */
const promptOf = ({ json }: JournalEvent): string =>
  (JSON.parse(json) as { readonly data: { readonly promptId: string } }).data.promptId;
