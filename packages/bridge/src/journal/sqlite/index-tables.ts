import type { Database } from './database.ts';
import { indexSchema, indexTables } from './index-schema.ts';

/** Tables, indexes and triggers that make up the session index. */
const parts = [...indexSchema.matchAll(/CREATE (?:TABLE|INDEX|TRIGGER) (\w+)/g)].map(([, name = '']) => name);

/** Looks at one entry of each tree: a damaged root or branch shows, whatever the number of sessions. */
const probes = [
  'SELECT snapshot FROM sessions ORDER BY id LIMIT 1',
  ...indexTables.map((table) => `SELECT * FROM ${table} LIMIT 1`),
  ...[...indexSchema.matchAll(/CREATE INDEX (\w+) ON sessions \([^)]*\)(?: (WHERE [^;]*))?;/g)].map(
    ([, name, where = '']) => `SELECT 1 FROM sessions INDEXED BY ${name} ${where} LIMIT 1`,
  ),
];

/**
 * Makes the index's tables anew, empty, when one of them is gone or cannot be walked. Its rows are then missing and
 * rebuilt from the journal. Looking costs a little more with sessions, not with history.
 */
export function repairIndexTables(database: Database): void {
  if (isWhole(database)) return;
  if (replaceTables(database, dropTables)) return;
  // Dropping a table walks it, which damage can prevent: then its name goes, and its pages with the next VACUUM.
  const forget = `PRAGMA writable_schema = ON;
    DELETE FROM sqlite_schema WHERE tbl_name IN (${indexTables.map((table) => `'${table}'`)});
    PRAGMA writable_schema = RESET`;
  if (replaceTables(database, forget)) database.exec('VACUUM');
}

const dropTables = indexTables.map((table) => `DROP TABLE IF EXISTS ${table}`).join(';');

/** Makes the tables anew, empty, within the open transaction. Readers of the index's changes begin anew too. */
export function replaceIndex(database: Database, removal = dropTables): void {
  database.exec(removal);
  database.exec(indexSchema);
  database.exec(`UPDATE meta SET value = value + 1 WHERE name = 'index_seq';
    INSERT OR REPLACE INTO meta (name, value) SELECT 'index_floor', value FROM meta WHERE name = 'index_seq'`);
}

/** False when they cannot be removed this way; then nothing has changed. */
function replaceTables(database: Database, removal: string): boolean {
  database.exec('BEGIN IMMEDIATE');
  try {
    replaceIndex(database, removal);
    database.exec('COMMIT');
    return true;
  } catch {
    // What is wrong shows once more, to the reader of the index.
    if (database.isInTransaction) database.exec('ROLLBACK');
    return false;
  }
}

function isWhole(database: Database): boolean {
  const names = new Set(
    database
      .prepare<[string]>('SELECT name FROM sqlite_schema')
      .rows()
      .map(([name]) => name),
  );
  if (!parts.every((part) => names.has(part))) return false;
  try {
    for (const probe of probes) database.prepare(probe).row();
    missingRows(database);
    return true;
  } catch {
    // SQLITE_CORRUPT: a page of the index is damaged. A fault of the disk shows in the next statement as well.
    return false;
  }
}

/** How many sessions of the journal the index does not know; negative when it knows some too many. */
export function missingRows(database: Database): number {
  // Counting walks the leaf pages of the smallest tree: 100,000 sessions take some 5 ms.
  const [count = 0] =
    database
      .prepare<[number]>('SELECT (SELECT count(*) FROM streams) - (SELECT count(*) FROM sessions)')
      .row() ?? [];
  return count;
}
