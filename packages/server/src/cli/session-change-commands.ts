import {
  type CommandOption,
  type CommandSpec,
  clientOptions,
  json,
  noPositionals,
  sessionWords,
  url,
} from './command-spec.ts';

const common = { url } as const;
const oneSession = { minimum: 1, maximum: 1, name: 'SESSION' } as const;
const someSessions = { minimum: 1, maximum: Number.MAX_SAFE_INTEGER, name: 'SESSION' } as const;
const outcome = json('Print the outcome as JSON');
const yes: CommandOption = { kind: 'switch', meaning: 'Do it without being asked' };
const yesOrNo = (meaning: string) =>
  ({ kind: 'text', placeholder: 'yes|no', allowed: ['yes', 'no'], meaning }) as const satisfies CommandOption;

/** What can be done with sessions of a running daemon. */
export const sessionChangeCommands = {
  'sessions import': {
    summary: 'Make a session of an exported one',
    usage: 'holdfast sessions import FILE [options]',
    about:
      'FILE is what export wrote as jsonl; - reads stdin. The file is checked as a whole before anybody sees the session, which\ngets an agent with its first prompt.',
    options: {
      cwd: {
        kind: 'text',
        placeholder: 'DIR',
        meaning: 'Where the session is to live; default where it lived',
      },
      json: outcome,
      ...common,
    },
    daemonOptions: clientOptions,
    positionals: { minimum: 1, maximum: 1, name: 'FILE' },
    examples: [
      'holdfast sessions import session.jsonl',
      'zcat session.jsonl.gz | holdfast sessions import -',
    ],
  },
  'sessions edit': {
    summary: 'Change title, alias, labels, notes, pins and protection',
    usage: 'holdfast sessions edit SESSION [options]',
    about: `${sessionWords} An empty text clears what was there.`,
    options: {
      title: { kind: 'text', placeholder: 'TEXT', meaning: 'The name people see' },
      alias: { kind: 'text', placeholder: 'NAME', meaning: 'Another name for its id: a-z 0-9 . _ -, unique' },
      labels: { kind: 'text', placeholder: 'A,B', meaning: 'Its labels, separated by commas' },
      notes: { kind: 'text', placeholder: 'TEXT', meaning: 'Notes about it' },
      pinned: yesOrNo('Whether it is pinned: cleanup leaves it alone'),
      protected: yesOrNo('Whether nobody may delete it'),
      model: { kind: 'text', placeholder: 'MODEL', meaning: 'The model of its agent' },
      mode: { kind: 'text', placeholder: 'MODE', meaning: 'The mode of its agent' },
      'if-revision': { kind: 'number', placeholder: 'N', meaning: 'Refused when somebody changed it since' },
      json: outcome,
      ...common,
    },
    daemonOptions: clientOptions,
    positionals: oneSession,
    examples: [
      'holdfast sessions edit 3f2a9c --title "Mend the tests" --alias tests',
      'holdfast sessions edit tests --protected yes',
    ],
  },
  'sessions extension': {
    summary: 'Show, set or remove what a program keeps with a session',
    usage: 'holdfast sessions extension SESSION NAMESPACE [options]',
    about: `JSON of your own, by namespace; show lists the namespaces. ${sessionWords}`,
    options: {
      set: { kind: 'text', placeholder: 'JSON', meaning: 'Keep this; - reads it from stdin' },
      remove: { kind: 'switch', meaning: 'Remove it' },
      'if-revision': {
        kind: 'number',
        placeholder: 'N',
        meaning: 'With --set or --remove: refused when somebody changed it since',
      },
      json: json('Print its revision and size as well'),
      ...common,
    },
    daemonOptions: clientOptions,
    positionals: { minimum: 2, maximum: 2, name: 'a SESSION and a NAMESPACE' },
    examples: [
      'holdfast sessions extension tests my-editor',
      `holdfast sessions extension tests my-editor --set '{"pane":"left"}'`,
    ],
  },
  'sessions archive': {
    summary: 'Close sessions and take them out of the lists',
    usage: 'holdfast sessions archive SESSION… [options]',
    about: `Nothing is lost: the history stays readable, and loading one brings it back.\n${sessionWords}`,
    options: { json: outcome, ...common },
    daemonOptions: clientOptions,
    positionals: someSessions,
    examples: ['holdfast sessions archive 3f2a9c 81be02'],
  },
  'sessions unarchive': {
    summary: 'Put archived sessions back into the lists',
    usage: 'holdfast sessions unarchive SESSION… [options]',
    about: `They stay closed until somebody goes on with them.\n${sessionWords}`,
    options: { json: outcome, ...common },
    daemonOptions: clientOptions,
    positionals: someSessions,
    examples: ['holdfast sessions unarchive 3f2a9c'],
  },
  'sessions delete': {
    summary: 'Erase sessions with their history',
    usage: 'holdfast sessions delete SESSION… [options]',
    about: `Cannot be undone: asks first, or needs --yes. Live ones are closed. Protected ones stay.\n${sessionWords}`,
    options: {
      children: {
        kind: 'text',
        placeholder: 'refuse|detach|delete',
        allowed: ['refuse', 'detach', 'delete'],
        meaning: 'What becomes of sessions that name one as their parent; default detach',
      },
      yes,
      json: outcome,
      ...common,
    },
    daemonOptions: clientOptions,
    positionals: someSessions,
    examples: ['holdfast sessions delete 3f2a9c', 'holdfast sessions delete 3f2a9c 81be02 --yes'],
  },
  'sessions cleanup': {
    summary: 'Archive or erase old sessions: shows the plan first',
    usage: 'holdfast sessions cleanup [options]',
    about:
      'Says which sessions would go, and why; --apply does it, after asking. 0 turns a rule off. Running, watched, pinned and\nprotected sessions are left alone.',
    options: {
      'older-than': {
        kind: 'text',
        placeholder: 'AGE',
        meaning: 'Sessions without activity for longer: 30d, 12h',
      },
      'max-sessions': {
        kind: 'number',
        placeholder: 'N',
        meaning: 'Sessions beyond this number, the longest inactive first',
      },
      'max-size': {
        kind: 'text',
        placeholder: 'SIZE',
        meaning: 'Sessions beyond this size of all records: 500M, 2GiB',
      },
      purge: { kind: 'switch', meaning: 'Erase them with their history; default archives them' },
      agent: { kind: 'text', placeholder: 'NAME', meaning: 'Only sessions of this agent' },
      cwd: { kind: 'text', placeholder: 'DIR', meaning: 'Only sessions of this directory' },
      keep: { kind: 'text', placeholder: 'SESSION,…', meaning: 'Leave these alone, separated by commas' },
      apply: { kind: 'switch', meaning: 'Carry the plan out' },
      yes,
      json: json('Print plan and results as JSON'),
      ...common,
    },
    daemonOptions: clientOptions,
    positionals: noPositionals,
    examples: [
      'holdfast sessions cleanup --older-than 30d',
      'holdfast sessions cleanup --max-size 2GiB --purge --apply --yes',
    ],
  },
} as const satisfies Record<string, CommandSpec>;
