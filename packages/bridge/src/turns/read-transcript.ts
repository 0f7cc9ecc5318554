import type { SessionId } from '@holdfast/protocol';
import type { Journal } from '../ports/journal.ts';
import { foldUpdate, type Transcript, type TranscriptTurn, writeTranscript } from './reseed-transcript.ts';

const page = Object.freeze({ maxEvents: 1_000, maxBytes: 4 * 1024 * 1024 });
/** Turns kept while reading: more than fit a transcript, few enough that memory does not grow with history. */
const keptTurns = 500;

/** Reads a session's events into the transcript a fresh agent session is given. */
export async function readTranscript(journal: Journal, sessionId: SessionId): Promise<Transcript> {
  let turns: readonly TranscriptTurn[] = [];
  let forgotten = 0;
  let after = 0;
  for (;;) {
    const events = await journal.read(sessionId, after, page);
    const last = events.at(-1);
    if (last === undefined) return writeTranscript(turns, forgotten);
    after = last.seq;
    for (const { type, json } of events) {
      if (type !== 'session_update') continue;
      // Written by our own encoder as a session_update envelope.
      const { data, promptId } = JSON.parse(json) as { data: { update: object }; promptId?: string };
      turns = foldUpdate(turns, promptId, data.update);
    }
    if (turns.length > keptTurns) {
      forgotten += turns.length - keptTurns;
      turns = turns.slice(-keptTurns);
    }
  }
}
