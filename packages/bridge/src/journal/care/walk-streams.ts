import type { Clock } from '../../ports/clock.ts';
import type { Database } from '../sqlite/database.ts';
import type { CareOptions } from './care-options.ts';

/** A session's place in the journal. */
export interface StreamPlace {
  readonly stream: number;
  readonly sessionId: string;
}

const streamsPerPage = 200;

/**
 * Visits every session of a journal, each in a transaction of its own: what is seen of one session is of one instant,
 * and a daemon that writes meanwhile can clear its log between two of them.
 */
export async function walkStreams(
  database: Database,
  { onProgress = () => {}, clock }: CareOptions & { readonly clock: Clock },
  visit: (place: StreamPlace) => void,
): Promise<number> {
  const count = database.prepare<[number]>('SELECT count(*) FROM streams');
  const page = database.prepare<[stream: number, sessionId: string]>(
    `SELECT stream, session_id FROM streams WHERE stream > ? ORDER BY stream LIMIT ${streamsPerPage}`,
  );
  const begin = database.prepare('BEGIN');
  const end = database.prepare('COMMIT');
  const [total = 0] = count.row() ?? [];
  let done = 0;
  let after = 0;
  for (;;) {
    const places = page.rows(after);
    for (const [stream, sessionId] of places) {
      begin.run();
      try {
        visit({ stream, sessionId });
      } finally {
        end.run();
      }
      after = stream;
      done += 1;
      onProgress({ done, total: Math.max(done, total), unit: 'sessions' });
      await new Promise<void>((resolve) => clock.nextTick(resolve));
    }
    if (places.length < streamsPerPage) return done;
  }
}
