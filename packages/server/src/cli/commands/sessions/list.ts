import { systemClock } from '@holdfast/bridge';
import type { ListSessionsQuery, SessionPage } from '@holdfast/protocol';
import type { HoldfastClient } from '@holdfast/sdk';
import { type ExitCode, exitCodes } from '../../exit-code.ts';
import { nameSession } from '../../name-session.ts';
import { onDaemon } from '../../on-daemon.ts';
import { wholeNumber } from '../../option-values.ts';
import type { CommandArguments } from '../../parse-arguments.ts';
import { progressLine } from '../../progress-line.ts';
import { listQuery } from '../../sessions/list-query.ts';
import { sessionTable } from '../../sessions/session-table.ts';
import { stdoutSurroundings } from '../../sessions/stdout-surroundings.ts';

/** Rows the daemon gives at a time. */
const pageRows = 200;

/** Lists sessions of the running daemon. @throws invalid_option; CommandFailure when none runs */
export async function listSessions(args: CommandArguments): Promise<ExitCode> {
  const { texts, switches } = args;
  const filters = listQuery(args, systemClock.now());
  const bounds = { minimum: 1, maximum: Number.MAX_SAFE_INTEGER };
  const asked = wholeNumber({ flag: 'limit', text: texts['limit'] ?? '50' }, bounds);
  const limit = switches['all'] ? Number.MAX_SAFE_INTEGER : asked;
  return onDaemon(args, async (client, signal) => {
    const parent =
      filters.parent === undefined ? undefined : await nameSession(client, filters.parent, signal);
    const page = await firstRows(client, { ...filters, parent }, { limit, signal });
    if (switches['json']) process.stdout.write(`${JSON.stringify(page)}\n`);
    else tell(page, limit, args);
    return exitCodes.ok;
  });
}

function tell(
  { sessions, nextCursor, total }: SessionPage,
  limit: number,
  { texts, switches }: CommandArguments,
) {
  const isFiltered = Object.keys(texts).some((flag) => flag !== 'url' && flag !== 'limit' && flag !== 'sort');
  if (sessions.length === 0) {
    const none = isFiltered || switches['archived'] ? 'no session is like that' : 'no sessions yet';
    process.stdout.write(`${none}\n`);
    return;
  }
  process.stdout.write(sessionTable(sessions, stdoutSurroundings()));
  if (nextCursor === undefined || sessions.length < limit) return;
  const of = isFiltered
    ? `${sessions.length} sessions, and there are more`
    : `${sessions.length} of ${total} sessions`;
  process.stderr.write(`${of}; --limit N or --all shows more\n`);
}

/** As many rows as are wanted, page after page: one may be short although there are more. */
async function firstRows(
  client: HoldfastClient,
  query: ListSessionsQuery,
  { limit, signal }: { readonly limit: number; readonly signal: AbortSignal },
): Promise<SessionPage> {
  const progress = progressLine(process.stderr);
  const sessions: SessionPage['sessions'] = [];
  let { cursor } = query;
  try {
    for (;;) {
      const want = Math.min(pageRows, limit - sessions.length);
      const page = await client.listSessions({ ...query, cursor, limit: want }, { signal });
      sessions.push(...page.sessions);
      cursor = page.nextCursor;
      if (cursor === undefined || sessions.length >= limit) return { ...page, sessions };
      progress.onProgress({ done: sessions.length, total: Math.min(limit, page.total), unit: 'sessions' });
    }
  } finally {
    progress.clear();
  }
}
