import { type Static, Type } from 'typebox';
import { Envelope } from '../model/envelope.ts';
import { EpochMs, EventId, PromptIdText, SessionIdText } from '../model/primitives.ts';
import { RecordedTurn, TurnsGap } from '../model/recorded-turn.ts';
import { defineOperation } from './define-operation.ts';
import { sessionParams } from './parameters.ts';

/** `after` and `before` are strings here: a malformed cursor has its own code. */
export const ReadMessagesQuery = Type.Object({
  after: Type.Optional(
    Type.String({ description: 'Event id: entries that end after it, oldest first; 0 from the beginning.' }),
  ),
  before: Type.Optional(
    Type.String({ description: 'Event id: the newest entries that end before it. Excludes `after`.' }),
  ),
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 1_000,
      description: 'Entries a page; default 200. Fewer where they are long.',
    }),
  ),
  generation: Type.Optional(
    Type.String({
      pattern: '^(?:current|all|[1-9][0-9]{0,8})$',
      description: '`current` (default), `all`, or the number of one.',
    }),
  ),
  view: Type.Optional(
    Type.Enum(['turns', 'raw'], { description: 'A turn an entry (default), or the events as recorded.' }),
  ),
});
export type ReadMessagesQuery = Static<typeof ReadMessagesQuery>;

export const MessagePage = Type.Object({
  sessionId: SessionIdText,
  generation: Type.Union([Type.Integer({ minimum: 1 }), Type.Literal('all')]),
  view: Type.Enum(['turns', 'raw']),
  entries: Type.Optional(
    Type.Array(Type.Union([RecordedTurn, TurnsGap]), {
      description: 'With `view=turns`: in the order in which they ended, the running one last.',
    }),
  ),
  events: Type.Optional(Type.Array(Envelope, { description: 'With `view=raw`.' })),
  previousCursor: Type.Optional(
    Type.String({ description: '`before` of the older page; absent where there is none.' }),
  ),
  nextCursor: Type.Optional(
    Type.String({ description: '`after` of the newer page; absent where there is none now.' }),
  ),
  lastEventId: EventId,
});
export type MessagePage = Static<typeof MessagePage>;

export const readMessages = defineOperation({
  name: 'readMessages',
  method: 'GET',
  path: '/session/:id/messages',
  summary:
    'Returns what was said in a session by page, in turns or as recorded; the newest page without a cursor.',
  params: sessionParams,
  query: ReadMessagesQuery,
  responses: { 200: MessagePage },
  fieldErrors: { after: 'invalid_cursor', before: 'invalid_cursor' },
  errors: ['session_not_found', 'invalid_cursor', 'generation_not_found'],
  scope: 'read',
  tag: 'session_transcript',
  isSeed: false,
});

export const PreviewSessionsBody = Type.Object(
  {
    sessionIds: Type.Array(Type.String(), { maxItems: 64 }),
    limit: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 50, description: 'Messages a session; default 12.' }),
    ),
    maxChars: Type.Optional(
      Type.Integer({ minimum: 20, maximum: 2_000, description: 'UTF-16 units a message; default 240.' }),
    ),
  },
  { additionalProperties: false },
);
export type PreviewSessionsBody = Static<typeof PreviewSessionsBody>;

export const PreviewItem = Type.Object({ role: Type.Enum(['user', 'agent']), text: Type.String() });
export type PreviewItem = Static<typeof PreviewItem>;

export const SessionPreview = Type.Object({
  sessionId: Type.String({ description: 'As it was asked for.' }),
  status: Type.Enum(['ok', 'empty', 'missing', 'error']),
  items: Type.Array(PreviewItem, { description: 'The last messages, oldest first.' }),
  error: Type.Optional(Type.Object({ code: Type.String(), message: Type.String() })),
});
export type SessionPreview = Static<typeof SessionPreview>;

export const PreviewList = Type.Object({ previews: Type.Array(SessionPreview) });
export type PreviewList = Static<typeof PreviewList>;

export const previewSessions = defineOperation({
  name: 'previewSessions',
  method: 'POST',
  path: '/sessions/preview',
  summary: 'Returns the last messages of several sessions; a fault of one leaves the others alone.',
  body: PreviewSessionsBody,
  responses: { 200: PreviewList },
  errors: [],
  scope: 'read',
  tag: 'session_preview',
  isSeed: false,
});

export const ResolveSessionQuery = Type.Object({
  id: Type.Optional(Type.String()),
  alias: Type.Optional(Type.String()),
  label: Type.Optional(Type.String()),
  idPrefix: Type.Optional(Type.String({ minLength: 6, maxLength: 36 })),
  promptId: Type.Optional(Type.String()),
});
export type ResolveSessionQuery = Static<typeof ResolveSessionQuery>;

export const ResolvedSession = Type.Object({ sessionId: SessionIdText });
export type ResolvedSession = Static<typeof ResolvedSession>;

export const resolveSession = defineOperation({
  name: 'resolveSession',
  method: 'GET',
  path: '/sessions/resolve',
  summary: 'Finds the one session that an id, alias, label, prefix of an id or prompt names. Writes nothing.',
  query: ResolveSessionQuery,
  responses: { 200: ResolvedSession },
  errors: ['session_not_found', 'ambiguous'],
  scope: 'read',
  tag: 'session_resolve',
  isSeed: false,
});

export const SearchSessionsQuery = Type.Object({
  q: Type.String({
    minLength: 1,
    maxLength: 1_000,
    description:
      'Words that a turn must all contain; the last may be unfinished; "quoted" ones are a phrase.',
  }),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, description: 'Hits a page; default 20.' })),
  cursor: Type.Optional(Type.String({ description: '`nextCursor` of the page before.' })),
  cwd: Type.Optional(Type.String()),
  agent: Type.Optional(Type.String()),
  sessionId: Type.Optional(Type.String({ description: 'Only this session.' })),
  generation: Type.Optional(
    Type.Enum(['current', 'all'], { description: 'Default all: also what a reset put away.' }),
  ),
});
export type SearchSessionsQuery = Static<typeof SearchSessionsQuery>;

export const SearchMatch = Type.Object({
  role: Type.Enum(['user', 'agent']),
  text: Type.String({ description: 'The part of what was said around the words.' }),
  highlights: Type.Array(
    Type.Object({ start: Type.Integer({ minimum: 0 }), end: Type.Integer({ minimum: 0 }) }),
    { description: 'Where the words are in `text`, in UTF-16 units, `end` excluded.' },
  ),
});
export type SearchMatch = Static<typeof SearchMatch>;

export const SearchHit = Type.Object({
  sessionId: SessionIdText,
  title: Type.Optional(Type.String()),
  workspaceCwd: Type.String(),
  agent: Type.String(),
  promptId: PromptIdText,
  generation: Type.Integer({ minimum: 1 }),
  at: EpochMs,
  firstEventId: EventId,
  lastEventId: EventId,
  matches: Type.Array(SearchMatch),
});
export type SearchHit = Static<typeof SearchHit>;

export const SearchPage = Type.Object({
  hits: Type.Array(SearchHit, { description: 'Newest turns first.' }),
  nextCursor: Type.Optional(Type.String()),
  isComplete: Type.Boolean({ description: 'Whether every turn that has ended can be found.' }),
  pendingSessions: Type.Integer({ minimum: 0, description: 'Sessions of which turns are still to be read.' }),
});
export type SearchPage = Static<typeof SearchPage>;

export const searchSessions = defineOperation({
  name: 'searchSessions',
  method: 'GET',
  path: '/sessions/search',
  summary: 'Finds turns by the words of user and agent, newest first, over all sessions.',
  query: SearchSessionsQuery,
  responses: { 200: SearchPage },
  fieldErrors: { cursor: 'invalid_cursor' },
  errors: ['invalid_cursor'],
  scope: 'read',
  tag: 'session_search',
  isSeed: false,
});
