import type { SessionFileHeader } from '@holdfast/protocol';
import type { JournalEvent } from '../ports/journal.ts';
import { LineSum } from './session-file.ts';

type Pages = AsyncIterable<readonly JournalEvent[]>;

/** A session as lines: the header, each event as it is recorded, and the end that says whether all are there. */
export async function* writeJsonl(
  header: SessionFileHeader,
  pages: Pages,
): AsyncGenerator<string, void, undefined> {
  const sum = new LineSum();
  const first = JSON.stringify(header);
  sum.addHeader(first);
  yield `${first}\n`;
  for await (const events of pages) {
    for (const { json } of events) sum.addEvent(json);
    yield `${events.map(({ json }) => json).join('\n')}\n`;
  }
  yield `${JSON.stringify(sum.end())}\n`;
}

/** The same as one document. */
export async function* writeJson(
  header: SessionFileHeader,
  pages: Pages,
): AsyncGenerator<string, void, undefined> {
  yield `{"session":${JSON.stringify(header)},"events":[`;
  let separator = '\n';
  for await (const events of pages) {
    yield separator + events.map(({ json }) => json).join(',\n');
    separator = ',\n';
  }
  yield '\n]}\n';
}
