/** Version of the tables below, in SQLite's `user_version`. A file with a higher one is left alone. */
export const schemaVersion = 1;

/** Marks the file as ours, in SQLite's `application_id`: "HFST". */
export const applicationId = 0x48465354;

/** Columns of a session's row in the index, in the order `session-rows.ts` reads and writes them. */
export const sessionColumns = [
  'session_id',
  'cwd',
  'workspace',
  'agent',
  'parent_session_id',
  'created_at',
  'activity_at',
  'display_name',
  'agent_title',
  'first_prompt',
  'lifecycle',
  'is_archived',
  'is_unfinished',
  'has_active_prompt',
  'is_waiting_for_permission',
  'client_count',
  'generation',
  'revision',
  'is_default_target',
  'snapshot_seq',
  'snapshot_crc',
  'snapshot',
] as const;

/** The indexes a listing walks: one for each filter it may start from and each order. */
export const listIndexes = {
  none: { activity: 'by_activity', created: 'by_created' },
  workspace: { activity: 'by_workspace_activity', created: 'by_workspace_created' },
  cwd: { activity: 'by_cwd_activity', created: 'by_cwd_created' },
  agent: { activity: 'by_agent_activity', created: 'by_agent_created' },
} as const;

/** SQL of one total: the sessions of (cwd, workspace, agent, lifecycle, archived), and the same without the cwd. */
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

/** The session index: everything in it can be told from the journal, so that it may be lost. */
export const indexSchema = `
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
