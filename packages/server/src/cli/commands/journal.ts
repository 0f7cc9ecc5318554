import { homedir } from 'node:os';
import { resolve } from 'node:path';
import {
  backupJournal,
  journalFileIn,
  readJournalStats,
  restoreJournal,
  verifyJournal,
} from '@holdfast/bridge';
import { DaemonError } from '@holdfast/protocol';
import { loadConfig } from '../../config/load-config.ts';
import { prepareStateDir } from '../../config/state-dir.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { backupText, restoreText, statsText, verifyText } from '../journal/report-text.ts';
import { nameOwner } from '../name-owner.ts';
import type { CommandArguments } from '../parse-arguments.ts';
import { progressLine } from '../progress-line.ts';

/** What a care of the journal came to. */
interface Outcome {
  readonly report: object;
  readonly text: string;
  readonly code: ExitCode;
}

interface CareRequest {
  readonly stateDir: string;
  /** The file that was named, absolute. */
  readonly file: string | undefined;
  readonly onProgress: ReturnType<typeof progressLine>['onProgress'];
}

const cares = {
  async verify({ stateDir, file, onProgress }) {
    const report = await verifyJournal(file ?? journalFileIn(stateDir), { onProgress });
    return { report, text: verifyText(report), code: report.isSound ? exitCodes.ok : exitCodes.failed };
  },
  async stats({ stateDir, file, onProgress }) {
    const report = await readJournalStats(file ?? journalFileIn(stateDir), { onProgress });
    return { report, text: statsText(report), code: exitCodes.ok };
  },
  async backup({ stateDir, file, onProgress }) {
    const report = await backupJournal(journalFileIn(stateDir), named(file, 'backup'), { onProgress });
    return { report, text: backupText(report), code: exitCodes.ok };
  },
  async restore({ stateDir, file, onProgress }) {
    const backup = named(file, 'restore');
    const directory = prepareStateDir(stateDir);
    try {
      const report = await restoreJournal(directory, backup, { onProgress });
      return { report, text: restoreText(report), code: exitCodes.ok };
    } catch (error) {
      throw nameOwner(error, directory);
    }
  },
} as const satisfies Record<string, (request: CareRequest) => Promise<Outcome>>;

/** Looks after the journal. @throws invalid_option, state_unreadable, journal_unavailable; CommandFailure while a daemon runs */
export async function journal({ positionals, daemonFlags, switches }: CommandArguments): Promise<ExitCode> {
  const [action = '', file] = positionals;
  if (!isCare(action)) throw usage(`${JSON.stringify(action)} is no action of journal`);
  const { stateDir } = loadConfig(daemonFlags, { env: process.env, cwd: process.cwd(), homeDir: homedir() });
  const progress = progressLine(process.stderr);
  try {
    const { report, text, code } = await cares[action]({
      stateDir,
      file: file === undefined ? undefined : resolve(file),
      onProgress: progress.onProgress,
    });
    progress.clear();
    process.stdout.write(switches['json'] ? `${JSON.stringify(report)}\n` : text);
    return code;
  } finally {
    progress.clear();
  }
}

const isCare = (word: string): word is keyof typeof cares => Object.hasOwn(cares, word);

function named(file: string | undefined, action: string): string {
  if (file !== undefined) return file;
  throw usage(`journal ${action} needs a FILE`);
}

const usage = (message: string) =>
  new DaemonError('invalid_option', message, { remedy: 'holdfast help journal shows how to use it' });
