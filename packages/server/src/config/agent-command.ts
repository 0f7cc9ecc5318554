import { DaemonError } from '@holdfast/protocol';
import { shellWords } from './shell-words.ts';

/** An agent as `--agent` defines it. */
export interface AgentCommand {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

const agentName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Tells whether a word can name an agent. */
export const isAgentName = (name: string) => agentName.test(name);

/**
 * Reads `name=command args`, quoted as in a shell and run without one.
 * @throws invalid_option naming what is missing
 */
export function parseAgentCommand(text: string): AgentCommand {
  const equals = text.indexOf('=');
  const name = text.slice(0, Math.max(equals, 0)).trim();
  if (!isAgentName(name)) {
    throw new DaemonError(
      'invalid_option',
      `--agent must be 'name=command args' with a name of letters, digits, dots, dashes and underscores; got ${JSON.stringify(text)}`,
    );
  }
  const [command, ...args] = shellWords(text.slice(equals + 1));
  if (command === undefined || command === '') {
    throw new DaemonError(
      'invalid_option',
      `--agent ${name}= names no command: write --agent '${name}=command args'`,
    );
  }
  return { name, command, args };
}
