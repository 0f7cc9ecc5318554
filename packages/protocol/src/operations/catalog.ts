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

const epochMs = Type.Optional(Type.Number({ description: 'Epoch milliseconds.' }));

export const ListSessionsQuery = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, description: 'Rows a page; default 50.' })),
  cursor: Type.Optional(Type.String({ description: '`nextCursor` of the page before.' })),
  cwd: Type.Optional(Type.String()),
  agent: Type.Optional(Type.String()),
  state: Type.Optional(SessionState),
  active: Type.Optional(Type.Boolean({ description: 'Whether a prompt runs.' })),
  parent: Type.Optional(Type.String()),
  label: Type.Optional(Type.String()),
  archived: Type.Optional(Type.Boolean({ description: 'Default false.' })),
  createdAfter: epochMs,
  updatedAfter: epochMs,
  q: Type.Optional(Type.String({ description: 'Part of the title.' })),
  sort: Type.Optional(Type.Enum(['activity', 'created', 'title'], { description: 'Default activity.' })),
  include: Type.Optional(Type.String({ description: 'Comma-separated: title, preview.' })),
});
export type ListSessionsQuery = Static<typeof ListSessionsQuery>;

export const SessionPage = Type.Object({
  sessions: Type.Array(SessionRow),
  nextCursor: Type.Optional(Type.String()),
  total: Type.Integer({ minimum: 0 }),
  indexSeq: Type.Integer({ minimum: 0, description: 'The state of the index this page was read at.' }),
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
  errors: ['invalid_cursor', 'capability_missing'],
  scope: 'read',
  tag: 'session_list',
  isSeed: false,
});
