import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { agentMethods } from './agent-methods.ts';
import { type AgentOptions, readAgentOptions } from './agent-options.ts';
import { splitLines } from './line-splitter.ts';
import { createLineWriter, type LineWriter } from './line-writer.ts';
import { createRpcPeer } from './rpc-peer.ts';
import { openSessionStore } from './session-store.ts';
import type { Host } from './turn.ts';

/** Where the agent reads and writes; the process's own by default. */
export interface AgentStreams {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
}

/** How long the last output of a process that exits may take to reach a slow reader. */
const FLUSH_LIMIT_MS = 2000;

/**
 * Runs the scripted demo agent: ACP v1 over the streams, flags as in its README, no key needed.
 * Resolves with the exit code when stdin has ended and all output is written; whoever awaits it ends the process,
 * as a turn may still be sleeping.
 */
export async function runDemoAgent(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  streams: AgentStreams,
): Promise<number> {
  const { stdin, stdout, stderr } = streams;
  let options: AgentOptions;
  try {
    options = readAgentOptions(argv, env);
  } catch (error) {
    stderr.write(`demo agent: ${error instanceof Error ? error.message : error}\n`);
    return 2;
  }
  if (options.startStderr !== '') stderr.write(`${options.startStderr}\n`);
  const exitAtStart = options.numbers.get('exit-at-start');
  if (exitAtStart !== undefined) return exitAtStart;
  const writer = createLineWriter(stdout);
  if (options.switches.has('garbage-at-start')) writer.raw(GARBAGE);
  if (options.switches.has('ignore-term')) process.on('SIGTERM', () => {});
  const store = openSessionStore(storeFolder(env));
  const peer = createRpcPeer(writer, (self) =>
    agentMethods({ peer: self, writer, store, env, exit: (how) => exitProcess(writer, how) }, options),
  );
  await readToEnd(stdin, splitLines(peer.receive));
  // The open timer keeps the process alive, as an agent does that never looks at the end of its stdin.
  if (options.switches.has('ignore-eof')) await new Promise(() => setInterval(() => {}, 2 ** 30));
  await writer.flushed(FLUSH_LIMIT_MS);
  return 0;
}

const GARBAGE =
  '\u001b]0;demo agent\u0007Welcome to the demo agent!\n{"level":30,"msg":"not json-rpc"}\n{oops\n';

function storeFolder(env: NodeJS.ProcessEnv): string {
  const own = env['HOLDFAST_DEMO_STORE'];
  if (own) return own;
  const state = env['XDG_STATE_HOME'] || join(env['HOME'] ?? homedir(), '.local', 'state');
  return join(state, 'holdfast-demo-agent');
}

function readToEnd(stdin: Readable, take: (bytes: Buffer) => void): Promise<void> {
  return new Promise((resolve) => {
    stdin
      .on('data', take)
      .once('end', resolve)
      .once('close', resolve)
      .once('error', () => resolve());
  });
}

async function exitProcess(writer: LineWriter, how: Parameters<Host['exit']>[0]): Promise<never> {
  await writer.flushed(FLUSH_LIMIT_MS);
  if ('code' in how) process.exit(how.code);
  process.kill(process.pid, how.signal);
  // The signal is on its way; whoever called goes no further.
  return new Promise<never>(() => {});
}
