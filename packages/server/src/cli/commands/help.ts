import { isCommandName } from '../command-table.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { commandText, overviewText } from '../help-text.ts';
import { unknownCommand } from '../unknown-command.ts';

/** Prints the overview, or one command's options. @throws invalid_option for a word that is no command */
export async function help([word]: readonly string[]): Promise<ExitCode> {
  if (word !== undefined && !isCommandName(word)) {
    if (word === 'help' || word === 'version' || word.startsWith('-')) return help([]);
    throw unknownCommand(word);
  }
  process.stdout.write(word === undefined ? overviewText() : commandText(word));
  return exitCodes.ok;
}
