import { envName, flagName, type OptionSpec, optionTable } from '../config/option-table.ts';
import type { CommandOption } from './command-spec.ts';
import { type CommandName, commandSpec, commands, isCommandName } from './command-table.ts';
import { daemonOptionsOf } from './parse-arguments.ts';

const nameWidth = 20;

/** `holdfast help`. */
export function overviewText(): string {
  const rows = Object.keys(commands).filter(isCommandName).map(summaryRow);
  return `Holdfast keeps coding-agent sessions alive: agents behind HTTP, with a durable journal.

Usage: holdfast COMMAND [options]

${rows.join('\n')}
  ${'help'.padEnd(nameWidth)} Show this, or the options of a command: holdfast help COMMAND
  ${'version'.padEnd(nameWidth)} Print the version

Start with: holdfast serve
`;
}

/** `holdfast help sessions`: the commands of a group. */
export const groupText = (names: readonly CommandName[]): string =>
  `${names.map(summaryRow).join('\n')}\n\nholdfast help COMMAND shows the options of one.\n`;

const summaryRow = (name: CommandName) => `  ${name.padEnd(nameWidth)} ${commandSpec(name).summary}`;

/** `holdfast COMMAND --help`. */
export function commandText(name: CommandName): string {
  const { usage, about, options, examples } = commandSpec(name);
  const own = Object.entries(options).map(
    ([flag, option]) => [`--${flag}${argumentOf(option)}`, option.meaning] as const,
  );
  const daemonNames = daemonOptionsOf(commandSpec(name)).filter((option) => !Object.hasOwn(options, option));
  const daemon = daemonNames.map(
    (option) =>
      [`--${flagName(option)}${placeholderOf(optionTable[option])}`, meaningOf(optionTable[option])] as const,
  );
  const lines = columns([...own, ...daemon, ['--help', 'Show this']]);
  const shown = examples.length === 0 ? '' : `\nExamples:\n${examples.map((line) => `  ${line}\n`).join('')}`;
  const sources =
    daemon.length === 0
      ? ''
      : `\nEach daemon option is also a variable (--max-sessions: ${envName('maxSessions')}) and a key of\nholdfast.config.json (maxSessions); HOLDFAST_TOKEN holds a token.\n`;
  return `Usage: ${usage}\n\n${about}\n\nOptions:\n${lines}${sources}${shown}`;
}

const argumentOf = (option: CommandOption) =>
  option.placeholder === undefined ? '' : ` ${option.placeholder}`;

function placeholderOf(spec: OptionSpec): string {
  switch (spec.kind) {
    case 'number':
      return spec.unit === 'ms' ? ' MS' : ' N';
    case 'choice':
      return ` ${spec.allowed.join('|')}`;
    case 'text':
    case 'list':
      return ` ${spec.placeholder}`;
    case 'switch':
      return '';
    default:
      return spec satisfies never;
  }
}

function meaningOf(spec: OptionSpec): string {
  switch (spec.kind) {
    case 'number':
      return `${spec.meaning}. Default ${spec.default}${rangeOf(spec)}`;
    case 'choice':
      return `${spec.meaning}. Default ${spec.allowed[0]}`;
    case 'list':
      return `${spec.meaning}. Repeatable`;
    case 'text':
    case 'switch':
      return spec.meaning;
    default:
      return spec satisfies never;
  }
}

/** Durations end where timers do; saying so on every line helps nobody. */
const rangeOf = ({ unit, minimum, maximum }: Extract<OptionSpec, { kind: 'number' }>) =>
  unit === 'ms' ? '' : `; ${minimum} to ${maximum}`;

const columnWidth = 34;

function columns(rows: readonly (readonly [string, string])[]): string {
  const row = ([left, right]: readonly [string, string]) =>
    left.length < columnWidth
      ? `  ${left.padEnd(columnWidth)}${right}\n`
      : `  ${left}\n  ${' '.repeat(columnWidth)}${right}\n`;
  return rows.map(row).join('');
}
