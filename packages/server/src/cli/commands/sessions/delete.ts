import type { CloseSessionQuery } from '@holdfast/protocol';
import { type HoldfastClient, HoldfastError } from '@holdfast/sdk';
import { confirm } from '../../confirm.ts';
import { counted } from '../../counted.ts';
import { type ExitCode, exitCodes } from '../../exit-code.ts';
import { nameSessions } from '../../name-session.ts';
import { onDaemon } from '../../on-daemon.ts';
import { paintFor } from '../../paint.ts';
import type { CommandArguments } from '../../parse-arguments.ts';
import { type BatchError, batchText, inParts, isWhole } from '../../sessions/batch-outcome.ts';
import { sessionTable } from '../../sessions/session-table.ts';
import { stdoutSurroundings } from '../../sessions/stdout-surroundings.ts';

/** Erases sessions with their history, once the person is sure. */
export async function deleteSessions(args: CommandArguments): Promise<ExitCode> {
  const { texts, switches, positionals } = args;
  const isYes = switches['yes'] === true;
  return onDaemon(args, async (client, signal) => {
    const sessionIds = await nameSessions(client, positionals, signal);
    if (!isYes) await showDoomed(client, sessionIds, signal);
    const whose = sessionIds.length === 1 ? 'its' : 'their';
    const question = `Erase ${counted(sessionIds.length, 'session')} with ${whose} history for good?`;
    if (!(await confirm({ question, isYes, signal }))) {
      process.stderr.write('nothing was deleted\n');
      return exitCodes.failed;
    }
    const children = childrenOf(texts['children']);
    const outcome =
      children === undefined
        ? await eraseAll(client, sessionIds, signal)
        : await eraseEach(client, sessionIds, { children, signal });
    process.stdout.write(
      switches['json'] ? `${JSON.stringify(outcome)}\n` : batchText([['deleted', outcome.removed]], outcome),
    );
    return isWhole(outcome) ? exitCodes.ok : exitCodes.failed;
  });
}

type Children = NonNullable<CloseSessionQuery['children']>;

const childrenOf = (text: string | undefined): Children | undefined =>
  (['refuse', 'detach', 'delete'] as const).find((word) => word === text);

async function showDoomed(
  client: HoldfastClient,
  sessionIds: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const rows = await Promise.all(sessionIds.map((id) => client.describeSession(id, { signal })));
  const surroundings = {
    ...stdoutSurroundings(),
    width: process.stderr.columns,
    paint: paintFor(process.stderr),
  };
  process.stderr.write(sessionTable(rows, surroundings));
}

async function eraseAll(client: HoldfastClient, sessionIds: readonly string[], signal: AbortSignal) {
  const parts = await inParts(sessionIds, (part) => client.deleteSessions(part, { signal }));
  return {
    removed: parts.flatMap(({ removed }) => removed),
    notFound: parts.flatMap(({ notFound }) => notFound),
    errors: parts.flatMap(({ errors }) => errors),
  };
}

/** One by one: the daemon takes the rule for children with a single session only. */
async function eraseEach(
  client: HoldfastClient,
  sessionIds: readonly string[],
  { children, signal }: { readonly children: Children; readonly signal: AbortSignal },
) {
  const removed: string[] = [];
  const errors: BatchError[] = [];
  for (const sessionId of sessionIds) {
    try {
      await client.session(sessionId).close({ transcript: 'purge', children, signal });
      removed.push(sessionId);
    } catch (error) {
      if (!(error instanceof HoldfastError)) throw error;
      errors.push({ sessionId, error: error.message, code: error.code });
    }
  }
  return { removed, notFound: [], errors };
}
