import type { OptionName } from '../config/option-table.ts';

/** An option of one command that is no configuration of the daemon. */
export interface CommandOption {
  readonly kind: 'switch' | 'text' | 'number';
  readonly placeholder?: string;
  readonly allowed?: readonly string[];
  readonly meaning: string;
}

/** What the command line says of a command, and what it may be given. */
export interface CommandSpec {
  readonly summary: string;
  readonly usage: string;
  /** Text under the usage line. */
  readonly about: string;
  readonly options: Readonly<Record<string, CommandOption>>;
  /** The daemon options it takes. */
  readonly daemonOptions: 'all' | readonly OptionName[];
  readonly positionals: { readonly minimum: number; readonly maximum: number; readonly name: string };
  readonly examples: readonly string[];
}

export const json = (meaning: string): CommandOption => ({ kind: 'switch', meaning });

/** Names the daemon a command talks to. */
export const url: CommandOption = {
  kind: 'text',
  placeholder: 'URL',
  meaning: 'Daemon to use; default the one that runs on the state directory',
};

/** The daemon options of a command that talks to a running one. */
export const clientOptions = ['stateDir', 'config', 'tokenFile'] as const satisfies readonly OptionName[];

export const noPositionals = { minimum: 0, maximum: 0, name: '' } as const;

/** How a command says what may stand for SESSION. */
export const sessionWords =
  'SESSION is an id, its first 6 characters or more, an alias, or a title or its beginning.';
