import {
  DaemonError,
  parseSessionId,
  promptIdOf,
  type ResolvedSession,
  type ResolveSessionQuery,
  type SessionId,
} from '@holdfast/protocol';
import type { Core } from '../core.ts';

/** Candidates that are named; one more is looked for, so that "and others" can be told. */
const maxCandidates = 10;
const names = ['id', 'alias', 'label', 'idPrefix', 'promptId'] as const;
type Name = (typeof names)[number];

/**
 * The one session that a name means. Only reads.
 * @throws invalid_request unless exactly one name is given; session_not_found, ambiguous
 */
export async function resolveSession(core: Core, query: ResolveSessionQuery): Promise<ResolvedSession> {
  const given = names.filter((name) => query[name] !== undefined);
  const [name] = given;
  if (name === undefined || given.length > 1) {
    throw new DaemonError(
      'invalid_request',
      `give exactly one of ${names.join(', ')}; got ${given.length === 0 ? 'none' : given.join(' and ')}`,
    );
  }
  const text = query[name] ?? '';
  const found = await sessionsNamed(core, name, text);
  const [sessionId] = found;
  if (sessionId === undefined) {
    throw new DaemonError('session_not_found', `no session has the ${name} ${JSON.stringify(text)}`, {
      [name]: text,
    });
  }
  if (found.length > 1) throw await ambiguous(core, { name, text, found });
  return { sessionId };
}

/** At most one more than are named in a refusal. */
async function sessionsNamed(
  { index, journal }: Core,
  name: Name,
  text: string,
): Promise<readonly SessionId[]> {
  const limit = maxCandidates + 1;
  switch (name) {
    case 'id': {
      const sessionId = parseSessionId(text);
      const row = sessionId === undefined ? undefined : await index.find(sessionId);
      return row === undefined ? [] : [row.sessionId];
    }
    case 'idPrefix':
      return await index.findByIdPrefix(text.toLowerCase(), limit);
    case 'alias': {
      const sessionId = await index.findByAlias(text);
      return sessionId === undefined ? [] : [sessionId];
    }
    case 'label':
      return await index.findByLabel(text, limit);
    case 'promptId': {
      const record = await journal.findPrompt(promptIdOf(text));
      return record === undefined ? [] : [record.sessionId];
    }
    default:
      return name satisfies never;
  }
}

interface Found {
  readonly name: Name;
  readonly text: string;
  readonly found: readonly SessionId[];
}

async function ambiguous({ index }: Core, { name, text, found }: Found): Promise<DaemonError> {
  const named = found.slice(0, maxCandidates);
  const candidates = await Promise.all(
    named.map(async (sessionId) => {
      const row = await index.find(sessionId);
      const title = row?.displayName ?? row?.agentTitle ?? row?.firstPrompt;
      return { sessionId, title: title ?? undefined };
    }),
  );
  const others = found.length > named.length ? ' and others' : '';
  return new DaemonError(
    'ambiguous',
    `${name} ${JSON.stringify(text)} names ${named.length} sessions${others}: ${named.join(', ')}; give the id of one`,
    { candidates },
  );
}
