import { type ExitCode, exitCodes } from '../../exit-code.ts';
import { nameSession } from '../../name-session.ts';
import { onDaemon } from '../../on-daemon.ts';
import { wholeNumber } from '../../option-values.ts';
import { paintFor } from '../../paint.ts';
import type { CommandArguments } from '../../parse-arguments.ts';
import { directoryOf } from '../../sessions/list-query.ts';
import { searchNotes, searchText } from '../../sessions/search-text.ts';

/** Finds turns by their words, in all sessions or one. */
export async function searchSessions(args: CommandArguments): Promise<ExitCode> {
  const { texts, switches, positionals } = args;
  const { agent, cwd, cursor, session, url } = texts;
  const limit = wholeNumber({ flag: 'limit', text: texts['limit'] ?? '20' }, { minimum: 1, maximum: 100 });
  return onDaemon(args, async (client, signal) => {
    const page = await client.searchSessions(
      {
        q: positionals.join(' '),
        sessionId: session === undefined ? undefined : await nameSession(client, session, signal),
        cwd: cwd === undefined ? undefined : directoryOf(cwd, url),
        generation: switches['current'] ? 'current' : undefined,
        agent,
        cursor,
        limit,
      },
      { signal },
    );
    process.stdout.write(
      switches['json'] ? `${JSON.stringify(page)}\n` : searchText(page, paintFor(process.stdout)),
    );
    if (!switches['json']) process.stderr.write(searchNotes(page));
    return exitCodes.ok;
  });
}
