import { extensionFactTypes } from '../extension-facts.ts';
import { seqOfKey } from './event-key.ts';

/** Version of the tables below, in SQLite's `user_version`. A file with a higher one is left alone. */
export const schemaVersion = 2;

/** Marks the file as ours, in SQLite's `application_id`: "HFST". */
export const applicationId = 0x48465354;

/**
 * The journal's tables. Events and facts lie in the order they are read in: `k` is stream · 2^32 + id (facts: a count of their
 * own), so that a replay is one walk of one tree and no second index is kept. An erased stream's number is not used
 * again; its rows are swept later, a few at a time. Idempotency keys arrive in random order, so their indexes hold
 * digests: a tenth of the pages are touched, and the row itself settles who is meant.
 */
export const journalSchema = `
CREATE TABLE meta (name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
CREATE TABLE streams (
  stream INTEGER PRIMARY KEY AUTOINCREMENT, session_id TEXT NOT NULL UNIQUE, power_losses INTEGER NOT NULL);
CREATE TABLE skips (
  stream INTEGER NOT NULL, from_seq INTEGER NOT NULL, to_seq INTEGER NOT NULL,
  PRIMARY KEY (stream, from_seq)) WITHOUT ROWID;
CREATE TABLE events (k INTEGER PRIMARY KEY, type TEXT NOT NULL, json TEXT NOT NULL, crc INTEGER NOT NULL);
CREATE TABLE facts (
  k INTEGER PRIMARY KEY, after_seq INTEGER NOT NULL, type TEXT NOT NULL, json TEXT NOT NULL, crc INTEGER NOT NULL);
CREATE TABLE erased (stream INTEGER PRIMARY KEY);

CREATE TABLE keys (
  id INTEGER PRIMARY KEY, digest INTEGER NOT NULL, scope TEXT NOT NULL, key TEXT NOT NULL, body_hash TEXT NOT NULL,
  session_digest INTEGER NOT NULL, session_id TEXT NOT NULL,
  answer TEXT NOT NULL, crc INTEGER NOT NULL, created_at INTEGER NOT NULL);
CREATE INDEX keys_by_name ON keys (digest);
CREATE INDEX keys_by_session ON keys (session_digest);
CREATE INDEX keys_by_age ON keys (created_at);
`;

const areExtensionFacts = `type IN (${extensionFactTypes.map((type) => `'${type}'`)})`;

/** Finds the facts that change extensions; few sessions have any. */
export const extensionFactsIndex = `CREATE INDEX IF NOT EXISTS extension_facts ON facts (k) WHERE ${areExtensionFacts}`;

/**
 * How far the events of a session were given up, and up to where those that mean nothing to its state are deleted. Made
 * where it is missing: programs that do not know it find everything else as they expect.
 */
export const horizonsTable = `CREATE TABLE IF NOT EXISTS horizons (
  stream INTEGER PRIMARY KEY, before_seq INTEGER NOT NULL, swept_seq INTEGER NOT NULL DEFAULT 0)`;

/** Selects such a fact by the bounds of its stream and how many more followed it. */
export const extensionFactQuery = `SELECT ${seqOfKey}, type, json, crc FROM facts INDEXED BY extension_facts
  WHERE ${areExtensionFacts} AND k > ? AND k < ? ORDER BY k DESC LIMIT 1 OFFSET ?`;
