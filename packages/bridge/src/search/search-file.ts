import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { EventEpoch } from '@holdfast/protocol';
import { type Database, openDatabase } from '../journal/sqlite/database.ts';
import { makePrivate } from '../journal/sqlite/private-file.ts';
import type { Logger } from '../ports/logger.ts';
import type { IndexRange } from '../ports/session-index.ts';

/** Where a state directory keeps what can be searched. All of it can be told from the journal. */
export const searchFileIn = (stateDir: string): string => join(stateDir, 'search.db');

/** Rises with every change of the tables, and of how texts are cut into words. */
const searchVersion = 2;

/**
 * A turn's id is its instant and, within it, a count: so that the newest come first wherever one begins. The words
 * have the same ids; `about` are those of the filters.
 */
const schema = `
CREATE TABLE meta (name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
CREATE TABLE sessions (
  session INTEGER PRIMARY KEY, session_id TEXT NOT NULL UNIQUE,
  generation INTEGER NOT NULL, read_to INTEGER NOT NULL);
CREATE TABLE turns (
  id INTEGER PRIMARY KEY, session INTEGER NOT NULL, generation INTEGER NOT NULL, prompt_id TEXT NOT NULL,
  at INTEGER NOT NULL, first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL);
CREATE INDEX turns_by_session ON turns (session);
CREATE VIRTUAL TABLE words USING fts5(
  user, agent, about, columnsize = 0, tokenize = "unicode61 remove_diacritics 2");
`;

export interface SearchFileOptions {
  readonly epoch: EventEpoch;
  /** What the session index can tell of changes: from another place one cannot go on. */
  readonly range: IndexRange;
  readonly logger: Logger;
  /** Throws away what there is. */
  readonly isAnew?: boolean;
}

/** What a connection sets. Losing the newest of the file, or all, to a power loss costs reading the journal again. */
export const searchPragmas = `
PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA wal_autocheckpoint = 250; PRAGMA cache_size = -8192`;

/**
 * Makes sure of the file, and makes it anew when there is none, it is damaged, of another program version or of another
 * journal; gives the number of the last change of the session index that it deals with. Throws what the driver throws where
 * it cannot be made either.
 */
export function prepareSearchFile(path: string, { isAnew = false, ...of }: SearchFileOptions): number {
  const known = isAnew ? undefined : indexSeqOf(path, of);
  if (known !== undefined) return known;
  for (const end of ['', '-wal', '-shm', '-journal']) rmSync(`${path}${end}`, { force: true });
  makePrivate(path);
  const database = openDatabase(path, { readOnly: false });
  try {
    database.exec(`${searchPragmas}; BEGIN IMMEDIATE; ${schema}`);
    const write = database.prepare('INSERT INTO meta (name, value) VALUES (?, ?)');
    write.run('version', searchVersion);
    write.run('epoch', of.epoch);
    write.run('index_seq', 0);
    database.exec('COMMIT');
  } finally {
    database.close();
  }
  return 0;
}

function indexSeqOf(path: string, { epoch, range, logger }: SearchFileOptions): number | undefined {
  let database: Database | undefined;
  try {
    makePrivate(path);
    database = openDatabase(path, { readOnly: false });
    const meta = new Map(database.prepare<[string, string | number]>('SELECT name, value FROM meta').rows());
    database.prepare('SELECT rowid FROM words ORDER BY rowid DESC LIMIT 1').row();
    const indexSeq = Number(meta.get('index_seq'));
    const canGoOn = indexSeq >= range.earliestSeq && indexSeq <= range.lastSeq;
    if (meta.get('version') === searchVersion && meta.get('epoch') === epoch && canGoOn) return indexSeq;
  } catch (thrown) {
    // An empty file has no tables yet; whatever else is wrong with it, it is made anew.
    logger.debug({ err: thrown, path }, 'the search index is made anew');
  } finally {
    database?.close();
  }
  return undefined;
}
