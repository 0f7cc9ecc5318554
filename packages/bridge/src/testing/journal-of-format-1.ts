import { type Database, openDatabase } from '../journal/sqlite/database.ts';
import { applicationId } from '../journal/sqlite/schema.ts';

const totalsKey = (row: 'NEW' | 'OLD') =>
  `cwd IN ('', ${row}.cwd) AND workspace = ${row}.workspace AND agent = ${row}.agent
     AND lifecycle = ${row}.lifecycle AND is_archived = ${row}.is_archived`;
const countIn = `
  INSERT INTO totals (cwd, workspace, agent, lifecycle, is_archived, sessions)
    VALUES (NEW.cwd, NEW.workspace, NEW.agent, NEW.lifecycle, NEW.is_archived, 1),
           ('', NEW.workspace, NEW.agent, NEW.lifecycle, NEW.is_archived, 1)
    ON CONFLICT DO UPDATE SET sessions = sessions + 1;`;
const countOut = `
  UPDATE totals SET sessions = sessions - 1 WHERE ${totalsKey('OLD')};
  DELETE FROM totals WHERE sessions = 0 AND ${totalsKey('OLD')};`;

const journalSchema = `
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

const indexSchema = `
CREATE TABLE sessions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  index_seq INTEGER NOT NULL,
  session_id TEXT NOT NULL UNIQUE, cwd TEXT NOT NULL, workspace TEXT NOT NULL, agent TEXT NOT NULL,
  parent_session_id TEXT, created_at INTEGER NOT NULL, activity_at INTEGER NOT NULL,
  display_name TEXT, agent_title TEXT, first_prompt TEXT,
  lifecycle TEXT NOT NULL, is_archived INTEGER NOT NULL, is_unfinished INTEGER NOT NULL,
  has_active_prompt INTEGER NOT NULL, is_waiting_for_permission INTEGER NOT NULL, client_count INTEGER NOT NULL,
  generation INTEGER NOT NULL, revision INTEGER NOT NULL, is_default_target INTEGER NOT NULL,
  snapshot_seq INTEGER NOT NULL, snapshot_crc INTEGER NOT NULL, snapshot TEXT NOT NULL);
CREATE INDEX by_activity ON sessions (lifecycle, is_archived, activity_at);
CREATE INDEX by_created ON sessions (lifecycle, is_archived, created_at);
CREATE INDEX by_workspace_activity ON sessions (workspace, lifecycle, is_archived, activity_at, id, agent);
CREATE INDEX by_workspace_created ON sessions (workspace, lifecycle, is_archived, created_at, id, agent);
CREATE INDEX by_cwd_activity ON sessions (cwd, lifecycle, is_archived, activity_at, id, agent, workspace);
CREATE INDEX by_cwd_created ON sessions (cwd, lifecycle, is_archived, created_at, id, agent, workspace);
CREATE INDEX by_agent_activity ON sessions (agent, lifecycle, is_archived, activity_at);
CREATE INDEX by_agent_created ON sessions (agent, lifecycle, is_archived, created_at);
CREATE INDEX unfinished ON sessions (id) WHERE is_unfinished = 1;
CREATE INDEX named ON sessions (workspace, display_name) WHERE display_name IS NOT NULL;
CREATE INDEX default_targets ON sessions (cwd, agent, created_at) WHERE is_default_target = 1;

CREATE TABLE totals (
  cwd TEXT NOT NULL, workspace TEXT NOT NULL, agent TEXT NOT NULL,
  lifecycle TEXT NOT NULL, is_archived INTEGER NOT NULL, sessions INTEGER NOT NULL,
  PRIMARY KEY (cwd, workspace, agent, lifecycle, is_archived)) WITHOUT ROWID;
CREATE TRIGGER count_new AFTER INSERT ON sessions BEGIN ${countIn} END;
CREATE TRIGGER count_erased AFTER DELETE ON sessions BEGIN ${countOut} END;
CREATE TRIGGER count_moved AFTER UPDATE OF cwd, workspace, agent, lifecycle, is_archived ON sessions
  BEGIN ${countOut} ${countIn} END;
`;

/**
 * Writes what a journal holds into a file of the first format, as the program of that time made it: its events and facts,
 * and for each session a row with a snapshot in the form of then.
 */
export function writeJournalOfFormat1(source: string, target: string): void {
  const database = openDatabase(target, { readOnly: false });
  database.exec(`${journalSchema} ${indexSchema}
    PRAGMA application_id = ${applicationId}; PRAGMA user_version = 1;
    ATTACH '${source}' AS source;`);
  for (const table of ['streams', 'skips', 'events', 'facts', 'keys']) copy(database, table);
  database.exec(`INSERT INTO meta SELECT * FROM source.meta WHERE name NOT IN ('index_floor');
    INSERT INTO sessions SELECT id, index_seq, session_id, cwd, workspace, agent, parent_session_id, created_at,
      activity_at, display_name, agent_title, first_prompt, lifecycle, is_archived, is_unfinished, has_active_prompt,
      is_waiting_for_permission, client_count, generation, revision, is_default_target, last_seq, 0,
      '{"v":2,"state":{}}' FROM source.sessions;
    DETACH source; PRAGMA journal_mode = WAL;`);
  database.close();
}

function copy(database: Database, table: string): void {
  database.exec(`INSERT INTO ${table} SELECT * FROM source.${table}`);
}
