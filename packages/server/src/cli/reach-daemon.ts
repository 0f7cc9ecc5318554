import { homedir } from 'node:os';
import type { HoldfastClient } from '@holdfast/sdk';
import { loadConfig } from '../config/load-config.ts';
import { CommandFailure } from './command-failure.ts';
import { clientOf, findDaemon } from './find-daemon.ts';
import { commandLine, invocation } from './invocation.ts';
import type { CommandArguments } from './parse-arguments.ts';

/** A client of the daemon that runs. @throws CommandFailure when none does */
export async function reachDaemon({ daemonFlags, texts }: CommandArguments): Promise<HoldfastClient> {
  const config = loadConfig(daemonFlags, { env: process.env, cwd: process.cwd(), homeDir: homedir() });
  const daemon = await findDaemon(config, texts['url']);
  if (daemon !== undefined) return clientOf(daemon);
  throw new CommandFailure(
    `no daemon runs on ${config.stateDir}`,
    `start one with ${commandLine(invocation(process.env), ['serve'])}, or name another with --state-dir or --url`,
  );
}
