import { type Static, Type } from 'typebox';
import { SessionDescription, SessionRow, SessionState } from '../model/session-row.ts';
import { defineOperation } from './define-operation.ts';
import { sessionParams } from './parameters.ts';

export const describeSession = defineOperation({
  name: 'describeSession',
  method: 'GET',
  path: '/session/:id',
  summary: 'Describes a session in full: row, configuration, lineage, queue, pending permissions.',
  params: sessionParams,
  responses: { 200: SessionDescription },
  errors: ['session_not_found'],
  scope: 'read',
  tag: 'session_status',
  isSeed: false,
});

export const getSessionStatus = defineOperation({
  name: 'getSessionStatus',
  method: 'GET',
  path: '/session/:id/status',
  summary: 'Returns the row of a live session.',
  params: sessionParams,
  responses: { 200: SessionRow },
  errors: ['session_not_found'],
  scope: 'read',
  tag: 'session_status',
  isSeed: true,
});

export const ListWorkspaceSessionsQuery = Type.Object({
  size: Type.Optional(
    Type.String({ description: 'Rows a page; clamped to 1..200, default 50, never refused.' }),
  ),
  cursor: Type.Optional(Type.String({ description: '`nextCursor` of the page before.' })),
  archiveState: Type.Optional(
    Type.String({ description: '`archived` lists archived sessions; anything else those that are not.' }),
  ),
});
export type ListWorkspaceSessionsQuery = Static<typeof ListWorkspaceSessionsQuery>;

export const WorkspaceSessionPage = Type.Object({
  sessions: Type.Array(SessionRow),
  nextCursor: Type.Optional(Type.String()),
});
export type WorkspaceSessionPage = Static<typeof WorkspaceSessionPage>;

export const listWorkspaceSessions = defineOperation({
  name: 'listWorkspaceSessions',
  method: 'GET',
  path: '/workspace/:workspace/sessions',
  summary: 'Lists live and closed sessions of a working directory or workspace, newest activity first.',
  params: Type.Object({
    workspace: Type.String({
      description: 'URL-encoded working directory in one segment, or a workspace id.',
    }),
  }),
  query: ListWorkspaceSessionsQuery,
  responses: { 200: WorkspaceSessionPage },
  fieldErrors: { cursor: 'invalid_cursor' },
  errors: ['invalid_cwd', 'workspace_mismatch', 'invalid_cursor'],
  scope: 'read',
  tag: 'session_list',
  isSeed: true,
});

const later = (what: string) =>
  Type.Optional(Type.Number({ description: `${what} later than that, in epoch milliseconds.` }));

const sessionFilters = {
  cwd: Type.Optional(Type.String({ description: 'Exactly this canonical working directory.' })),
  agent: Type.Optional(Type.String()),
  state: Type.Optional(SessionState),
  active: Type.Optional(Type.Boolean({ description: 'Whether a prompt runs or waits.' })),
  parent: Type.Optional(
    Type.String({
      pattern: '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$',
      description: 'Id of the parent session.',
    }),
  ),
  label: Type.Optional(Type.String()),
  archived: Type.Optional(Type.Boolean({ description: 'Default false.' })),
  createdAfter: later('Created'),
  updatedAfter: later('A turn started or ended, or created,'),
  q: Type.Optional(Type.String({ maxLength: 256, description: 'Part of the title, whatever its case.' })),
};

export const ListSessionsQuery = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, description: 'Rows a page; default 50.' })),
  cursor: Type.Optional(
    Type.String({ description: '`nextCursor` of the page before, with the same filters and sort.' }),
  ),
  ...sessionFilters,
  sort: Type.Optional(
    Type.Enum(['activity', 'created', 'title'], {
      description: 'Newest activity (default) or creation first, or titles from a to z.',
    }),
  ),
  include: Type.Optional(
    Type.String({
      pattern: '^(title|preview)?(,(title|preview))*$',
      description:
        'Comma-separated: `preview` adds the beginning of the last message; `title` is always there.',
    }),
  ),
});
export type ListSessionsQuery = Static<typeof ListSessionsQuery>;

export const SessionPage = Type.Object({
  sessions: Type.Array(SessionRow),
  nextCursor: Type.Optional(
    Type.String({
      description:
        'Absent on the last page. A page may be short, even empty, and have one: rare matches are looked for bit by bit.',
    }),
  ),
  total: Type.Integer({
    minimum: 0,
    description:
      'Kept up to date, never counted: sessions of that `cwd`, `agent` and `archived`, and closed ones for `state=closed`. Other filters narrow the pages, not this number.',
  }),
  indexSeq: Type.Integer({
    minimum: 0,
    description: 'The state of the index this page was read at: a cursor for `GET /sessions/events`.',
  }),
});
export type SessionPage = Static<typeof SessionPage>;

export const listSessions = defineOperation({
  name: 'listSessions',
  method: 'GET',
  path: '/sessions',
  summary: 'Lists the sessions of all workspaces by page, filtered and sorted.',
  query: ListSessionsQuery,
  responses: { 200: SessionPage },
  fieldErrors: { cursor: 'invalid_cursor' },
  errors: ['invalid_cursor'],
  scope: 'read',
  tag: 'session_list',
  isSeed: false,
});

/** The cursor's values are strings here: a malformed one has its own code. */
export const WatchSessionsQuery = Type.Object({
  after: Type.Optional(
    Type.String({
      description: 'Tell what changed after this `indexSeq`; default from now. `Last-Event-ID` wins.',
    }),
  ),
  epoch: Type.Optional(
    Type.String({ description: 'The event epoch of the cursor, where no header can be sent.' }),
  ),
  snapshot: Type.Optional(
    Type.String({
      description:
        '`1` sends the first page of the list first, unless a cursor is given that can be gone on from.',
    }),
  ),
  limit: ListSessionsQuery.properties.limit,
  ...sessionFilters,
  sort: ListSessionsQuery.properties.sort,
});
export type WatchSessionsQuery = Static<typeof WatchSessionsQuery>;

export const watchSessions = defineOperation({
  name: 'watchSessions',
  method: 'GET',
  path: '/sessions/events',
  summary:
    'Streams the changes of the session index: each with the whole row, only the latest of each session where a reader is behind. Filters narrow the snapshot; changes come of every session.',
  query: WatchSessionsQuery,
  responses: { 200: 'stream' },
  fieldErrors: { after: 'invalid_cursor' },
  errors: ['invalid_cursor', 'subscriber_limit_exceeded', 'not_acceptable'],
  scope: 'read',
  tag: 'session_index_events',
  isSeed: false,
});
