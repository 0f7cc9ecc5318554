import { renameSync, statSync } from 'node:fs';
import type { Logger } from '../../ports/logger.ts';
import { copyDatabase, type Database, openDatabase } from './database.ts';
import { inspectFile, unreadable } from './inspect-file.ts';
import type { Migration } from './migrations.ts';
import { makePrivate } from './private-file.ts';

/** Where the journal of an older format is kept once it was migrated. */
export const keptOf = (path: string, version: number): string => `${path}.v${version}`;

/**
 * Brings a journal of an older format up to date: a copy beside it first, then every step in one transaction, so that
 * a failure leaves it as it was. Does nothing to a new or current file.
 * @throws state_unreadable if the copy or a step fails.
 */
export async function migrateFile(
  path: string,
  { migrations, logger }: { readonly migrations: readonly Migration[]; readonly logger: Logger },
): Promise<void> {
  const version = inspectFile(path);
  const steps = migrations.filter(({ to }) => to > version);
  if (version === 0 || steps.length === 0) return;
  const kept = keptOf(path, version);
  let database: Database | undefined;
  try {
    await keepCopy(path, kept);
    database = openDatabase(path, { readOnly: false });
    database.exec('PRAGMA synchronous = FULL; BEGIN IMMEDIATE');
    for (const { to, apply } of steps) {
      apply(database);
      database.exec(`PRAGMA user_version = ${to}`);
    }
    database.exec('COMMIT');
  } catch (thrown) {
    throw unreadable(path, thrown);
  } finally {
    database?.close();
  }
  const to = steps.at(-1)?.to;
  logger.info({ from: version, to, sizeBytes: statSync(path).size, kept }, 'the journal was migrated');
}

/** A copy under that name is whole: it gets it last. */
async function keepCopy(path: string, kept: string): Promise<void> {
  const draft = `${kept}.partial`;
  makePrivate(draft);
  await copyDatabase(path, draft);
  renameSync(draft, kept);
}
