import { realpathSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { AgentStreams } from './run-demo-agent.ts';

export type { AgentStreams } from './run-demo-agent.ts';

/**
 * Runs the scripted demo agent: ACP v1 over the streams (the process's own by default), flags as in its README.
 * Resolves with the exit code; the caller ends the process, as a turn may still be sleeping.
 */
export async function runDemoAgent(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  streams: AgentStreams = process,
): Promise<number> {
  const agent = await import('./run-demo-agent.ts');
  return agent.runDemoAgent(argv, env, streams);
}

const started = process.argv[1];
if (started !== undefined && realpathSync(started) === fileURLToPath(import.meta.url)) {
  // Stripping the types of our sources costs 150 ms at each start without it; the built file does not need it.
  if (import.meta.url.endsWith('.ts')) enableCompileCache();
  process.exit(await runDemoAgent(process.argv.slice(2), process.env));
}
