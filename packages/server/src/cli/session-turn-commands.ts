import { type CommandSpec, clientOptions, json, sessionWords, url } from './command-spec.ts';

const common = { url } as const;
const oneSession = { minimum: 1, maximum: 1, name: 'SESSION' } as const;
const outcome = json('Print the outcome as JSON');

/** What can be done with the conversation of a session of a running daemon. */
export const sessionTurnCommands = {
  'sessions prompt': {
    summary: 'Prompt a session and stream the answer',
    usage: 'holdfast sessions prompt SESSION PROMPT [options]',
    about: `A closed or stranded session goes on. The prompt waits its turn; PROMPT - reads it from stdin. Ctrl-C cancels the turn,\na second one quits. The exit code is that of run. ${sessionWords}`,
    options: {
      interrupt: { kind: 'switch', meaning: 'Cancel the running turn and go before what waits' },
      inject: {
        kind: 'switch',
        meaning: 'Go into the running turn if the agent takes that; otherwise wait your turn',
      },
      'if-idle': { kind: 'switch', meaning: 'Refused while a turn runs or waits' },
      allow: {
        kind: 'text',
        placeholder: 'ask|all|none',
        allowed: ['ask', 'all', 'none'],
        meaning: 'Permissions: ask at the terminal, grant all, grant none; default ask',
      },
      yes: { kind: 'switch', meaning: 'Same as --allow all' },
      json: json('Print every event of the turn as one JSON line'),
      ...common,
    },
    daemonOptions: clientOptions,
    positionals: { minimum: 2, maximum: 2, name: 'SESSION and a PROMPT' },
    examples: [
      'holdfast sessions prompt tests "Now run them"',
      'git diff | holdfast sessions prompt tests -',
    ],
  },
  'sessions abort': {
    summary: 'Cancel what runs in a session',
    usage: 'holdfast sessions abort SESSION [options]',
    about: `Whoever prompted it. What waits runs next, unless --queue drops it too. ${sessionWords}`,
    options: {
      prompt: { kind: 'text', placeholder: 'PROMPT', meaning: 'Only this prompt, running or waiting' },
      queue: { kind: 'switch', meaning: 'Drop what waits as well' },
      json: outcome,
      ...common,
    },
    daemonOptions: clientOptions,
    positionals: oneSession,
    examples: ['holdfast sessions abort tests', 'holdfast sessions abort tests --queue'],
  },
  'sessions checkpoint': {
    summary: 'Mark where a session is, to branch from or to go back to',
    usage: 'holdfast sessions checkpoint SESSION [options]',
    about: `At the end of its last finished turn. branch --checkpoint and reset --to use it. ${sessionWords}`,
    options: {
      name: { kind: 'text', placeholder: 'TEXT', meaning: 'What to call it' },
      json: outcome,
      ...common,
    },
    daemonOptions: clientOptions,
    positionals: oneSession,
    examples: ['holdfast sessions checkpoint tests --name "all green"'],
  },
  'sessions reset': {
    summary: 'Begin the conversation of a session anew',
    usage: 'holdfast sessions reset SESSION [options]',
    about: `The agent forgets; the history stays readable, and a checkpoint leads back: --to brings one back.\nA running turn is cancelled. ${sessionWords}`,
    options: {
      to: {
        kind: 'text',
        placeholder: 'CHECKPOINT',
        meaning: 'Begin with the history up to this checkpoint: its id, or the name it was given',
      },
      'drop-queue': {
        kind: 'switch',
        meaning: 'Drop prompts that wait; default they run in the new generation',
      },
      'if-generation': {
        kind: 'number',
        placeholder: 'N',
        meaning: 'Refused when another generation began meanwhile',
      },
      json: outcome,
      ...common,
    },
    daemonOptions: clientOptions,
    positionals: oneSession,
    examples: ['holdfast sessions reset tests', 'holdfast sessions reset tests --to cp_0c5e…'],
  },
  'sessions trim': {
    summary: 'Cut the oldest turns off a conversation',
    usage: 'holdfast sessions trim SESSION --keep N | --before EVENT [options]',
    about: `Whole turns only. Exports, searches, branches and checkpoints still reach them, unless --erase. What the agent\nremembers stays: reset makes it forget. ${sessionWords}`,
    options: {
      keep: { kind: 'number', placeholder: 'N', meaning: 'So many finished turns stay, the newest' },
      before: { kind: 'number', placeholder: 'EVENT', meaning: 'Turns that ended before this event go' },
      erase: {
        kind: 'switch',
        meaning: 'Erase them, and what was trimmed before; asks first, or needs --yes',
      },
      yes: { kind: 'switch', meaning: 'Do it without being asked' },
      json: outcome,
      ...common,
    },
    daemonOptions: clientOptions,
    positionals: oneSession,
    examples: ['holdfast sessions trim tests --keep 20'],
  },
  'sessions compact': {
    summary: "Have the agent's context compacted",
    usage: 'holdfast sessions compact SESSION [options]',
    about: `By the agent's own command, or by its summary that opens a fresh agent session (handoff). Waits for the outcome;\nCtrl-C cancels the compaction. ${sessionWords}`,
    options: {
      strategy: {
        kind: 'text',
        placeholder: 'command|handoff',
        allowed: ['command', 'handoff'],
        meaning: "How; default the agent's command where it has one, else handoff",
      },
      instructions: { kind: 'text', placeholder: 'TEXT', meaning: 'What to keep, in words for the agent' },
      interrupt: { kind: 'switch', meaning: 'Stop the running turn and go before what waits' },
      'no-wait': { kind: 'switch', meaning: 'Leave when it is accepted' },
      json: outcome,
      ...common,
    },
    daemonOptions: clientOptions,
    positionals: oneSession,
    examples: ['holdfast sessions compact tests --instructions "keep the list of open bugs"'],
  },
  'sessions branch': {
    summary: 'Make a session of its own out of the past of another',
    usage: 'holdfast sessions branch SESSION [options]',
    about: `Up to its end, or to the turn, event or checkpoint that is named. ${sessionWords}`,
    options: {
      name: {
        kind: 'text',
        placeholder: 'TEXT',
        meaning: 'Its title, with "(Branch)" after it; default that of the source',
      },
      'at-prompt': {
        kind: 'text',
        placeholder: 'PROMPT',
        meaning: 'Up to the end of the turn of this prompt',
      },
      'at-event': {
        kind: 'number',
        placeholder: 'N',
        meaning: 'Up to this event, or the last turn that ended before',
      },
      checkpoint: {
        kind: 'text',
        placeholder: 'CHECKPOINT',
        meaning: 'Up to this checkpoint: its id, or the name it was given',
      },
      reject: { kind: 'switch', meaning: 'Refuse while a turn runs; default waits for its end' },
      json: outcome,
      ...common,
    },
    daemonOptions: clientOptions,
    positionals: oneSession,
    examples: ['holdfast sessions branch tests --name "Another way"'],
  },
} as const satisfies Record<string, CommandSpec>;
