import { type Static, type TSchema, Type } from 'typebox';
import { SessionIdText } from '../model/primitives.ts';
import { SessionRow } from '../model/session-row.ts';

const IndexSeq = Type.Integer({ minimum: 0, description: 'Number of a change of the index; the cursor.' });

/** What a row shows of one session; null: the field was cleared, or is not there. */
export const SessionPatch = Type.Object(
  Object.fromEntries(
    Object.entries(SessionRow.properties)
      .filter(([name]) => name !== 'lastSeenAt')
      .map(([name, schema]: [string, TSchema]) => [
        name,
        SessionRow.required.some((required) => required === name)
          ? schema
          : Type.Union([schema, Type.Null()]),
      ]),
  ),
);

/** What the stream of the session index tells: the schema of `data` by type. */
export const indexEvents = {
  snapshot: Type.Object(
    {
      sessions: Type.Array(SessionRow),
      nextCursor: Type.Optional(Type.String({ description: 'Of `GET /sessions` with the same filters.' })),
      total: Type.Integer({ minimum: 0 }),
      indexSeq: IndexSeq,
    },
    { description: 'The first page of the list, with `?snapshot=1` only; changes after it follow.' },
  ),
  session_changed: Type.Object(
    {
      sessionId: SessionIdText,
      revision: Type.Integer({ minimum: 0 }),
      patch: SessionPatch,
    },
    {
      description:
        'The whole row as it is now, new sessions included; null where a field is not there. Of several changes a slow reader gets the last.',
    },
  ),
  session_removed: Type.Object(
    { sessionId: SessionIdText },
    { description: 'The session was erased; told for seven days.' },
  ),
  reset: Type.Object(
    {
      reason: Type.Enum(['epoch_changed', 'cursor_unknown', 'cursor_expired'], {
        description:
          '`epoch_changed`: another journal was put in place; `cursor_unknown`: no change had that number; `cursor_expired`: not everything since can be told any more.',
      }),
      indexSeq: IndexSeq,
    },
    {
      description:
        'Forget what you know and list anew: a snapshot follows if it was asked for, then changes.',
    },
  ),
  stream_error: Type.Object(
    { error: Type.String() },
    { description: 'The index could not be read; the stream ends, reconnect with the last id.' },
  ),
} as const satisfies Record<string, TSchema>;

export type IndexEventType = keyof typeof indexEvents;

/** The `data` of one type of event of the index. */
export type IndexEventData<T extends IndexEventType> = T extends 'session_changed'
  ? { sessionId: string; revision: number; patch: SessionPatch }
  : Static<(typeof indexEvents)[T]>;

/** A row of which each field that may be absent is null then. */
export type SessionPatch = {
  readonly [Name in Exclude<keyof SessionRow, 'lastSeenAt'>]-?: undefined extends SessionRow[Name]
    ? Exclude<SessionRow[Name], undefined> | null
    : SessionRow[Name];
};
