import { parseArgs } from 'node:util';
import { DaemonError } from '@holdfast/protocol';
import { nearestName } from '../config/nearest-name.ts';
import { flagName, isOptionName, type OptionName, optionNames, optionTable } from '../config/option-table.ts';
import type { CommandSpec } from './command-spec.ts';
import { type CommandName, commandSpec } from './command-table.ts';

/** A command line, taken apart and checked against what its command takes. Daemon options are not parsed yet. */
export interface CommandArguments {
  readonly positionals: readonly string[];
  readonly daemonFlags: Readonly<Partial<Record<OptionName, string | boolean | readonly string[]>>>;
  readonly texts: Readonly<Record<string, string | undefined>>;
  readonly switches: Readonly<Record<string, boolean | undefined>>;
  readonly isHelp: boolean;
}

/** The daemon options a command takes, by name. */
export const daemonOptionsOf = (spec: CommandSpec): readonly OptionName[] =>
  spec.daemonOptions === 'all' ? optionNames : spec.daemonOptions;

/** @throws invalid_option naming the word that is wrong and the nearest known one */
export function parseArguments(name: CommandName, argv: readonly string[]): CommandArguments {
  const spec = commandSpec(name);
  const takesValue = (flag: string) => flags.get(flag)?.takesValue ?? false;
  const flags = flagsOf(spec);
  const { tokens, positionals } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(
      [...flags].map(
        ([flag, { takesValue }]) =>
          [flag, { type: takesValue ? 'string' : 'boolean', multiple: true }] as const,
      ),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values = new Map<string, (string | true)[]>();
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    if (!flags.has(token.name)) throw unknownOption(token.rawName, name, [...flags.keys()]);
    const isForgotten = token.value === undefined || (!token.inlineValue && token.value.startsWith('--'));
    if (takesValue(token.name) && isForgotten) throw usage(`${token.rawName} needs a value`, name);
    if (!takesValue(token.name) && token.value !== undefined)
      throw usage(`${token.rawName} takes no value`, name);
    values.set(token.name, [...(values.get(token.name) ?? []), token.value ?? true]);
  }
  const isHelp = values.has('help');
  if (!isHelp) checkPositionals(name, spec, positionals);
  return { positionals, isHelp, ...sort(spec, values) };
}

function flagsOf(spec: CommandSpec): ReadonlyMap<string, { readonly takesValue: boolean }> {
  const own = Object.entries(spec.options).map(
    ([flag, option]) => [flag, { takesValue: option.kind !== 'switch' }] as const,
  );
  const daemon = daemonOptionsOf(spec).map(
    (name) => [flagName(name), { takesValue: optionTable[name].kind !== 'switch' }] as const,
  );
  return new Map([...daemon, ...own, ['help', { takesValue: false }] as const]);
}

function sort(spec: CommandSpec, values: ReadonlyMap<string, readonly (string | true)[]>) {
  const daemonFlags: Partial<Record<OptionName, string | boolean | readonly string[]>> = {};
  const texts: Record<string, string> = {};
  const switches: Record<string, boolean> = {};
  for (const [flag, given] of values) {
    const last = given.at(-1);
    const option = Object.hasOwn(spec.options, flag) ? spec.options[flag] : undefined;
    const optionName = optionNames.find((candidate) => flagName(candidate) === flag);
    if (option !== undefined && typeof last === 'string')
      texts[flag] = checkAllowed(flag, last, option.allowed);
    else if (option !== undefined || flag === 'help') switches[flag] = true;
    else if (optionName !== undefined && isOptionName(optionName)) {
      const isList = optionTable[optionName].kind === 'list';
      daemonFlags[optionName] = isList ? given.filter((value) => value !== true) : last;
    }
  }
  return { daemonFlags, texts, switches };
}

function checkAllowed(flag: string, value: string, allowed: readonly string[] | undefined): string {
  if (allowed === undefined || allowed.includes(value)) return value;
  throw new DaemonError(
    'invalid_option',
    `--${flag} must be one of ${allowed.join(', ')}; got ${JSON.stringify(value)}`,
  );
}

function checkPositionals(name: CommandName, spec: CommandSpec, given: readonly string[]): void {
  const { minimum, maximum, name: what } = spec.positionals;
  if (given.length < minimum) throw usage(`${name} needs ${maximum === 1 ? article(what) : ''}${what}`, name);
  if (given.length <= maximum) return;
  const surplus = JSON.stringify(given[maximum]);
  throw usage(
    maximum === 0
      ? `${name} takes no ${surplus}`
      : maximum === 1
        ? `${name} takes one ${what}, got also ${surplus}: quote it`
        : `${name} takes ${what}, got also ${surplus}`,
    name,
  );
}

const article = (what: string) => (/^[AEIOU]/.test(what) ? 'an ' : 'a ');

function unknownOption(rawName: string, name: CommandName, known: readonly string[]): DaemonError {
  const nearest = nearestName(rawName.replace(/^-+/, ''), known);
  return usage(
    `${rawName} is not an option of ${name}${nearest === undefined ? '' : `: did you mean --${nearest}?`}`,
    name,
  );
}

const usage = (message: string, name: CommandName) =>
  new DaemonError('invalid_option', message, { remedy: `holdfast help ${name} shows its options` });
