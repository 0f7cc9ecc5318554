import { type Static, Type } from 'typebox';
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
