import { agentCommands } from './agent-commands.ts';
import { type CommandSpec, clientOptions, json, noPositionals, url } from './command-spec.ts';
import { sessionChangeCommands } from './session-change-commands.ts';
import { sessionCommands } from './session-commands.ts';
import { sessionTurnCommands } from './session-turn-commands.ts';

/** The commands, in the order of `holdfast help`. */
export const commands = {
  serve: {
    summary: 'Start the daemon',
    usage: 'holdfast serve [options]',
    about:
      'Serves sessions of coding agents over HTTP and Server-Sent Events until it is stopped (Ctrl-C, SIGTERM).',
    options: { json: json('Print one line {"url","pid","tokenFile"} on stdout when ready') },
    daemonOptions: 'all',
    positionals: noPositionals,
    examples: ['holdfast serve', "holdfast serve --port 0 --workspace ~/code --agent 'mine=my-agent --acp'"],
  },
  run: {
    summary: 'Run one prompt and stream its answer',
    usage: 'holdfast run [options] PROMPT',
    about:
      'Opens a session of its own on the running daemon, or on one it starts for the purpose, and streams the answer.\nPROMPT - reads the prompt from stdin. Ctrl-C cancels the turn, a second one quits.\nExit code: 0 done, 1 failed, 2 wrong usage, 130 cancelled.',
    options: {
      agent: {
        kind: 'text',
        placeholder: 'NAME',
        meaning: "Agent to run; 'NAME=COMMAND ARGS' when no daemon runs",
      },
      cwd: {
        kind: 'text',
        placeholder: 'DIR',
        meaning: 'Working directory of the session; default the current one',
      },
      model: { kind: 'text', placeholder: 'MODEL', meaning: 'Model of the session' },
      mode: { kind: 'text', placeholder: 'MODE', meaning: 'Mode of the session' },
      allow: {
        kind: 'text',
        placeholder: 'ask|all|none',
        allowed: ['ask', 'all', 'none'],
        meaning: 'Permissions: ask at the terminal, grant all, grant none; default ask',
      },
      yes: { kind: 'switch', meaning: 'Same as --allow all' },
      json: json('Print every event as one JSON line'),
      url,
    },
    daemonOptions: [...clientOptions, 'logLevel'],
    positionals: { minimum: 1, maximum: 1, name: 'PROMPT' },
    examples: ['holdfast run "What does this repository do?"', 'git diff | holdfast run --agent claude -'],
  },
  ...sessionCommands,
  ...sessionTurnCommands,
  ...sessionChangeCommands,
  ...agentCommands,
  journal: {
    summary: 'Check, measure, back up or restore the journal',
    usage: 'holdfast journal verify|stats [FILE] | backup FILE | restore FILE [options]',
    about: `verify   checks every row, also while the daemon runs; exit code 1 when something is damaged
stats    counts what is there and names the largest sessions
backup   copies the journal as of this instant into a new file, also while the daemon runs
restore  puts a backup in place of the journal, which is kept beside it; the daemon must be stopped
FILE is a backup; verify and stats look at the journal itself without one.`,
    options: { json: json('Print the result as JSON') },
    daemonOptions: ['stateDir', 'config'],
    positionals: { minimum: 1, maximum: 2, name: 'verify, stats, backup or restore, then a FILE' },
    examples: ['holdfast journal verify', 'holdfast journal backup sessions.sqlite'],
  },
  doctor: {
    summary: 'Check this machine and say what is missing',
    usage: 'holdfast doctor [options]',
    about: 'Exit code 1 when something is broken; an agent that is not installed is not.',
    options: { json: json('Print the findings as JSON') },
    daemonOptions: 'all',
    positionals: noPositionals,
    examples: ['holdfast doctor'],
  },
  config: {
    summary: 'Print the configuration in force and where each value comes from',
    usage: 'holdfast config [options]',
    about:
      'Flags win over HOLDFAST_* variables, those over the configuration file, that over the defaults. Secrets are masked.',
    options: { json: json('Print it as JSON') },
    daemonOptions: 'all',
    positionals: noPositionals,
    examples: ['holdfast config', 'HOLDFAST_MAX_SESSIONS=8 holdfast config --json'],
  },
  'demo-agent': {
    summary: 'Run the built-in demo agent on stdin and stdout',
    usage: 'holdfast demo-agent [options of the agent]',
    about: 'An ACP agent that needs no key and does what its prompt says; daemons start it by themselves.',
    options: {},
    daemonOptions: [],
    positionals: { minimum: 0, maximum: Number.MAX_SAFE_INTEGER, name: '' },
    examples: [],
  },
} as const satisfies Record<string, CommandSpec>;

export type CommandName = keyof typeof commands;

export const isCommandName = (words: string): words is CommandName => Object.hasOwn(commands, words);

/** Commands that come in a group, and the one that is meant by the group's name alone. */
const groups: Readonly<Record<string, CommandName>> = {
  sessions: 'sessions list',
  agents: 'agents list',
};

/** The commands of a group; none for any other word. */
export const commandsOfGroup = (group: string): readonly CommandName[] =>
  Object.keys(commands).filter((name): name is CommandName => name.startsWith(`${group} `));

/** Finds the command a line begins with, of one word or two, and what follows it. */
export function findCommand(
  words: readonly string[],
): { name: CommandName; rest: readonly string[] } | undefined {
  const [first = '', second = ''] = words;
  const pair = `${first} ${second}`;
  if (isCommandName(pair)) return { name: pair, rest: words.slice(2) };
  const alone = groups[first];
  if (alone !== undefined && (second === '' || second.startsWith('-')))
    return { name: alone, rest: words.slice(1) };
  return isCommandName(first) ? { name: first, rest: words.slice(1) } : undefined;
}

/** A command's row, without the narrowness of the literal table. */
export const commandSpec = (name: CommandName): CommandSpec => commands[name];
