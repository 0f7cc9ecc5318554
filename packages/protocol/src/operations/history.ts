import { type Static, Type } from 'typebox';
import { Envelope } from '../model/envelope.ts';
import { SessionIdText } from '../model/primitives.ts';
import { defineOperation } from './define-operation.ts';
import { sessionParams } from './parameters.ts';

/** Values are strings here: a malformed cursor has its own code, and unknown parameters are accepted. */
export const StreamEventsQuery = Type.Object({
  after: Type.Optional(
    Type.String({
      description: 'Event id to continue after; 0 from the earliest retained. `Last-Event-ID` wins.',
    }),
  ),
  epoch: Type.Optional(
    Type.String({ description: 'The event epoch of the cursor, where no header can be sent.' }),
  ),
  maxQueued: Type.Optional(
    Type.String({ description: 'Events to be behind before `slow_client_warning`; nothing is dropped.' }),
  ),
  snapshot: Type.Optional(Type.String({ description: '`1` sends `session_snapshot`.' })),
});
export type StreamEventsQuery = Static<typeof StreamEventsQuery>;

export const streamEvents = defineOperation({
  name: 'streamEvents',
  method: 'GET',
  path: '/session/:id/events',
  summary: 'Streams the events of a session: replay after the cursor, then live, without gap or repeat.',
  params: sessionParams,
  query: StreamEventsQuery,
  responses: { 200: 'stream' },
  fieldErrors: { after: 'invalid_cursor' },
  errors: ['session_not_found', 'subscriber_limit_exceeded', 'invalid_cursor', 'not_acceptable'],
  scope: 'read',
  tag: 'session_events',
  isSeed: true,
});

export const TranscriptQuery = Type.Object({
  limit: Type.Optional(Type.String({ description: 'Events a page.' })),
  cursor: Type.Optional(Type.String()),
  direction: Type.Optional(Type.Enum(['forward', 'backward'])),
});
export type TranscriptQuery = Static<typeof TranscriptQuery>;

export const TranscriptPage = Type.Object({
  v: Type.Literal(1),
  sessionId: SessionIdText,
  events: Type.Array(Envelope),
  hasMore: Type.Boolean(),
  nextCursor: Type.Optional(Type.String()),
});
export type TranscriptPage = Static<typeof TranscriptPage>;

export const getTranscript = defineOperation({
  name: 'getTranscript',
  method: 'GET',
  path: '/session/:id/transcript',
  summary: 'Returns the events of a session by page, from the journal.',
  params: sessionParams,
  query: TranscriptQuery,
  responses: { 200: TranscriptPage },
  fieldErrors: { cursor: 'invalid_cursor' },
  errors: ['session_not_found', 'invalid_cursor'],
  scope: 'read',
  tag: 'session_transcript',
  isSeed: true,
});
