// A program to be killed: writes to the journal at argv[2], with argv[3] as its sync, without end and prints
// "<session> <seq> acknowledged|streamed" for each commit that resolved, before it makes the next.
import { writeSync } from 'node:fs';
import { parseSessionId } from '@holdfast/protocol';
import { openSqliteStore } from '../journal/sqlite/open-sqlite-store.ts';
import type { JournalSync } from '../journal/sqlite/sync-policy.ts';
import { randomIds } from '../runtime/random-ids.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { sampleAppend, sampleEvents, sampleFact, sampleKey, sampleRow } from './journal-samples.ts';

const [path = '', sync = '', ...names] = process.argv.slice(2);
// The test names one of the three.
const store = await openSqliteStore({
  ...{ path, sync: sync as JournalSync, clock: systemClock, ids: randomIds },
});

await Promise.all(
  names.map(async (name, place) => {
    const sessionId = parseSessionId(name);
    if (sessionId === undefined) throw new Error(`not a session id: ${name}`);
    let { lastSeq } = await store.journal.range(sessionId);
    for (let round = 1; ; round += 1) {
      const seq = lastSeq + 1 + ((round * (place + 3)) % 23);
      const entries = [sampleFact(`before ${lastSeq + 1}`), ...sampleEvents(lastSeq + 1, seq)];
      const isAcknowledged = round % 3 === 0;
      await store.journal.commit({
        appends: [sampleAppend(sessionId, lastSeq, entries)],
        rows: [sampleRow({ sessionId, lastSeq: seq })],
        keys: [sampleKey({ sessionId, key: `${name} ${seq}` })],
        isAcknowledged,
      });
      lastSeq = seq;
      writeSync(1, `${name} ${seq} ${isAcknowledged ? 'acknowledged' : 'streamed'}\n`);
    }
  }),
);
