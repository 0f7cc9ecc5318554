import { type Static, Type } from 'typebox';
import { EventEpochText, EventId, PromptIdText, SessionIdText } from './primitives.ts';

const nullableText = Type.Union([Type.String(), Type.Null()]);

/** Version of the format of exported sessions; a reader refuses a newer one. */
export const sessionFileVersion = 1;

const FileBasis = Type.Union([
  Type.Object({ kind: Type.Literal('nothing') }),
  Type.Object({ kind: Type.Literal('history'), generation: Type.Integer(), upToEventId: EventId }),
  Type.Object({
    kind: Type.Literal('summary'),
    promptId: PromptIdText,
    afterEventId: EventId,
    upToEventId: EventId,
  }),
]);

/** The first line of an exported session: what it is, and what its events do not tell. */
export const SessionFileHeader = Type.Object({
  holdfast: Type.Literal('session'),
  version: Type.Integer({ minimum: 1 }),
  exportId: Type.String({ minLength: 1, maxLength: 64 }),
  exportedAt: Type.Number(),
  sessionId: SessionIdText,
  eventEpoch: EventEpochText,
  agent: Type.String({ minLength: 1, maxLength: 256 }),
  cwd: Type.String({ minLength: 1, maxLength: 4_096 }),
  createdAt: Type.Number(),
  displayName: Type.Union([Type.String({ maxLength: 256 }), Type.Null()]),
  title: Type.Optional(Type.String()),
  labels: Type.Array(Type.String({ maxLength: 256 }), { maxItems: 256 }),
  notes: nullableText,
  firstPrompt: nullableText,
  turnCount: Type.Integer({ minimum: 0 }),
  generations: Type.Array(
    Type.Object({
      generation: Type.Integer({ minimum: 1 }),
      afterEventId: EventId,
      reason: Type.Enum(['first', 'new', 'reset', 'restore', 'compact']),
      basis: FileBasis,
    }),
    { maxItems: 1_000 },
  ),
  lastEventId: EventId,
});
export type SessionFileHeader = Static<typeof SessionFileHeader>;

/** The last line: how many events there are, and the sum of all lines before. */
export const SessionFileEnd = Type.Object({
  holdfast: Type.Literal('end'),
  events: Type.Integer({ minimum: 0 }),
  sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
});
export type SessionFileEnd = Static<typeof SessionFileEnd>;
