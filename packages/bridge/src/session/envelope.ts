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
  // A flood of updates is about one prompt: what follows their data is made once.
  let about: SessionEvent | undefined;
  let tail = '';
  const encoded = entries.map((entry): JournalEntry => {
    if (entry.kind === 'fact') {
      return { kind: 'fact', type: entry.type, json: JSON.stringify({ at, data: entry.data }) };
    }
    seq += 1;
    if (about?.promptId !== entry.promptId || about?.clientId !== entry.clientId || tail === '') {
      about = entry;
      tail = encodeTail(entry, at);
    }
    return { kind: 'event', seq, type: entry.type, json: encodeEnvelope(entry, seq, tail) };
  });
  return { entries: encoded, lastSeq: seq };
}

/** The envelope of protocol §5, spelled out because it is written once per event on the hot path. */
function encodeEnvelope(entry: SessionEvent, id: number, tail: string): string {
  return `{"id":${id},"v":1,"type":"${entry.type}","data":${JSON.stringify(entry.data)}${tail}`;
}

function encodeTail({ promptId, clientId }: SessionEvent, at: number): string {
  const client = clientId === undefined ? '' : `,"originatorClientId":${JSON.stringify(clientId)}`;
  const prompt = promptId === undefined ? '' : `,"promptId":${JSON.stringify(promptId)}`;
  return `${client}${prompt},"_meta":{"serverTimestamp":${at}}}`;
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
