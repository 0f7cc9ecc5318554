/** Every directive with its arguments and what it does; the parser, the turn and `/help` follow this table. */

const whole = (fallback: number) => ({ type: 'whole', fallback }) as const;
const integer = (fallback: number) => ({ type: 'integer', fallback }) as const;
const decimal = (fallback: number) => ({ type: 'decimal', fallback }) as const;
const string = (fallback: string) => ({ type: 'string', fallback }) as const;
const flag = { type: 'flag' } as const;
const oneOf = <const Word extends string>(...words: readonly [Word, ...Word[]]) =>
  ({ type: 'word', words }) as const;

const TOOL_KINDS = [
  'edit',
  'read',
  'delete',
  'move',
  'search',
  'execute',
  'think',
  'fetch',
  'other',
] as const;

/** One argument `key=value`; the fallback of a word is the first of its words, of a flag false. */
export type ArgSpec =
  | { readonly type: 'whole'; readonly fallback: number }
  | { readonly type: 'integer'; readonly fallback: number }
  | { readonly type: 'decimal'; readonly fallback: number }
  | { readonly type: 'string'; readonly fallback: string }
  | { readonly type: 'word'; readonly words: readonly [string, ...string[]] }
  | { readonly type: 'flag' };
/** `args: 'text'` takes the rest of the line as it stands. */
export interface DirectiveSpec {
  readonly args: Readonly<Record<string, ArgSpec>> | 'text';
  readonly about: string;
}

export const DIRECTIVES = {
  help: { args: {}, about: 'lists the directives' },
  say: { args: 'text', about: 'TEXT as one chunk of the answer' },
  thought: { args: 'text', about: 'TEXT as one chunk of thinking' },
  plan: { args: { steps: whole(3) }, about: 'a plan, its first step in progress' },
  usage: { args: { used: whole(1200), size: whole(200_000) }, about: 'a usage update, in tokens' },
  title: { args: 'text', about: 'TEXT as the session title' },
  mode: { args: 'text', about: 'the agent itself changes its mode to NAME' },
  history: { args: { chars: whole(2000) }, about: 'what the agent remembers, as JSON' },
  env: { args: {}, about: 'the names of its environment variables, as JSON' },
  update: { args: 'text', about: 'JSON as a session update, as it is' },
  compact: { args: 'text', about: 'forgets the earlier conversation (the published command)' },
  tool: {
    args: {
      title: string('Read README.md'),
      kind: oneOf('read', ...TOOL_KINDS),
      ms: whole(0),
      status: oneOf('completed', 'failed'),
    },
    about: 'a tool call from pending to its end',
  },
  diff: { args: { path: string('src/demo.ts'), bytes: whole(200) }, about: 'a tool call with a diff' },
  burst: { args: { count: whole(100), bytes: whole(32) }, about: 'updates as fast as the pipe takes them' },
  stream: {
    args: { count: whole(10), bytes: whole(32), 'every-ms': decimal(100) },
    about: 'updates at a steady pace, each with its time of writing',
  },
  sleep: { args: { ms: whole(1000) }, about: 'waits; ends early when cancelled' },
  'huge-line': { args: { bytes: whole(10_000_000) }, about: 'one update of that size' },
  'late-updates': {
    args: { count: whole(1), 'after-ms': whole(0) },
    about: 'updates after the answer to the prompt',
  },
  permission: {
    args: {
      title: string('Write to src/demo.ts'),
      kind: oneOf('edit', ...TOOL_KINDS),
      options: string('allow_once,allow_always,reject_once'),
      count: whole(1),
      announce: oneOf('yes', 'no'),
    },
    about: 'asks for permission, count at once; announce=no: without a tool call before',
  },
  'withdraw-permission': { args: { ms: whole(0) }, about: 'asks for permission and withdraws the question' },
  'ignore-cancel': { args: { ms: whole(0) }, about: 'goes on after a cancel for ms (0: to its own end)' },
  'never-answer': { args: {}, about: 'neither answers the prompt nor minds a cancel' },
  stop: {
    args: { reason: oneOf('end_turn', 'refusal', 'max_tokens', 'max_turn_requests', 'cancelled') },
    about: 'ends the turn with this stop reason',
  },
  error: {
    args: { code: integer(-32603), message: string('The demo agent was told to fail') },
    about: 'answers the prompt with a JSON-RPC error',
  },
  crash: {
    args: { code: whole(1), signal: string(''), after: whole(0) },
    about: 'ends the process, after some updates',
  },
  noise: { args: 'text', about: 'TEXT as a line that is no JSON' },
  'half-line': { args: { code: whole(1) }, about: 'begins a message and exits' },
  'unknown-update': {
    args: { kind: string('demo_unknown') },
    about: 'an update kind that ACP does not know',
  },
  'stray-update': { args: {}, about: 'an update for a session that does not exist' },
  'unknown-request': {
    args: { method: string('demo/unknown') },
    about: 'a request that no client knows; says the error code it got',
  },
  grandchildren: {
    args: {
      count: whole(1),
      session: oneOf('same', 'new'),
      stdio: oneOf('ignore', 'inherit'),
      'ignore-term': flag,
    },
    about: 'processes that live on for an hour; says their pids',
  },
} as const satisfies Readonly<Record<string, DirectiveSpec>>;

export type DirectiveName = keyof typeof DIRECTIVES;

type ValueOf<Spec> = Spec extends { type: 'whole' | 'integer' | 'decimal' }
  ? number
  : Spec extends { type: 'string' }
    ? string
    : Spec extends { type: 'word'; words: readonly (infer Word)[] }
      ? Word
      : Spec extends { type: 'flag' }
        ? boolean
        : never;

/** The arguments of each directive by name. */
export type DirectiveArgs = {
  readonly [Name in DirectiveName]: (typeof DIRECTIVES)[Name]['args'] extends 'text'
    ? { readonly text: string }
    : {
        readonly [Key in keyof (typeof DIRECTIVES)[Name]['args']]: ValueOf<
          (typeof DIRECTIVES)[Name]['args'][Key]
        >;
      };
};
/** One directive of a script, defaults filled in. */
export type Directive<Name extends DirectiveName = DirectiveName> = {
  readonly [Each in Name]: { readonly name: Each; readonly args: DirectiveArgs[Each] };
}[Name];
