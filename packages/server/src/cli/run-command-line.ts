import { DaemonError } from '@holdfast/protocol';
import { CommandFailure } from './command-failure.ts';
import { type CommandName, commandsOfGroup, findCommand } from './command-table.ts';
import { type ExitCode, exitCodeOf, exitCodes } from './exit-code.ts';
import type { CommandArguments } from './parse-arguments.ts';
import { remedyOf } from './remedies.ts';
import { unknownCommand } from './unknown-command.ts';
import { isReaderGone } from './write-pieces.ts';

/** What a command does once its arguments are taken apart; commands are loaded only when they run. */
type Command = (args: CommandArguments) => Promise<ExitCode>;

const loaders = {
  serve: async () => (await import('./commands/serve.ts')).serve,
  run: async () => (await import('./commands/run.ts')).run,
  watch: async () => (await import('./commands/watch.ts')).watch,
  'sessions list': async () => (await import('./commands/sessions/list.ts')).listSessions,
  'sessions show': async () => (await import('./commands/sessions/show.ts')).showSession,
  'sessions search': async () => (await import('./commands/sessions/search.ts')).searchSessions,
  'sessions export': async () => (await import('./commands/sessions/export.ts')).exportSession,
  'sessions prompt': async () => (await import('./commands/sessions/prompt.ts')).promptSession,
  'sessions abort': async () => (await import('./commands/sessions/abort.ts')).abortTurn,
  'sessions checkpoint': async () => (await import('./commands/sessions/checkpoint.ts')).createCheckpoint,
  'sessions import': async () => (await import('./commands/sessions/import.ts')).importSession,
  'sessions edit': async () => (await import('./commands/sessions/edit.ts')).editSession,
  'sessions archive': async () => (await import('./commands/sessions/archive.ts')).archiveSessions,
  'sessions unarchive': async () => (await import('./commands/sessions/unarchive.ts')).unarchiveSessions,
  'sessions delete': async () => (await import('./commands/sessions/delete.ts')).deleteSessions,
  'sessions reset': async () => (await import('./commands/sessions/reset.ts')).resetSession,
  'sessions trim': async () => (await import('./commands/sessions/trim.ts')).trimSession,
  'sessions extension': async () => (await import('./commands/sessions/extension.ts')).editExtension,
  'sessions compact': async () => (await import('./commands/sessions/compact.ts')).compactSession,
  'sessions branch': async () => (await import('./commands/sessions/branch.ts')).branchSession,
  'sessions cleanup': async () => (await import('./commands/sessions/cleanup.ts')).cleanupSessions,
  'agents list': async () => (await import('./commands/agents/list.ts')).listAgents,
  'agents sessions': async () => (await import('./commands/agents/sessions.ts')).listAgentSessions,
  'agents import': async () => (await import('./commands/agents/import.ts')).importAgentSession,
  journal: async () => (await import('./commands/journal.ts')).journal,
  doctor: async () => (await import('./commands/doctor.ts')).doctor,
  config: async () => (await import('./commands/config.ts')).config,
} as const satisfies Record<Exclude<CommandName, 'demo-agent'>, () => Promise<Command>>;

/** Runs the command line and gives the exit code; every failure has become a message on stderr. */
export async function runCommandLine(argv: readonly string[]): Promise<ExitCode> {
  process.stdout.on('error', (error) => {
    if (!isReaderGone(error)) throw error;
    // No failure of ours. A command that has something to end listens as well, and ends it.
    if (process.stdout.listenerCount('error') === 1) process.exit(exitCodes.ok);
  });
  try {
    return await dispatch(argv);
  } catch (thrown) {
    process.stderr.write(complaint(thrown, process.env));
    return exitCodeOf(thrown);
  }
}

async function dispatch(words: readonly string[]): Promise<ExitCode> {
  const [word, ...others] = words;
  if (word === undefined || word === 'help' || word === '--help' || word === '-h') {
    return (await import('./commands/help.ts')).help(others);
  }
  if (word === 'version' || word === '--version' || word === '-v') {
    return (await import('./commands/version.ts')).version();
  }
  const isAboutGroup = commandsOfGroup(word).length > 0 && (others[0] === '--help' || others[0] === 'help');
  if (isAboutGroup) return (await import('./commands/help.ts')).help([word]);
  const found = findCommand(words);
  if (found === undefined) throw unknownCommand(words);
  const { name, rest } = found;
  if (name === 'demo-agent') {
    // The agent's arguments are its own business.
    if (!rest.includes('--help')) return (await import('./commands/demo-agent.ts')).demoAgent(rest);
    return (await import('./commands/help.ts')).help([name]);
  }
  const { parseArguments } = await import('./parse-arguments.ts');
  const args = parseArguments(name, rest);
  if (args.isHelp) return (await import('./commands/help.ts')).help(name.split(' '));
  const command: Command = await loaders[name]();
  return command(args);
}

/** What a failure looks like at the terminal: no stack unless HOLDFAST_DEBUG is set. */
export function complaint(thrown: unknown, env: Readonly<Record<string, string | undefined>>): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const remedy =
    thrown instanceof CommandFailure
      ? thrown.remedy
      : (thrown instanceof DaemonError && thrown.details['remedy']) || remedyOf(thrown);
  const stack = env['HOLDFAST_DEBUG'] && thrown instanceof Error ? `${thrown.stack}\n` : '';
  return `holdfast: ${message}\n${typeof remedy === 'string' ? `  ${remedy}\n` : ''}${stack}`;
}
