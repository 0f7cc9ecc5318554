import { type Static, Type } from 'typebox';
import { PromptContent } from '../model/content.ts';
import { CreatedSession } from '../model/created-session.ts';
import { Alias, Labels } from '../model/editable-metadata.ts';
import { DisplayName, EpochMs, JsonObject, SessionIdText } from '../model/primitives.ts';
import { defineOperation } from './define-operation.ts';
import { emptyBody, sessionParams } from './parameters.ts';

export const CreateSessionBody = Type.Object({
  cwd: Type.Optional(
    Type.String({
      maxLength: 4096,
      description: 'Absolute path inside a workspace; default the first workspace.',
    }),
  ),
  agent: Type.Optional(Type.String({ description: 'Default: the default agent.' })),
  sessionId: Type.Optional(
    Type.String({
      pattern: '^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$',
      description: "The client's own UUID; answered in lower case.",
    }),
  ),
  sessionScope: Type.Optional(
    Type.Enum(['single', 'thread'], {
      description:
        '`single` attaches to the session of (cwd, agent) where there is one; `thread` makes a new one.',
    }),
  ),
  modelId: Type.Optional(Type.String()),
  modelServiceId: Type.Optional(Type.String({ description: 'Alias of modelId.' })),
  modeId: Type.Optional(Type.String()),
  approvalMode: Type.Optional(Type.String({ description: 'Alias of modeId.' })),
  displayName: Type.Optional(DisplayName),
  labels: Type.Optional(Labels),
  alias: Type.Optional(Alias),
  parentSessionId: Type.Optional(SessionIdText),
  prompt: Type.Optional(PromptContent),
  mcpServers: Type.Optional(Type.Array(JsonObject)),
});
export type CreateSessionBody = Static<typeof CreateSessionBody>;

export const createSession = defineOperation({
  name: 'createSession',
  method: 'POST',
  path: '/session',
  summary:
    'Creates a session, or attaches to the one of the same working directory and agent, which keeps its name, alias and labels.',
  body: CreateSessionBody,
  responses: { 200: CreatedSession },
  fieldErrors: {
    sessionId: 'invalid_session_id',
    sessionScope: 'invalid_session_scope',
    displayName: 'invalid_metadata',
    labels: 'invalid_metadata',
    alias: 'invalid_metadata',
    prompt: 'invalid_prompt',
  },
  errors: [
    'invalid_session_scope',
    'invalid_session_id',
    'invalid_cwd',
    'invalid_metadata',
    'invalid_prompt',
    'invalid_client_id',
    'workspace_mismatch',
    'agent_not_found',
    'session_exists',
    'session_not_found',
    'alias_taken',
    'agent_auth_required',
    'agent_start_failed',
    'agent_exited',
    'agent_error',
    'session_limit_exceeded',
    'init_timeout',
    'capability_missing',
  ],
  scope: 'write',
  tag: 'session_create',
  isSeed: true,
  idempotency: 'join',
});

export const Heartbeat = Type.Object({
  sessionId: SessionIdText,
  clientId: Type.Optional(Type.String()),
  lastSeenAt: EpochMs,
});
export type Heartbeat = Static<typeof Heartbeat>;

export const heartbeat = defineOperation({
  name: 'heartbeat',
  method: 'POST',
  path: '/session/:id/heartbeat',
  summary: 'Keeps an idle session from being closed.',
  params: sessionParams,
  body: emptyBody,
  responses: { 200: Heartbeat },
  errors: ['session_not_found', 'invalid_client_id'],
  scope: 'write',
  tag: 'client_heartbeat',
  isSeed: true,
});

export const detach = defineOperation({
  name: 'detach',
  method: 'POST',
  path: '/session/:id/detach',
  summary: 'Gives up one registration of the caller; the last one closes a session nobody watches.',
  params: sessionParams,
  body: emptyBody,
  responses: { 204: null },
  errors: [],
  scope: 'write',
  tag: 'client_identity',
  isSeed: true,
});

export const UpdateMetadataBody = Type.Object({
  displayName: Type.Optional(
    Type.Union([DisplayName, Type.Null()], { description: '`""` or null clears; absent leaves as it is.' }),
  ),
});
export type UpdateMetadataBody = Static<typeof UpdateMetadataBody>;

export const SessionMetadata = Type.Object({
  sessionId: SessionIdText,
  displayName: Type.Optional(Type.String({ description: 'Absent: none is set.' })),
});
export type SessionMetadata = Static<typeof SessionMetadata>;

export const updateMetadata = defineOperation({
  name: 'updateMetadata',
  method: 'PATCH',
  path: '/session/:id/metadata',
  summary: 'Sets or clears the display name, of a closed session too.',
  params: sessionParams,
  body: UpdateMetadataBody,
  responses: { 200: SessionMetadata },
  fieldErrors: { displayName: 'invalid_metadata' },
  errors: ['session_not_found', 'invalid_client_id', 'invalid_metadata'],
  scope: 'write',
  tag: 'session_metadata',
  isSeed: true,
});

export const CloseSessionQuery = Type.Object({
  transcript: Type.Optional(Type.Enum(['keep', 'archive', 'purge'], { description: 'Default keep.' })),
  children: Type.Optional(
    Type.Enum(['refuse', 'detach', 'delete'], { description: 'With purge; default detach.' }),
  ),
});
export type CloseSessionQuery = Static<typeof CloseSessionQuery>;

export const closeSession = defineOperation({
  name: 'closeSession',
  method: 'DELETE',
  path: '/session/:id',
  summary:
    'Closes a session: its turns end as cancelled, its history stays loadable; `archive` takes it out of the lists too, `purge` erases it.',
  params: sessionParams,
  query: CloseSessionQuery,
  responses: { 204: null },
  errors: ['session_not_found', 'invalid_client_id', 'session_has_children', 'session_protected'],
  scope: 'write',
  tag: 'session_close',
  isSeed: true,
});
