import type { EventEpoch, PromptId, SessionId } from '@holdfast/protocol';
import { expect, it, onTestFinished } from 'vitest';
import { databaseThread } from '../journal/sqlite/database-thread.ts';
import { silentLogger } from '../runtime/silent-logger.ts';
import { sqliteMedium } from '../testing/sqlite-medium.ts';
import { prepareSearchFile, searchFileIn, searchPragmas } from './search-file.ts';
import { SearchReader } from './search-reader.ts';
import { searchTerms } from './search-terms.ts';
import { SearchWriter } from './search-writer.ts';

const sessionId = '00000000-0000-4000-8000-000000000001' as SessionId;
const session = { sessionId, cwd: '/work', agent: 'demo', generation: 1, readTo: 9 };
const turnAt = (at: number, name: string) => ({
  ...{ promptId: `prompt_${name}` as PromptId, generation: 1, at, firstSeq: 1, lastSeq: 2 },
  ...{ user: `needle ${name}`, agent: '' },
});

async function given() {
  const medium = await sqliteMedium();
  const path = searchFileIn(medium.directory);
  const about = { epoch: 'e' as EventEpoch, range: { earliestSeq: 0, lastSeq: 7 }, logger: silentLogger };
  const thread = databaseThread(path, searchPragmas);
  onTestFinished(async () => {
    await thread.close();
    await medium.dispose();
  });
  const writer = new SearchWriter(thread, prepareSearchFile(path, about));
  return { writer, reader: new SearchReader(thread), reopened: () => prepareSearchFile(path, about) };
}

it('finds each of more turns than a millisecond has ids, those of the next one too', async () => {
  const { writer, reader } = await given();
  const later = [turnAt(1_001, 'later')];
  const same = Array.from({ length: 1_100 }, (_, nth) => turnAt(1_000, `same${nth}`));
  for (const texts of [later, same]) await writer.add(session, texts);
  const found = new Set<string>();
  let cursor: string | undefined;
  do {
    const terms = searchTerms('needle');
    const page = await reader.find({ terms, limit: 500, cursor, isCurrentOnly: false });
    for (const { promptId } of page.turns) found.add(promptId);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  expect(found.size).toBe(1_101);
});

it('forgets in steps, and all of a session in the end', async () => {
  const { writer, reader } = await given();
  await writer.add(
    session,
    Array.from({ length: 250 }, (_, nth) => turnAt(nth, String(nth))),
  );
  const steps: boolean[] = [];
  do steps.push(await writer.forgetSome(sessionId));
  while (steps.at(-1));
  expect(steps).toEqual([true, true, false]);
  expect(await reader.find({ terms: searchTerms('needle'), limit: 9, isCurrentOnly: false })).toMatchObject({
    turns: [],
  });
  expect(await writer.readTo(sessionId)).toBe(0);
});

it('remembers how far it came', async () => {
  const { writer, reopened } = await given();
  await writer.add(session, []);
  await writer.moveTo(5);
  expect([writer.indexSeq, reopened(), await writer.readTo(sessionId)]).toEqual([5, 5, 9]);
});
