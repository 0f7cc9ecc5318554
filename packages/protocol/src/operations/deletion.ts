import { type Static, Type } from 'typebox';
import { SessionIdText } from '../model/primitives.ts';
import { defineOperation } from './define-operation.ts';

/** Sessions to work on at once. */
export const SessionBatchBody = Type.Object({
  sessionIds: Type.Array(Type.String(), {
    maxItems: 100,
    description: 'At most 100; repeated ones count once.',
  }),
});
export type SessionBatchBody = Static<typeof SessionBatchBody>;

const failures = {
  notFound: Type.Array(Type.String()),
  errors: Type.Array(
    Type.Object({
      sessionId: Type.String(),
      error: Type.String(),
      code: Type.Optional(Type.String({ description: 'By the table of errors.' })),
    }),
  ),
};

export const DeletedSessions = Type.Object({ removed: Type.Array(SessionIdText), ...failures });
export type DeletedSessions = Static<typeof DeletedSessions>;

export const ArchivedSessions = Type.Object({
  archived: Type.Array(SessionIdText),
  alreadyArchived: Type.Array(SessionIdText),
  ...failures,
});
export type ArchivedSessions = Static<typeof ArchivedSessions>;

export const UnarchivedSessions = Type.Object({
  unarchived: Type.Array(SessionIdText),
  alreadyActive: Type.Array(SessionIdText),
  ...failures,
});
export type UnarchivedSessions = Static<typeof UnarchivedSessions>;

export const deleteSessions = defineOperation({
  name: 'deleteSessions',
  method: 'POST',
  path: '/sessions/delete',
  summary:
    'Purges sessions with their history, live ones after closing them; children are detached. A fault of one leaves the others alone.',
  body: SessionBatchBody,
  responses: { 200: DeletedSessions },
  errors: [],
  scope: 'write',
  tag: 'session_archive',
  isSeed: true,
});

export const archiveSessions = defineOperation({
  name: 'archiveSessions',
  method: 'POST',
  path: '/sessions/archive',
  summary:
    'Closes sessions and takes them out of the lists; their history stays readable, and a load brings them back.',
  body: SessionBatchBody,
  responses: { 200: ArchivedSessions },
  errors: [],
  scope: 'write',
  tag: 'session_archive',
  isSeed: true,
});

export const unarchiveSessions = defineOperation({
  name: 'unarchiveSessions',
  method: 'POST',
  path: '/sessions/unarchive',
  summary: 'Puts archived sessions back into the lists, closed as they are.',
  body: SessionBatchBody,
  responses: { 200: UnarchivedSessions },
  errors: [],
  scope: 'write',
  tag: 'session_archive',
  isSeed: true,
});
