// A program whose system calls are watched: opens the journal at argv[2] with argv[3] as its sync, makes six commits,
// prints "<acknowledged|streamed> <nth>" after each, and then writes enough for several checkpoints of the log.
import { writeSync } from 'node:fs';
import { openSqliteStore } from '../journal/sqlite/open-sqlite-store.ts';
import type { JournalSync } from '../journal/sqlite/sync-policy.ts';
import { randomIds } from '../runtime/random-ids.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { freshSession, sampleAppend, sampleEvent } from './journal-samples.ts';

const [path = '', sync = ''] = process.argv.slice(2);
// The test names one of the three.
const store = await openSqliteStore({
  ...{ path, sync: sync as JournalSync, clock: systemClock, ids: randomIds },
});
const sessionId = freshSession();
const say = (line: string) => void writeSync(1, `${line}\n`);
let seq = 0;
const commit = (isAcknowledged: boolean, text: string) => {
  const append = sampleAppend(sessionId, seq, [sampleEvent(seq + 1, text)]);
  seq += 1;
  return store.journal.commit({ appends: [append], isAcknowledged });
};

say('open');
for (const isAcknowledged of [true, false, true, true, false, false]) {
  await commit(isAcknowledged, 'small');
  say(`${isAcknowledged ? 'acknowledged' : 'streamed'} ${seq}`);
}
for (let count = 0; count < 12; count += 1) await commit(count % 2 === 0, 'x'.repeat(1_000_000));
say('closing');
await store.close();
