import { type CommandSpec, clientOptions, json, noPositionals, sessionWords, url } from './command-spec.ts';

const common = { url } as const;
const oneSession = { minimum: 1, maximum: 1, name: 'SESSION' } as const;

/** What can be seen of the sessions of a running daemon. */
export const sessionCommands = {
  watch: {
    summary: 'Watch a session, or the list of all, as it happens',
    usage: 'holdfast watch [SESSION] [options]',
    about: `Shows prompts, answers, tools, questions and ends as they come; without SESSION, which sessions change and how.\n${sessionWords} Ctrl-C ends the watching, nothing else.`,
    options: {
      all: { kind: 'switch', meaning: 'Begin with the whole history of the session' },
      json: json('Print every event as one JSON line'),
      ...common,
    },
    daemonOptions: clientOptions,
    positionals: { minimum: 0, maximum: 1, name: 'SESSION' },
    examples: ['holdfast watch', 'holdfast watch 3f2a9c --all'],
  },
  'sessions list': {
    summary: 'List the sessions, filtered and sorted',
    usage: 'holdfast sessions list [options]',
    about: 'Newest activity first, without archived ones. `holdfast sessions` alone means the same.',
    options: {
      query: { kind: 'text', placeholder: 'TEXT', meaning: 'Whose title contains the text' },
      state: {
        kind: 'text',
        placeholder: 'STATE',
        allowed: ['opening', 'idle', 'running', 'stranded', 'closing', 'closed'],
        meaning: 'In this state: opening, idle, running, stranded, closing, closed',
      },
      active: {
        kind: 'text',
        placeholder: 'yes|no',
        allowed: ['yes', 'no'],
        meaning: 'With or without a prompt that runs or waits',
      },
      agent: { kind: 'text', placeholder: 'NAME', meaning: 'Of this agent' },
      cwd: { kind: 'text', placeholder: 'DIR', meaning: 'Of exactly this working directory' },
      label: { kind: 'text', placeholder: 'LABEL', meaning: 'With this label' },
      parent: { kind: 'text', placeholder: 'SESSION', meaning: 'Whose parent is this session' },
      archived: { kind: 'switch', meaning: 'Archived ones instead' },
      'created-after': { kind: 'text', placeholder: 'WHEN', meaning: 'Created later: 2026-11-01, or 7d ago' },
      'updated-after': { kind: 'text', placeholder: 'WHEN', meaning: 'Active later: 2026-11-01, or 12h ago' },
      sort: {
        kind: 'text',
        placeholder: 'activity|created|title',
        allowed: ['activity', 'created', 'title'],
        meaning: 'Newest activity or creation first, or titles from a to z; default activity',
      },
      preview: { kind: 'switch', meaning: 'With the beginning of the last message' },
      limit: { kind: 'number', placeholder: 'N', meaning: 'How many at most; default 50' },
      all: { kind: 'switch', meaning: 'All of them' },
      cursor: {
        kind: 'text',
        placeholder: 'CURSOR',
        meaning: 'Go on after the page that named this nextCursor',
      },
      json: json('Print them as JSON'),
      ...common,
    },
    daemonOptions: clientOptions,
    positionals: noPositionals,
    examples: [
      'holdfast sessions',
      'holdfast sessions list --state running --preview',
      'holdfast sessions list --label bug --updated-after 7d --json',
    ],
  },
  'sessions show': {
    summary: 'Show a session: what it is, what was said last, what waits',
    usage: 'holdfast sessions show SESSION [options]',
    about: `${sessionWords} Closed and archived sessions are shown too.`,
    options: {
      turns: {
        kind: 'number',
        placeholder: 'N',
        meaning: 'How many of the last turns, 0 to 1000; default 3',
      },
      full: { kind: 'switch', meaning: 'Messages at their full length' },
      json: json('Print it as JSON'),
      ...common,
    },
    daemonOptions: clientOptions,
    positionals: oneSession,
    examples: ['holdfast sessions show 3f2a9c', 'holdfast sessions show "Mend the tests" --turns 50 --full'],
  },
  'sessions search': {
    summary: 'Find what was said, in all sessions',
    usage: 'holdfast sessions search WORDS [options]',
    about:
      'Finds turns that contain all the words, newest first; the last may be unfinished, and "quoted ones" are a phrase\n(so quote twice in a shell: \'"out of memory" worker\').',
    options: {
      session: { kind: 'text', placeholder: 'SESSION', meaning: 'Only in this session' },
      agent: { kind: 'text', placeholder: 'NAME', meaning: 'Only with this agent' },
      cwd: { kind: 'text', placeholder: 'DIR', meaning: 'Only in this working directory' },
      current: { kind: 'switch', meaning: 'Not in what a reset put away' },
      limit: { kind: 'number', placeholder: 'N', meaning: 'How many turns, 1 to 100; default 20' },
      cursor: {
        kind: 'text',
        placeholder: 'CURSOR',
        meaning: 'Go on after the page that named this nextCursor',
      },
      json: json('Print the page as JSON'),
      ...common,
    },
    daemonOptions: clientOptions,
    positionals: { minimum: 1, maximum: Number.MAX_SAFE_INTEGER, name: 'WORDS' },
    examples: [
      'holdfast sessions search flaky test',
      'holdfast sessions search \'"out of memory"\' --agent claude',
    ],
  },
  'sessions export': {
    summary: 'Write the whole record of a session to a file',
    usage: 'holdfast sessions export SESSION [FILE] [options]',
    about: `${sessionWords} Without FILE, or with -, it goes to stdout. An existing file is left alone.`,
    options: {
      format: {
        kind: 'text',
        placeholder: 'jsonl|md|json',
        allowed: ['jsonl', 'md', 'json'],
        meaning: 'jsonl (import takes it), md (to be read) or json; default by the end of FILE, else jsonl',
      },
      force: { kind: 'switch', meaning: 'Overwrite an existing file' },
      json: json('Print {"file","format","bytes"} on stdout when it is written'),
      ...common,
    },
    daemonOptions: clientOptions,
    positionals: { minimum: 1, maximum: 2, name: 'SESSION, then a FILE' },
    examples: [
      'holdfast sessions export 3f2a9c session.md',
      'holdfast sessions export 3f2a9c | gzip > session.jsonl.gz',
    ],
  },
} as const satisfies Record<string, CommandSpec>;
