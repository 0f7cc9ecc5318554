import { type Static, Type } from 'typebox';
import { EventEpochText, EventId, SessionIdText } from '../model/primitives.ts';
import { SessionState } from '../model/session-row.ts';
import { defineOperation } from './define-operation.ts';
import { sessionParams } from './parameters.ts';

export const ExportFormat = Type.Enum(['jsonl', 'md', 'json']);
export type ExportFormat = Static<typeof ExportFormat>;

export const ExportSessionQuery = Type.Object({
  format: Type.Optional(
    Type.Enum(['jsonl', 'md', 'json'], {
      description:
        '`jsonl` (default): a line an event, what import takes; `md`: to be read; `json`: one document.',
    }),
  ),
});
export type ExportSessionQuery = Static<typeof ExportSessionQuery>;

export const exportSession = defineOperation({
  name: 'exportSession',
  method: 'GET',
  path: '/session/:id/export',
  summary: 'Streams the whole record of a session as a file. Secrets of its MCP servers are not in it.',
  params: sessionParams,
  query: ExportSessionQuery,
  responses: { 200: 'download' },
  errors: ['session_not_found'],
  scope: 'read',
  tag: 'session_export',
  isSeed: false,
});

export const ImportSessionQuery = Type.Object({
  cwd: Type.Optional(
    Type.String({
      maxLength: 4_096,
      description: 'Where the session is to live; default where it lived, which must be in a workspace here.',
    }),
  ),
});
export type ImportSessionQuery = Static<typeof ImportSessionQuery>;

export const ImportedSession = Type.Object({
  sessionId: SessionIdText,
  workspaceCwd: Type.String(),
  agent: Type.String(),
  state: SessionState,
  events: Type.Integer({ minimum: 0, description: 'Events taken over.' }),
  lastEventId: EventId,
  eventEpoch: EventEpochText,
  importedFrom: Type.Object({ sessionId: SessionIdText, exportedAt: Type.Number() }),
});
export type ImportedSession = Static<typeof ImportedSession>;

export const importSession = defineOperation({
  name: 'importSession',
  method: 'POST',
  path: '/sessions/import',
  summary:
    'Makes a new session of an exported one (`application/x-ndjson`, read as it arrives); load or branch it to go on.',
  query: ImportSessionQuery,
  upload: 'jsonl',
  responses: { 201: ImportedSession },
  errors: ['invalid_import', 'invalid_cwd', 'workspace_mismatch', 'unsupported_media_type', 'body_too_large'],
  scope: 'write',
  tag: 'session_export',
  isSeed: false,
  idempotency: 'refuse',
});
