import { DaemonError } from '@holdfast/protocol';
import { type HoldfastClient, HoldfastError } from '@holdfast/sdk';
import { CommandFailure } from './command-failure.ts';
import { oneLine } from './run/answer-view.ts';

/** A session that a word may mean. */
export interface Candidate {
  readonly sessionId: string;
  readonly title?: string;
}

/** Candidates that are named when a word means several. */
const shownCandidates = 10;
/** Pages of titles that contain a word before the search for one that begins with it ends. */
const maxPages = 20;

/** The id of the session a person names: by id, alias, the beginning of an id, or a title or its beginning.
 * @throws invalid_option for an empty word; CommandFailure when none or several are meant */
export async function nameSession(
  client: HoldfastClient,
  word: string,
  signal?: AbortSignal,
): Promise<string> {
  // Every title begins with nothing: an unset variable in a script must not name a session.
  if (word.trim() === '')
    throw new DaemonError(
      'invalid_option',
      'an empty word names no session: give an id, an alias or a title',
    );
  const isId = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(word);
  const byName = await resolved(client, isId ? { id: word } : { alias: word }, signal);
  if (byName !== undefined) return byName;
  const isPrefix = !isId && /^[0-9a-f][0-9a-f-]{5,35}$/i.test(word);
  const byPrefix = isPrefix ? await resolved(client, { idPrefix: word }, signal) : undefined;
  if (byPrefix !== undefined) return byPrefix;
  return isId ? onlyOne(word, []) : onlyOne(word, await titled(client, word, signal));
}

/** The ids of sessions a person names, each once. @throws CommandFailure for the first word that names none or several */
export async function nameSessions(
  client: HoldfastClient,
  words: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const sessionIds = new Set<string>();
  for (const word of words) sessionIds.add(await nameSession(client, word, signal));
  return [...sessionIds];
}

type Name = { readonly id: string } | { readonly alias: string } | { readonly idPrefix: string };

async function resolved(
  client: HoldfastClient,
  name: Name,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  try {
    return (await client.resolveSession(name, { signal })).sessionId;
  } catch (error) {
    if (error instanceof HoldfastError && error.code === 'session_not_found') return undefined;
    if (error instanceof HoldfastError && error.code === 'ambiguous') {
      return onlyOne(Object.values(name).join(''), candidatesOf(error.details['candidates']));
    }
    throw error;
  }
}

/** Those titled so, or else those whose titles begin so; archived ones too. */
async function titled(
  client: HoldfastClient,
  word: string,
  signal: AbortSignal | undefined,
): Promise<readonly Candidate[]> {
  const found: Candidate[] = [];
  for (const archived of [false, true]) {
    let pages = 0;
    for await (const { sessions } of client.sessionPages({ q: word, archived, limit: 200 }, { signal })) {
      found.push(...sessions.map(({ sessionId, title }) => ({ sessionId, title })));
      pages += 1;
      if (pages >= maxPages) break;
    }
  }
  return matching(word, found);
}

/** The candidates whose title is the word, or else begins with it, whatever its case. */
export function matching(word: string, candidates: readonly Candidate[]): readonly Candidate[] {
  const wanted = word.toLowerCase();
  const titleOf = ({ title = '' }: Candidate) => title.toLowerCase();
  const exact = candidates.filter((candidate) => titleOf(candidate) === wanted);
  return exact.length > 0 ? exact : candidates.filter((candidate) => titleOf(candidate).startsWith(wanted));
}

/** The one candidate. @throws CommandFailure naming them when there are several */
export function onlyOne(word: string, candidates: readonly Candidate[]): string {
  const [only, ...others] = candidates;
  if (only === undefined) {
    throw new CommandFailure(
      `no session is named ${JSON.stringify(word)}`,
      'give an id, its first 6 characters, an alias or the beginning of a title; holdfast sessions list shows them',
    );
  }
  if (others.length === 0) return only.sessionId;
  const shown = candidates.slice(0, shownCandidates);
  const lines = shown.map(({ sessionId, title }) => `  ${sessionId}  ${oneLine(title ?? '')}`.trimEnd());
  const more = candidates.length > shown.length ? [`  and ${candidates.length - shown.length} more`] : [];
  throw new CommandFailure(
    [`${JSON.stringify(word)} means ${candidates.length} sessions:`, ...lines, ...more].join('\n'),
    'give the id of one',
  );
}

function candidatesOf(details: unknown): readonly Candidate[] {
  if (!Array.isArray(details)) return [];
  return details.flatMap((each: unknown) => {
    if (typeof each !== 'object' || each === null || !('sessionId' in each)) return [];
    const title = 'title' in each && typeof each.title === 'string' ? each.title : undefined;
    return typeof each.sessionId === 'string' ? [{ sessionId: each.sessionId, title }] : [];
  });
}
