import type { Database } from './database.ts';
import { indexSchema } from './schema.ts';

/** Tables, indexes and triggers that make up the session index. */
const parts = [...indexSchema.matchAll(/CREATE (?:TABLE|INDEX|TRIGGER) (\w+)/g)].map(([, name = '']) => name);

/** Looks at one entry of each tree: a damaged root or branch shows, whatever the number of sessions. */
const probes = [
  'SELECT snapshot FROM sessions ORDER BY id LIMIT 1',
  ...[...indexSchema.matchAll(/CREATE INDEX (\w+) ON sessions \([^)]*\)(?: (WHERE [^;]*))?;/g)].map(
    ([, name, where = '']) => `SELECT 1 FROM sessions INDEXED BY ${name} ${where} LIMIT 1`,
  ),
];

/**
 * Makes the index's tables anew, empty, when one of them is gone or cannot be walked; within the open transaction.
 * Its rows are then missing and rebuilt from the journal. Cost grows a little with sessions, not with history.
 */
export function repairIndexTables(database: Database): void {
  if (isWhole(database)) return;
  database.exec('DROP TABLE IF EXISTS sessions; DROP TABLE IF EXISTS totals');
  database.exec(indexSchema);
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
