import { DaemonError } from '@holdfast/protocol';
import { nearestName } from '../config/nearest-name.ts';
import { commands } from './command-table.ts';

/** The error for a first word that is no command. */
export function unknownCommand(word: string): DaemonError {
  const nearest = nearestName(word, [...Object.keys(commands), 'help', 'version']);
  const hint = nearest === undefined ? '' : `: did you mean ${nearest}?`;
  return new DaemonError('invalid_option', `${word} is not a command${hint}`, {
    remedy: 'holdfast help lists them',
  });
}
