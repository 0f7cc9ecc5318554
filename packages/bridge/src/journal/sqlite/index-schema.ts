import { promptSchema } from './prompt-table.ts';

/** Columns of what lists show of a session, in the order `listed-rows.ts` reads and writes them. */
export const listedColumns = [
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
  'alias',
  'labels',
  'is_pinned',
  'is_protected',
  'is_archived',
  'state',
  'has_active_prompt',
  'is_waiting_for_permission',
  'client_count',
  'generation',
  'revision',
  'last_prompt_id',
  'last_turn_state',
  'last_turn_started_at',
  'last_turn_ended_at',
  'active_prompt_id',
  'usage',
  'preview_role',
  'preview',
  'last_seq',
] as const;

/** Columns of a session's whole row, in the order `session-rows.ts` reads and writes them. */
export const sessionColumns = [
  ...listedColumns,
  'lifecycle',
  'title_key',
  'is_unfinished',
  'is_attended',
  'is_default_target',
  'agent_session_id',
  'catalog',
  'snapshot_crc',
  'snapshot',
] as const;

/** The indexes a listing walks: one for each place it may be of, and each order. */
export const walkedIndexes = {
  none: { activity: 'by_activity', created: 'by_created', title: 'by_title' },
  workspace: {
    activity: 'by_workspace_activity',
    created: 'by_workspace_created',
    title: 'by_workspace_title',
  },
  cwd: { activity: 'by_cwd_activity', created: 'by_cwd_created', title: 'by_cwd_title' },
} as const;

/** The column each order follows. */
export const sortColumns = { activity: 'activity_at', created: 'created_at', title: 'title_key' } as const;

const walkedIndexSchema = Object.entries(walkedIndexes)
  .flatMap(([place, bySort]) => {
    const scope = place === 'none' ? '' : `${place}, `;
    return Object.entries(bySort).map(([sort, name]) => {
      // Object.entries widens the keys of the table above to string.
      const column = sortColumns[sort as keyof typeof sortColumns];
      return `CREATE INDEX ${name} ON sessions (${scope}is_archived, ${column});`;
    });
  })
  .join('\n');

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
const labelIn = `
  INSERT OR IGNORE INTO session_labels (label, id) SELECT value, NEW.id FROM json_each(NEW.labels);`;
const labelOut = `
  DELETE FROM session_labels WHERE id = OLD.id AND label IN (SELECT value FROM json_each(OLD.labels));`;
const forgetCatalog = `
  DELETE FROM catalogs WHERE digest = OLD.catalog
    AND NOT EXISTS (SELECT 1 FROM sessions WHERE catalog = OLD.catalog);`;

/**
 * The session index: everything in it can be told from the journal, so that it may be lost. What an agent offers is kept
 * once for all sessions that have it, under the digest of its content. `removed` tells readers of erased sessions.
 */
export const indexSchema = `
CREATE TABLE sessions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  index_seq INTEGER NOT NULL,
  session_id TEXT NOT NULL UNIQUE, cwd TEXT NOT NULL, workspace TEXT NOT NULL, agent TEXT NOT NULL,
  parent_session_id TEXT, created_at INTEGER NOT NULL, activity_at INTEGER NOT NULL,
  display_name TEXT, agent_title TEXT, first_prompt TEXT,
  alias TEXT, labels TEXT NOT NULL, is_pinned INTEGER NOT NULL, is_protected INTEGER NOT NULL,
  is_archived INTEGER NOT NULL, state TEXT NOT NULL,
  has_active_prompt INTEGER NOT NULL, is_waiting_for_permission INTEGER NOT NULL, client_count INTEGER NOT NULL,
  generation INTEGER NOT NULL, revision INTEGER NOT NULL,
  last_prompt_id TEXT, last_turn_state TEXT, last_turn_started_at INTEGER, last_turn_ended_at INTEGER,
  active_prompt_id TEXT, usage TEXT, preview_role TEXT, preview TEXT, last_seq INTEGER NOT NULL,
  lifecycle TEXT NOT NULL, title_key TEXT NOT NULL,
  is_unfinished INTEGER NOT NULL, is_attended INTEGER NOT NULL, is_default_target INTEGER NOT NULL,
  agent_session_id TEXT,
  catalog TEXT NOT NULL, snapshot_crc INTEGER NOT NULL, snapshot TEXT NOT NULL);
${walkedIndexSchema}
CREATE INDEX by_change ON sessions (index_seq);
CREATE INDEX by_agent ON sessions (agent);
CREATE INDEX by_parent ON sessions (parent_session_id) WHERE parent_session_id IS NOT NULL;
CREATE INDEX by_alias ON sessions (alias) WHERE alias IS NOT NULL;
CREATE INDEX by_agent_session ON sessions (agent_session_id) WHERE agent_session_id IS NOT NULL;
CREATE INDEX by_catalog ON sessions (catalog);
CREATE INDEX open_sessions ON sessions (id) WHERE lifecycle = 'open';
CREATE INDEX closed_sessions ON sessions (id) WHERE lifecycle = 'closed';
CREATE INDEX unfinished ON sessions (id) WHERE is_unfinished = 1;
CREATE INDEX attended ON sessions (id) WHERE is_attended = 1;
CREATE INDEX named ON sessions (workspace, display_name) WHERE display_name IS NOT NULL;
CREATE INDEX default_targets ON sessions (cwd, agent, created_at) WHERE is_default_target = 1;

CREATE TABLE catalogs (digest TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE session_labels (label TEXT NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (label, id)) WITHOUT ROWID;
CREATE TABLE removed (index_seq INTEGER PRIMARY KEY, session_id TEXT NOT NULL, removed_at INTEGER NOT NULL);
CREATE TABLE totals (
  cwd TEXT NOT NULL, workspace TEXT NOT NULL, agent TEXT NOT NULL,
  lifecycle TEXT NOT NULL, is_archived INTEGER NOT NULL, sessions INTEGER NOT NULL,
  PRIMARY KEY (cwd, workspace, agent, lifecycle, is_archived)) WITHOUT ROWID;
CREATE TRIGGER count_new AFTER INSERT ON sessions BEGIN ${countIn} END;
CREATE TRIGGER count_erased AFTER DELETE ON sessions BEGIN ${countOut} END;
CREATE TRIGGER count_moved AFTER UPDATE OF cwd, workspace, agent, lifecycle, is_archived ON sessions
  BEGIN ${countOut} ${countIn} END;
CREATE TRIGGER label_new AFTER INSERT ON sessions WHEN NEW.labels <> '[]' BEGIN ${labelIn} END;
CREATE TRIGGER label_erased AFTER DELETE ON sessions WHEN OLD.labels <> '[]' BEGIN ${labelOut} END;
CREATE TRIGGER label_changed AFTER UPDATE OF labels ON sessions WHEN OLD.labels <> NEW.labels
  BEGIN ${labelOut} ${labelIn} END;
CREATE TRIGGER catalog_erased AFTER DELETE ON sessions BEGIN ${forgetCatalog} END;
CREATE TRIGGER catalog_changed AFTER UPDATE OF catalog ON sessions WHEN OLD.catalog <> NEW.catalog
  BEGIN ${forgetCatalog} END;
${promptSchema}`;

/** Tables of the index, all of which go when it is made anew. */
export const indexTables = [...indexSchema.matchAll(/CREATE TABLE (\w+)/g)].map(([, name = '']) => name);
