import { type CommandSpec, clientOptions, json, noPositionals, url } from './command-spec.ts';

const common = { url } as const;

/** What can be seen of the agents of a running daemon, and taken over from them. */
export const agentCommands = {
  'agents list': {
    summary: 'List the agents that can run',
    usage: 'holdfast agents list [options]',
    about: 'The default one is marked. `holdfast agents` alone means the same.',
    options: { json: json('Print them as JSON'), ...common },
    daemonOptions: clientOptions,
    positionals: noPositionals,
    examples: ['holdfast agents'],
  },
  'agents sessions': {
    summary: 'List the sessions that an agent keeps by itself',
    usage: 'holdfast agents sessions AGENT [options]',
    about:
      'Those an editor began, say, as far as they lie in a directory that the daemon serves. Starts the agent; one that\nkeeps no list refuses.',
    options: {
      cwd: { kind: 'text', placeholder: 'DIR', meaning: 'Only of this directory' },
      cursor: {
        kind: 'text',
        placeholder: 'CURSOR',
        meaning: 'Go on after the page that named this nextCursor',
      },
      json: json('Print the page as JSON'),
      ...common,
    },
    daemonOptions: clientOptions,
    positionals: { minimum: 1, maximum: 1, name: 'AGENT' },
    examples: ['holdfast agents sessions claude --cwd .'],
  },
  'agents import': {
    summary: 'Take over a session that an agent keeps by itself',
    usage: 'holdfast agents import AGENT AGENT_SESSION [options]',
    about:
      'The agent tells its past, which becomes finished turns of a session here; the agent goes on with what it remembers.\nAGENT_SESSION is an id that agents sessions shows.',
    options: {
      cwd: {
        kind: 'text',
        placeholder: 'DIR',
        meaning: 'Where it lives; default where the agent says that it does',
      },
      json: json('Print the session as JSON'),
      ...common,
    },
    daemonOptions: clientOptions,
    positionals: { minimum: 2, maximum: 2, name: 'an AGENT and an AGENT_SESSION' },
    examples: ['holdfast agents import claude 0d9f2c1e-5b7a-4e1d-9c55-6f2f0a1b3c4d'],
  },
} as const satisfies Record<string, CommandSpec>;
