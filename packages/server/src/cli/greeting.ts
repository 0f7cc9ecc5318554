import type { Bridge } from '@holdfast/bridge';
import { shellQuote } from '../config/shell-words.ts';
import { commandLine } from './invocation.ts';

/** What the greeting speaks of. */
export interface Greeting {
  readonly version: string;
  readonly url: string;
  /** Null: none, or from the environment. */
  readonly tokenFile: string | null;
  readonly isOpen: boolean;
  readonly stateDir: string;
  readonly isDefaultStateDir: boolean;
  readonly workspaces: readonly string[];
  /** Where the person stands. */
  readonly cwd: string;
  readonly agents: ReturnType<Bridge['listAgents']>;
  readonly sessionIdleTimeoutMs: number;
  readonly sessionReapIntervalMs: number;
  readonly agentIdleTimeoutMs: number;
  readonly invokedAs: string;
}

/** What `serve` tells a person once it listens: where, with what, and how to try it. */
export function greetingText(greeting: Greeting): string {
  const { version, url, workspaces, stateDir, invokedAs } = greeting;
  const missing = greeting.agents.filter((agent) => !agent.available).map((agent) => agent.agent);
  const rows: readonly (readonly [string, string])[] = [
    ['token', tokenText(greeting)],
    ['state', stateDir],
    ['workspaces', workspaces.join(', ')],
    ['agents', agentsText(greeting)],
    ...(missing.length === 0
      ? []
      : [
          [
            '',
            `not found: ${missing.join(', ')} (${commandLine(invokedAs, ['doctor'])} says how to get them)`,
          ] as const,
        ]),
    ['idle', idleText(greeting)],
  ];
  const table = rows.map(([label, text]) => `  ${label.padEnd(11)} ${text}\n`).join('');
  return `Holdfast ${version} listens on ${url}\n${table}
A first prompt, from another terminal:
  ${firstPrompt(greeting)}
or over HTTP:
  ${curlLine(greeting)}

Ctrl-C stops it; sessions are kept.
`;
}

function tokenText({ tokenFile, isOpen }: Greeting): string {
  if (isOpen) return 'none (--no-auth): every program on this machine may use the daemon';
  return tokenFile ?? 'from HOLDFAST_TOKEN';
}

const agentsText = ({ agents }: Greeting) =>
  agents
    .filter((agent) => agent.available)
    .map(({ agent, isDefault }) => (isDefault ? `${agent} (default)` : agent))
    .join(', ');

function idleText({ sessionIdleTimeoutMs, sessionReapIntervalMs, agentIdleTimeoutMs }: Greeting): string {
  const isReaping = sessionIdleTimeoutMs > 0 && sessionReapIntervalMs > 0;
  const sessions = isReaping
    ? `an unused session closes after ${durationText(sessionIdleTimeoutMs)}`
    : 'unused sessions never close by themselves';
  const agents =
    agentIdleTimeoutMs === 0 ? 'stops at once' : `stops after ${durationText(agentIdleTimeoutMs)}`;
  return `${sessions}; an agent process without sessions ${agents}`;
}

/** A duration in the largest unit that leaves it whole: 90000 → `90 s`, 1800000 → `30 min`. */
export function durationText(durationMs: number): string {
  if (durationMs > 0 && durationMs % 3_600_000 === 0) return `${durationMs / 3_600_000} h`;
  if (durationMs > 0 && durationMs % 60_000 === 0) return `${durationMs / 60_000} min`;
  return durationMs % 1_000 === 0 ? `${durationMs / 1_000} s` : `${durationMs} ms`;
}

function firstPrompt({ invokedAs, stateDir, isDefaultStateDir, workspaces, cwd }: Greeting): string {
  const [primary] = workspaces;
  const isElsewhere = primary !== undefined && !isWithin(cwd, workspaces);
  const state = isDefaultStateDir ? [] : ['--state-dir', stateDir];
  const place = isElsewhere ? ['--cwd', primary] : [];
  return `${commandLine(invokedAs, ['run', ...state, ...place])} "Hello! What can you do?"`;
}

const isWithin = (path: string, roots: readonly string[]) =>
  roots.some((root) => path === root || path.startsWith(root.endsWith('/') ? root : `${root}/`));

function curlLine({ url, tokenFile, isOpen }: Greeting): string {
  const secret = tokenFile === null ? '$HOLDFAST_TOKEN' : `$(cat ${shellQuote(tokenFile)})`;
  return isOpen ? `curl -s ${url}/agents` : `curl -s -H "Authorization: Bearer ${secret}" ${url}/agents`;
}
