// Which processes belong to the agents of one check: told by what they inherited in their environment.
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Set by the daemon for an agent and everything it starts. */
const markerVariable = 'HOLDFAST_AGENT_MARKER=';

/** A running process of an agent. */
export interface AgentProcess {
  readonly pid: number;
  readonly commandLine: string;
}

/** Whether this machine lists processes in a way this can read. */
export const canListProcesses = process.platform === 'linux';

/** The processes that carry a daemon's marker and live in this home; none where they cannot be listed. */
export function agentProcesses(home: string): readonly AgentProcess[] {
  if (!canListProcesses) return [];
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && isAgent(pid, home))
    .map((pid) => ({ pid, commandLine: read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').slice(0, 200) }));
}

/** Resolves with the time it took until none is left (ms). @throws Error naming those that are, after `timeoutMs` */
export async function untilNoneIsLeft(home: string, timeoutMs = 10_000): Promise<number> {
  const startedAt = performance.now();
  for (;;) {
    const left = agentProcesses(home);
    const elapsedMs = performance.now() - startedAt;
    if (left.length === 0) return Math.round(elapsedMs);
    if (elapsedMs > timeoutMs) {
      const named = left.map(({ pid, commandLine }) => `${pid} ${commandLine}`).join('\n');
      throw new Error(`still running after ${timeoutMs} ms:\n${named}`);
    }
    await sleep(20);
  }
}

function isAgent(pid: number, home: string): boolean {
  const environment = read(`/proc/${pid}/environ`).split('\0');
  return (
    environment.includes(`HOME=${home}`) && environment.some((entry) => entry.startsWith(markerVariable))
  );
}

/** Empty for a process that has ended (a zombie has no environment) or is somebody else's. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
