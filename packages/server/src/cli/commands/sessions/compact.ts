import type { CompactionAccepted, CompactSessionBody, Envelope } from '@holdfast/protocol';
import { HoldfastError, isEvent, type Session } from '@holdfast/sdk';
import { type ExitCode, exitCodes } from '../../exit-code.ts';
import { nameSession } from '../../name-session.ts';
import { onDaemon } from '../../on-daemon.ts';
import type { CommandArguments } from '../../parse-arguments.ts';

type Wish = Omit<CompactSessionBody, 'strategy'> & {
  readonly strategy: CompactSessionBody['strategy'] | undefined;
};

/** Has the agent's context compacted, and waits for the outcome. */
export async function compactSession(args: CommandArguments): Promise<ExitCode> {
  const { texts, switches, positionals } = args;
  const [word = ''] = positionals;
  const wish: Wish = {
    strategy: (['command', 'handoff'] as const).find((strategy) => strategy === texts['strategy']),
    instructions: texts['instructions'],
    interrupt: switches['interrupt'],
  };
  return onDaemon(args, async (client, signal) => {
    const session = client.session(await nameSession(client, word, signal));
    const accepted = await accept(session, wish, signal);
    if (switches['no-wait']) {
      process.stdout.write(switches['json'] ? `${JSON.stringify(accepted)}\n` : acceptedText(accepted));
      return exitCodes.ok;
    }
    const outcome = await outcomeOf(session, accepted, signal);
    process.stdout.write(switches['json'] ? `${JSON.stringify(outcome)}\n` : `${outcomeText(outcome)}\n`);
    return outcome.state === 'completed' ? exitCodes.ok : codeOf(outcome);
  });
}

/** By the strategy that was named, else by the agent's own command where it has one. A closed session is brought back first. */
async function accept(session: Session, wish: Wish, signal: AbortSignal): Promise<CompactionAccepted> {
  if ((await session.describe({ signal })).state === 'closed') await session.load({ signal });
  try {
    return await session.compact({ ...wish, strategy: wish.strategy ?? 'command', signal });
  } catch (error) {
    const isAskedFor = wish.strategy !== undefined;
    if (isAskedFor || !(error instanceof HoldfastError) || error.code !== 'capability_missing') throw error;
    return session.compact({ ...wish, strategy: 'handoff', signal });
  }
}

/** How a compaction ended. */
export interface CompactionOutcome extends Pick<CompactionAccepted, 'promptId' | 'checkpointId'> {
  readonly state: 'completed' | 'failed' | 'cancelled';
  readonly context?: string;
  readonly tokensBefore?: number;
  readonly tokensAfter?: number;
  readonly error?: string;
}

async function outcomeOf(
  session: Session,
  accepted: CompactionAccepted,
  signal: AbortSignal,
): Promise<CompactionOutcome> {
  const { promptId, checkpointId } = accepted;
  process.stderr.write(accepted.state === 'queued' ? 'waiting for its turn\n' : '');
  const events: Envelope[] = [];
  try {
    for await (const event of session.follow(accepted, { signal })) events.push(event);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  // Interrupted: the agent need not go on for nobody. The session itself ends it in time, whatever becomes of us.
  if (signal.aborted) await session.abort({ promptId, signal: AbortSignal.timeout(5_000) });
  return { promptId, checkpointId, ...endOf(events) };
}

/** What the events of a compaction's turn came to. */
export function endOf(events: readonly Envelope[]): Omit<CompactionOutcome, 'promptId' | 'checkpointId'> {
  const last = events.at(-1);
  if (last !== undefined && isEvent(last, 'turn_error')) return { state: 'failed', error: last.data.message };
  for (const event of events) {
    if (isEvent(event, 'compaction_failed')) {
      const isCancelled =
        last !== undefined && isEvent(last, 'turn_complete') && last.data.stopReason === 'cancelled';
      return { state: isCancelled ? 'cancelled' : 'failed', error: event.data.error };
    }
    if (isEvent(event, 'compaction_completed')) {
      const { context, tokensBefore, tokensAfter } = event.data;
      return { state: 'completed', context, tokensBefore, tokensAfter };
    }
  }
  return { state: 'cancelled' };
}

const codeOf = ({ state }: CompactionOutcome) =>
  state === 'cancelled' ? exitCodes.cancelled : exitCodes.failed;

const acceptedText = ({ promptId, checkpointId }: CompactionAccepted) =>
  `accepted as prompt ${promptId}; the way back is checkpoint ${checkpointId}\n`;

/** The outcome as a person reads it. */
export function outcomeText({
  state,
  context,
  tokensBefore,
  tokensAfter,
  error,
  checkpointId,
}: CompactionOutcome): string {
  if (state === 'cancelled') return 'cancelled; the session goes on as it was';
  if (state === 'failed') return `failed: ${error ?? 'the agent gave no reason'}; the session stays usable`;
  const tokens =
    tokensBefore === undefined
      ? ''
      : `: ${tokensBefore} tokens before${tokensAfter === undefined ? '' : `, ${tokensAfter} after`}`;
  return `compacted${tokens}; the agent's context is ${context}; the way back is checkpoint ${checkpointId}`;
}
