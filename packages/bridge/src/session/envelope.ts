import type { JournalEntry } from '../ports/journal.ts';
import type { SessionEntry, SessionEvent, SessionFact } from './entry.ts';

interface EncodedEntries {
  readonly entries: readonly JournalEntry[];
  /** Id of the last event: that of the one before when there was none. */
  readonly lastSeq: number;
}

/** Gives events their ids from `firstSeq` on and encodes every entry once, as it is stored and as it travels. */
export function encodeEntries(
  entries: readonly SessionEntry[],
  firstSeq: number,
  at: number,
): EncodedEntries {
  let seq = firstSeq - 1;
  const encoded = entries.map((entry): JournalEntry => {
    if (entry.kind === 'fact') {
      return { kind: 'fact', type: entry.type, json: JSON.stringify({ at, data: entry.data }) };
    }
    seq += 1;
    return { kind: 'event', seq, type: entry.type, json: encodeEnvelope(entry, seq, at) };
  });
  return { entries: encoded, lastSeq: seq };
}

/** The envelope of protocol §5, spelled out because it is written once per event on the hot path. */
function encodeEnvelope(entry: SessionEvent, id: number, at: number): string {
  const client =
    entry.clientId === undefined ? '' : `,"originatorClientId":${JSON.stringify(entry.clientId)}`;
  const prompt = entry.promptId === undefined ? '' : `,"promptId":${JSON.stringify(entry.promptId)}`;
  const data = JSON.stringify(entry.data);
  return `{"id":${id},"v":1,"type":"${entry.type}","data":${data}${client}${prompt},"_meta":{"serverTimestamp":${at}}}`;
}

/** Reads back what `encodeEntries` wrote. */
export function decodeEntry(entry: JournalEntry): { readonly entry: SessionEntry; readonly at: number } {
  // The journal checks each row's sum, and only encodeEntries writes rows: the shape is what it was.
  if (entry.kind === 'fact') {
    const { at, data } = JSON.parse(entry.json) as { at: number; data: never };
    return { entry: { kind: 'fact', type: entry.type, data } as SessionFact, at };
  }
  const envelope = JSON.parse(entry.json) as {
    data: never;
    promptId?: never;
    originatorClientId?: never;
    _meta: { serverTimestamp: number };
  };
  const { data, promptId, originatorClientId: clientId } = envelope;
  const event = { kind: 'event', type: entry.type, data, promptId, clientId } as SessionEvent;
  return { entry: event, at: envelope._meta.serverTimestamp };
}
