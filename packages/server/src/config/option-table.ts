import { type BridgeChoice, bridgeChoices, bridgeNumbers } from '@holdfast/bridge';

interface NumberOption {
  readonly default: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly unit: string;
  readonly meaning: string;
}

/** The numbers of the HTTP side, in the shape of the bridge's. */
export const serverNumbers = {
  port: {
    default: 4170,
    minimum: 0,
    maximum: 65_535,
    unit: 'port',
    meaning: 'Port to listen on; 0 = any free one',
  },
  bodyLimitBytes: {
    default: 10_485_760,
    minimum: 1_024,
    maximum: 1_073_741_824,
    unit: 'bytes',
    meaning: 'Largest request body',
  },
  maxConnections: {
    default: 4_096,
    minimum: 1,
    maximum: 1_000_000,
    unit: 'sockets',
    meaning: 'Open sockets; lowered to what the open-file limit allows',
  },
  heartbeatIntervalMs: {
    default: 15_000,
    minimum: 1,
    maximum: 2_147_483_647,
    unit: 'ms',
    meaning:
      'Comment sent on a quiet event stream this often; clients take 45 s of silence for a dead connection',
  },
  writerIdleTimeoutMs: {
    default: 120_000,
    minimum: 0,
    maximum: 2_147_483_647,
    unit: 'ms',
    meaning: 'Drops an event stream whose socket takes no byte for this long; 0 = never',
  },
} as const satisfies Record<string, NumberOption>;

/** What each choice of the bridge is for; a choice without a line here does not compile. */
const choiceMeanings = {
  sessionScope: 'Whether creating in a directory attaches to its session (single) or makes another (thread)',
  journalSync:
    'Which commits are forced to the disk: acknowledgements, starts and ends of turns; every one; none',
  permissionPolicy: 'Who may answer a permission request',
} as const satisfies Record<BridgeChoice, string>;

/** The log levels, default first. */
export const logLevels = ['info', 'debug', 'warn', 'error', 'silent'] as const;

const texts = {
  config: {
    placeholder: 'FILE',
    meaning: 'Configuration file; default holdfast.config.json, if there is one',
  },
  stateDir: {
    placeholder: 'DIR',
    meaning: 'Journal, lock and token; default $XDG_STATE_HOME/holdfast. One daemon each',
  },
  host: { placeholder: 'ADDRESS', meaning: 'Address to listen on; default 127.0.0.1' },
  tokenFile: {
    placeholder: 'FILE',
    meaning: 'File with the bearer token; default HOLDFAST_TOKEN, else a generated one',
  },
  defaultAgent: {
    placeholder: 'NAME',
    meaning: 'Agent of sessions that name none; default the first configured, else demo',
  },
} as const;

const lists = {
  workspace: {
    placeholder: 'DIR',
    separator: 'path',
    meaning: 'Root that sessions may work in; default the current directory',
  },
  agent: {
    placeholder: "'NAME=COMMAND ARGS'",
    separator: 'line',
    meaning: 'An agent: ACP over stdio, started without a shell',
  },
  allowOrigin: {
    placeholder: 'ORIGIN',
    separator: 'comma',
    meaning: 'Browser origin that may use the daemon',
  },
  allowHost: { placeholder: 'NAME', separator: 'comma', meaning: 'Further name in the Host header' },
} as const;

const switches = {
  noAuth: { meaning: 'Serve without a token; on loopback only' },
} as const;

/** The raw value kinds of the command line: what each option takes. */
export type OptionSpec =
  | ({ readonly kind: 'number' } & NumberOption)
  | { readonly kind: 'choice'; readonly allowed: readonly string[]; readonly meaning: string }
  | { readonly kind: 'text'; readonly placeholder: string; readonly meaning: string }
  | {
      readonly kind: 'list';
      readonly placeholder: string;
      /** How the environment variable separates its entries. */
      readonly separator: 'path' | 'line' | 'comma';
      readonly meaning: string;
    }
  | { readonly kind: 'switch'; readonly meaning: string };

const numbers = { ...serverNumbers, ...bridgeNumbers } as const;
const choices = { ...bridgeChoices, logLevel: logLevels } as const;

export type NumberName = keyof typeof numbers;
export type ChoiceName = keyof typeof choices;
export type TextName = keyof typeof texts;
export type ListName = keyof typeof lists;
export type SwitchName = keyof typeof switches;
export type OptionName = NumberName | ChoiceName | TextName | ListName | SwitchName;

/** The values of the options after parsing; absent texts and empty lists mean that nobody said anything. */
export type OptionValues = { readonly [Name in NumberName]: number } & {
  readonly [Name in ChoiceName]: (typeof choices)[Name][number];
} & { readonly [Name in TextName]?: string } & { readonly [Name in ListName]: readonly string[] } & {
  readonly [Name in SwitchName]: boolean;
};

const meaningOf = (name: ChoiceName) =>
  name === 'logLevel' ? 'How much is logged to stderr' : choiceMeanings[name];

const specs = <Kind extends string, Row extends object>(kind: Kind, rows: Readonly<Record<string, Row>>) =>
  Object.entries(rows).map(([name, row]) => [name, { kind, ...row }] as const);

const choiceSpecs = Object.entries(choices).map(([name, allowed]) => {
  // Object.entries widens the key; it is one of `choices`.
  return [name, { kind: 'choice', allowed, meaning: meaningOf(name as ChoiceName) }] as const;
});

/** Every option of the daemon, in the order `--help` shows them: the one table that flags, environment, file, help and
 * `holdfast config` derive from. */
// The rows below carry every name of the five kinds; Object.fromEntries cannot say so.
export const optionTable = Object.freeze(
  Object.fromEntries([
    ...specs('text', texts),
    ...specs('list', lists),
    ...specs('switch', switches),
    ...choiceSpecs,
    ...specs('number', numbers),
  ]),
) as unknown as Readonly<Record<OptionName, OptionSpec>>;

// Object.keys widens; the keys are those of the table.
export const optionNames = Object.freeze(Object.keys(optionTable)) as readonly OptionName[];

/** `maxSessions` → `max-sessions`. */
export const flagName = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** `maxSessions` → `HOLDFAST_MAX_SESSIONS`. */
export const envName = (name: string) => `HOLDFAST_${flagName(name).replaceAll('-', '_').toUpperCase()}`;

/** Tells whether a word is an option's name (and no inherited property). */
export const isOptionName = (word: string): word is OptionName => Object.hasOwn(optionTable, word);
