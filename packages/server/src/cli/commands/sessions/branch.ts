import { DaemonError } from '@holdfast/protocol';
import type { Session } from '@holdfast/sdk';
import { type ExitCode, exitCodes } from '../../exit-code.ts';
import { nameCheckpoint } from '../../name-checkpoint.ts';
import { nameSession } from '../../name-session.ts';
import { onDaemon } from '../../on-daemon.ts';
import { wholeNumber } from '../../option-values.ts';
import type { CommandArguments } from '../../parse-arguments.ts';
import { oneLine } from '../../run/answer-view.ts';

/** Makes a session of its own out of the past of another. */
export async function branchSession(args: CommandArguments): Promise<ExitCode> {
  const { texts, switches, positionals } = args;
  const [word = ''] = positionals;
  const points = ['at-prompt', 'at-event', 'checkpoint'].filter((flag) => texts[flag] !== undefined);
  if (points.length > 1) {
    const given = points.map((flag) => `--${flag}`).join(' and ');
    throw new DaemonError('invalid_option', `${given} name two points to branch at: leave one out`);
  }
  const atEvent = texts['at-event'];
  const bounds = { minimum: 1, maximum: Number.MAX_SAFE_INTEGER };
  const atEventId =
    atEvent === undefined ? undefined : wholeNumber({ flag: 'at-event', text: atEvent }, bounds);
  return onDaemon(args, async (client, signal) => {
    const source = client.session(await nameSession(client, word, signal));
    const branch = await branchOf(source, { args, atEventId, signal });
    const { created, sessionId } = branch;
    process.stdout.write(switches['json'] ? `${JSON.stringify(created)}\n` : branchText(sessionId, created));
    return exitCodes.ok;
  });
}

interface Wish {
  readonly args: CommandArguments;
  readonly atEventId: number | undefined;
  readonly signal: AbortSignal;
}

async function branchOf(source: Session, { args, atEventId, signal }: Wish): Promise<Session> {
  const { name, checkpoint } = args.texts;
  if (checkpoint !== undefined) {
    const checkpointId = await nameCheckpoint(source, checkpoint, signal);
    return source.checkpoints.branch(checkpointId, { name, signal });
  }
  const onBusy = args.switches['reject'] ? 'reject' : undefined;
  return source.branch({ name, atEventId, atPromptId: args.texts['at-prompt'], onBusy, signal });
}

function branchText(sessionId: string, created: Session['created']): string {
  const title =
    created !== undefined && 'displayName' in created ? `  ${oneLine(String(created.displayName))}` : '';
  const context =
    created !== undefined && 'context' in created ? `; the agent's context is ${created.context}` : '';
  return `${sessionId}${title}${context}\n`;
}
