import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ExportFormat } from '@holdfast/protocol';
import { DaemonError } from '@holdfast/protocol';
import { CommandFailure } from '../../command-failure.ts';
import { type ExitCode, exitCodes } from '../../exit-code.ts';
import { nameSession } from '../../name-session.ts';
import { onDaemon } from '../../on-daemon.ts';
import type { CommandArguments } from '../../parse-arguments.ts';
import { progressLine } from '../../progress-line.ts';
import { sizeText } from '../../size-text.ts';

type Pieces = AsyncIterable<Uint8Array>;

/** Writes the whole record of a session to a file, or to stdout. */
export async function exportSession(args: CommandArguments): Promise<ExitCode> {
  const [word = '', name = '-'] = args.positionals;
  const { json, force } = args.switches;
  const file = name === '-' ? undefined : resolve(name);
  const format = formatOf(args.texts['format'], name);
  if (json && file === undefined)
    throw new DaemonError(
      'invalid_option',
      '--json tells about a file: name one, as in sessions export SESSION FILE',
    );
  if (file !== undefined && !force && existsSync(file))
    throw new CommandFailure(`${file} exists`, 'name another file, or overwrite it with --force');
  return onDaemon(args, async (client, signal) => {
    const session = client.session(await nameSession(client, word, signal));
    const pieces = withProgress((await session.export({ format, signal })).body, file !== undefined);
    if (file === undefined) {
      await writeOut(pieces, signal);
      return exitCodes.ok;
    }
    const bytes = await writeFile(file, pieces);
    const report = { file, format, bytes };
    process.stdout.write(json ? `${JSON.stringify(report)}\n` : `${file}: ${sizeText(bytes)} of ${format}\n`);
    return exitCodes.ok;
  });
}

/** The format that was asked for, else the one a file's name ends in. */
export function formatOf(asked: string | undefined, name: string): ExportFormat {
  const ending = /\.(jsonl|md|json)$/i.exec(name)?.[1]?.toLowerCase();
  const word = asked ?? ending;
  return (['jsonl', 'md', 'json'] as const).find((format) => format === word) ?? 'jsonl';
}

/** The pieces, told on stderr as they come where that disturbs nothing. */
async function* withProgress(pieces: Pieces, isToFile: boolean): Pieces {
  const progress = progressLine(isToFile || !process.stdout.isTTY ? process.stderr : { write: () => {} });
  let done = 0;
  try {
    for await (const piece of pieces) {
      done += piece.byteLength;
      progress.onProgress({ done, total: undefined, unit: 'bytes' });
      yield piece;
    }
  } finally {
    progress.clear();
  }
}

async function writeOut(pieces: Pieces, signal: AbortSignal): Promise<void> {
  for await (const piece of pieces) {
    if (!process.stdout.write(piece)) await once(process.stdout, 'drain', { signal });
  }
}

/** Writes all of it or nothing: what breaks off leaves no file. A record may hold secrets, so it is the owner's alone. */
async function writeFile(file: string, pieces: Pieces): Promise<number> {
  const unfinished = `${file}.unfinished`;
  const handle = await open(unfinished, 'w', 0o600).catch((cause: Error) => {
    throw new CommandFailure(
      `${file} cannot be written: ${cause.message}`,
      'name a file in a directory of yours',
      { cause },
    );
  });
  let bytes = 0;
  try {
    for await (const piece of pieces) bytes += (await handle.write(piece)).bytesWritten;
    await handle.close();
    await rename(unfinished, file);
    return bytes;
  } catch (error) {
    await handle.close();
    await rm(unfinished, { force: true });
    throw error;
  }
}
