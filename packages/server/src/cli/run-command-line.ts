import { DaemonError } from '@holdfast/protocol';
import { CommandFailure } from './command-failure.ts';
import { type CommandName, isCommandName } from './command-table.ts';
import { type ExitCode, exitCodeOf, exitCodes } from './exit-code.ts';
import type { CommandArguments } from './parse-arguments.ts';
import { unknownCommand } from './unknown-command.ts';

/** What a command does once its arguments are taken apart; commands are loaded only when they run. */
type Command = (args: CommandArguments) => Promise<ExitCode>;

const loaders = {
  serve: async () => (await import('./commands/serve.ts')).serve,
  run: async () => (await import('./commands/run.ts')).run,
  sessions: async () => (await import('./commands/sessions.ts')).sessions,
  journal: async () => (await import('./commands/journal.ts')).journal,
  doctor: async () => (await import('./commands/doctor.ts')).doctor,
  config: async () => (await import('./commands/config.ts')).config,
} as const satisfies Record<Exclude<CommandName, 'demo-agent'>, () => Promise<Command>>;

/** Runs the command line and gives the exit code; every failure has become a message on stderr. */
export async function runCommandLine(argv: readonly string[]): Promise<ExitCode> {
  // A reader that left (holdfast … | head) is no failure of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(exitCodes.ok);
    throw error;
  });
  try {
    return await dispatch(argv);
  } catch (thrown) {
    process.stderr.write(complaint(thrown, process.env));
    return exitCodeOf(thrown);
  }
}

async function dispatch([word, ...rest]: readonly string[]): Promise<ExitCode> {
  if (word === undefined || word === 'help' || word === '--help' || word === '-h') {
    return (await import('./commands/help.ts')).help(rest);
  }
  if (word === 'version' || word === '--version' || word === '-v') {
    return (await import('./commands/version.ts')).version();
  }
  if (!isCommandName(word)) throw unknownCommand(word);
  if (word === 'demo-agent') {
    // The agent's arguments are its own business.
    if (!rest.includes('--help')) return (await import('./commands/demo-agent.ts')).demoAgent(rest);
    return (await import('./commands/help.ts')).help([word]);
  }
  const { parseArguments } = await import('./parse-arguments.ts');
  const args = parseArguments(word, rest);
  if (args.isHelp) return (await import('./commands/help.ts')).help([word]);
  const command: Command = await loaders[word]();
  return command(args);
}

/** What a failure looks like at the terminal: no stack unless HOLDFAST_DEBUG is set. */
export function complaint(thrown: unknown, env: Readonly<Record<string, string | undefined>>): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const remedy =
    thrown instanceof CommandFailure
      ? thrown.remedy
      : thrown instanceof DaemonError && thrown.details['remedy'];
  const stack = env['HOLDFAST_DEBUG'] && thrown instanceof Error ? `${thrown.stack}\n` : '';
  return `holdfast: ${message}\n${typeof remedy === 'string' ? `  ${remedy}\n` : ''}${stack}`;
}
