import { commandsOfGroup, findCommand } from '../command-table.ts';
import { type ExitCode, exitCodes } from '../exit-code.ts';
import { commandText, groupText, overviewText } from '../help-text.ts';
import { unknownCommand } from '../unknown-command.ts';

/** Prints the overview, the commands of a group, or one command's options. @throws invalid_option for words that are no command */
export async function help(words: readonly string[]): Promise<ExitCode> {
  const [word, second] = words;
  const isAboutAll = word === undefined || word === 'help' || word === 'version' || word.startsWith('-');
  const group = word === undefined || second !== undefined ? [] : commandsOfGroup(word);
  if (group.length > 0) {
    process.stdout.write(groupText(group));
    return exitCodes.ok;
  }
  const found = isAboutAll ? undefined : findCommand(words);
  if (!isAboutAll && found === undefined) throw unknownCommand(words);
  process.stdout.write(found === undefined ? overviewText() : commandText(found.name));
  return exitCodes.ok;
}
