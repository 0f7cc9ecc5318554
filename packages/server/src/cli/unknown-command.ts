import { DaemonError } from '@holdfast/protocol';
import { nearestName } from '../config/nearest-name.ts';
import { commands } from './command-table.ts';

/** The error for a line that begins with no command. */
export function unknownCommand([first = '', second]: readonly string[]): DaemonError {
  const names = Object.keys(commands);
  const isGroup = names.some((name) => name.startsWith(`${first} `));
  const word = isGroup && second !== undefined ? `${first} ${second}` : first;
  const nearest = nearestName(word, [...names, 'help', 'version']);
  const hint = nearest === undefined ? '' : `: did you mean ${nearest}?`;
  return new DaemonError('invalid_option', `${word} is not a command${hint}`, {
    remedy: 'holdfast help lists them',
  });
}
