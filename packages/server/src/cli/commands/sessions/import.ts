import { createReadStream, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { HoldfastError } from '@holdfast/sdk';
import { CommandFailure } from '../../command-failure.ts';
import { counted } from '../../counted.ts';
import { type ExitCode, exitCodes } from '../../exit-code.ts';
import { onDaemon } from '../../on-daemon.ts';
import type { CommandArguments } from '../../parse-arguments.ts';
import { progressLine } from '../../progress-line.ts';
import { directoryOf } from '../../sessions/list-query.ts';

/** A file to be sent; its size is unknown where it comes through a pipe. */
interface Upload {
  readonly pieces: AsyncIterable<Uint8Array>;
  readonly size: number | undefined;
}

/** Makes a session of an exported one, from a file or from stdin. */
export async function importSession(args: CommandArguments): Promise<ExitCode> {
  const { texts, switches, positionals } = args;
  const [name = '-'] = positionals;
  const { cwd, url } = texts;
  const upload = openUpload(name);
  return onDaemon(args, async (client, signal) => {
    const options = { cwd: cwd === undefined ? undefined : directoryOf(cwd, url), signal };
    const file = ReadableStream.from(withProgress(upload));
    const imported = await client.importSession(file, options).catch((error: unknown) => {
      throw explained(error, name);
    });
    const { sessionId, events, agent, workspaceCwd } = imported;
    process.stdout.write(
      switches['json']
        ? `${JSON.stringify(imported)}\n`
        : `${sessionId} imported: ${counted(events, 'event')}, agent ${agent}, in ${workspaceCwd}\n`,
    );
    return exitCodes.ok;
  });
}

/** A refusal of the file, with its name and what can be done. */
function explained(error: unknown, name: string): unknown {
  if (!(error instanceof HoldfastError)) return error;
  const file = name === '-' ? 'stdin' : name;
  const options = { cause: error };
  switch (error.code) {
    case 'invalid_import':
      return new CommandFailure(
        `${file}: ${error.message}`,
        'nothing was imported; export the session again, as jsonl',
        options,
      );
    case 'workspace_mismatch':
    case 'invalid_cwd':
      return new CommandFailure(
        error.message,
        'nothing was imported; name where it is to live with --cwd DIR',
        options,
      );
    default:
      return error;
  }
}

function openUpload(name: string): Upload {
  if (name === '-') return { pieces: process.stdin, size: undefined };
  const file = resolve(name);
  try {
    const { size } = statSync(file);
    return { pieces: createReadStream(file), size };
  } catch (cause) {
    const isAbsent = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    const reason = isAbsent ? 'it does not exist' : String(cause);
    throw new CommandFailure(
      `${file} cannot be read: ${reason}`,
      'name what sessions export wrote as jsonl, or - for stdin',
      { cause },
    );
  }
}

/** The pieces, told on stderr as they are sent. */
async function* withProgress({ pieces, size }: Upload): AsyncGenerator<Uint8Array, void, undefined> {
  const progress = progressLine(process.stderr);
  let done = 0;
  try {
    for await (const piece of pieces) {
      done += piece.byteLength;
      progress.onProgress({ done, total: size, unit: 'bytes' });
      yield piece;
    }
  } finally {
    progress.clear();
  }
}
