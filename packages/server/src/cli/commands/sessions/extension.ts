import { text as allOf } from 'node:stream/consumers';
import { DaemonError } from '@holdfast/protocol';
import type { Session } from '@holdfast/sdk';
import { type ExitCode, exitCodes } from '../../exit-code.ts';
import { nameSession } from '../../name-session.ts';
import { onDaemon } from '../../on-daemon.ts';
import { wholeNumber } from '../../option-values.ts';
import type { CommandArguments } from '../../parse-arguments.ts';

/** Shows what a program keeps with a session, or changes it. @throws invalid_option */
export async function editExtension(args: CommandArguments): Promise<ExitCode> {
  const { texts, switches, positionals } = args;
  const [word = '', namespace = ''] = positionals;
  const ifRevision = revisionOf(texts['if-revision']);
  const isRemoved = switches['remove'] === true;
  if (isRemoved && texts['set'] !== undefined)
    throw new DaemonError('invalid_option', '--set and --remove cannot be given together: leave one out');
  if (ifRevision !== undefined && !isRemoved && texts['set'] === undefined)
    throw new DaemonError(
      'invalid_option',
      '--if-revision goes with --set or --remove: add one, or leave it out',
    );
  const content = texts['set'] === undefined ? undefined : await jsonOf(texts['set']);
  return onDaemon(args, async (client, signal) => {
    const session = client.session(await nameSession(client, word, signal));
    const told = { signal, isJson: switches['json'] === true };
    if (isRemoved) await remove(session, namespace, { ...told, ifRevision });
    else if (content === undefined) await show(session, namespace, told);
    else await put(session, { namespace, content }, { ...told, ifRevision });
    return exitCodes.ok;
  });
}

interface Outcome {
  readonly signal: AbortSignal;
  readonly isJson: boolean;
}

interface Change extends Outcome {
  readonly ifRevision: number | undefined;
}

async function remove(
  session: Session,
  namespace: string,
  { ifRevision, signal, isJson }: Change,
): Promise<void> {
  await session.deleteExtension(namespace, { ifRevision, signal });
  process.stdout.write(
    isJson ? `${JSON.stringify({ namespace, removed: true })}\n` : `${namespace} removed\n`,
  );
}

async function put(
  session: Session,
  { namespace, content }: { readonly namespace: string; readonly content: unknown },
  { ifRevision, signal, isJson }: Change,
): Promise<void> {
  const stored = await session.putExtension(namespace, content, { ifRevision, signal });
  process.stdout.write(
    isJson ? `${JSON.stringify(stored)}\n` : `${namespace} kept, revision ${stored.revision}\n`,
  );
}

async function show(session: Session, namespace: string, { signal, isJson }: Outcome): Promise<void> {
  const extension = await session.getExtension(namespace, { signal });
  process.stdout.write(
    isJson ? `${JSON.stringify(extension)}\n` : `${JSON.stringify(extension.content, undefined, 2)}\n`,
  );
}

async function jsonOf(text: string): Promise<unknown> {
  const given = text === '-' ? await allOf(process.stdin) : text;
  try {
    const content: unknown = JSON.parse(given);
    return content;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DaemonError('invalid_option', `--set must be JSON: ${reason}`, {}, { cause });
  }
}

function revisionOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return wholeNumber({ flag: 'if-revision', text }, { minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
}
