import { DaemonError } from '@holdfast/protocol';
import type { Clock } from './ports/clock.ts';
import type { Ids } from './ports/ids.ts';
import type { Logger } from './ports/logger.ts';

interface NumberOption {
  readonly default: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly unit: string;
  readonly meaning: string;
}

const durationMs = (value: number, meaning: string, minimum = 0): NumberOption => ({
  default: value,
  minimum,
  maximum: 2_147_483_647,
  unit: 'ms',
  meaning,
});
const count = (value: number, maximum: number, unit: string, meaning: string): NumberOption => ({
  default: value,
  minimum: 1,
  maximum,
  unit,
  meaning,
});

/** The numbers of the bridge: default, inclusive bounds, unit, and what each is for. 0 switches a duration off. */
export const bridgeNumbers = {
  maxSessions: count(32, 100_000, 'sessions', 'Sessions that hold or are acquiring an agent session'),
  maxPendingPrompts: count(5, 1_000, 'prompts', 'Prompts of one session, the running one included'),
  retainedTurns: {
    default: 0,
    minimum: 0,
    maximum: 1_000_000,
    unit: 'turns',
    meaning: 'Finished turns of a session whose events are kept, older ones are forgotten; 0 = all',
  },
  maxSubscribers: count(1_024, 100_000, 'readers', 'Readers of one session'),
  sessionIdleTimeoutMs: durationMs(1_800_000, 'Closes a session nobody uses after this long; 0 = never'),
  sessionReapIntervalMs: durationMs(60_000, 'How often idle sessions are looked for; 0 = never'),
  agentIdleTimeoutMs: durationMs(
    60_000,
    'Stops an agent process without sessions after this long; 0 = at once',
  ),
  initTimeoutMs: durationMs(10_000, 'Spawn and ACP initialize', 1),
  newSessionTimeoutMs: durationMs(20_000, 'ACP session/new', 1),
  restoreTimeoutMs: durationMs(60_000, 'ACP session/load and session/resume', 1),
  cancelGraceMs: durationMs(15_000, 'How long a turn may ignore its cancel'),
  drainTimeoutMs: durationMs(10_000, 'How long a graceful stop waits for running turns'),
  permissionTimeoutMs: durationMs(0, 'Answers a permission request as cancelled after this long; 0 = waits'),
  promptDeadlineMs: durationMs(0, 'Ends a prompt this long after its admission; 0 = never'),
} as const satisfies Record<string, NumberOption>;

export type BridgeNumber = keyof typeof bridgeNumbers;

/** The choices of the bridge; the first is the default. */
export const bridgeChoices = {
  sessionScope: ['single', 'thread'],
  journalSync: ['acks', 'full', 'normal'],
  permissionPolicy: ['first-responder', 'designated', 'local-only', 'consensus'],
} as const;

export type BridgeChoice = keyof typeof bridgeChoices;

/** An agent as a person configures it; a name that is also a recipe's merges over the recipe. */
export interface AgentConfig {
  readonly command?: string;
  readonly args?: readonly string[];
  /** Added to the agent's environment; null removes. */
  readonly env?: Readonly<Record<string, string | null>>;
  readonly cwd?: string;
  readonly isolation?: 'workspace' | 'session';
}

export type BridgeOptions = { readonly [Name in BridgeNumber]?: number } & {
  readonly [Name in BridgeChoice]?: (typeof bridgeChoices)[Name][number];
} & {
  /** Where journal, locks and process records live; null keeps everything in memory. */
  readonly stateDir: string | null;
  /** Roots sessions may work in; the first is the default cwd. */
  readonly workspaces: readonly string[];
  readonly agents?: Readonly<Record<string, AgentConfig>>;
  /** Default: the first configured agent, else `demo`. */
  readonly defaultAgent?: string;
  readonly logger?: Logger;
  readonly clock?: Clock;
  readonly ids?: Ids;
  /** How the daemon introduces itself to agents (ACP clientInfo). */
  readonly clientInfo?: { readonly name: string; readonly version: string };
};

export type BridgeLimits = { readonly [Name in BridgeNumber]: number } & {
  readonly [Name in BridgeChoice]: (typeof bridgeChoices)[Name][number];
};

/**
 * Fills in defaults and checks bounds; durations over 2^31−1 ms are clamped and logged.
 * @throws invalid_option naming the option, the value and what is allowed
 */
export function resolveLimits(options: BridgeOptions, logger: Logger): BridgeLimits {
  const numbers = Object.fromEntries(
    Object.entries(bridgeNumbers).map(([name, spec]) => {
      // Object.entries widens the key; it is one of bridgeNumbers.
      return [name, resolveNumber(name, options[name as BridgeNumber], spec, logger)];
    }),
  );
  const choices = Object.fromEntries(
    Object.entries(bridgeChoices).map(([name, allowed]) => {
      const value = options[name as BridgeChoice] ?? allowed[0];
      if (!(allowed as readonly string[]).includes(value)) {
        throw new DaemonError('invalid_option', `${name} must be one of ${allowed.join(', ')}; got ${value}`);
      }
      return [name, value];
    }),
  );
  // Both tables were walked whole, so every name is present.
  return Object.freeze({ ...numbers, ...choices }) as unknown as BridgeLimits;
}

function resolveNumber(name: string, value: number | undefined, spec: NumberOption, logger: Logger): number {
  if (value === undefined) return spec.default;
  const isTooLong = spec.unit === 'ms' && value > spec.maximum;
  if (!Number.isInteger(value) || value < spec.minimum || (value > spec.maximum && !isTooLong)) {
    throw new DaemonError(
      'invalid_option',
      `${name} must be a whole number of ${spec.unit} from ${spec.minimum} to ${spec.maximum}; got ${value}`,
    );
  }
  if (isTooLong) logger.warn({ option: name, value, clampedTo: spec.maximum }, 'duration clamped');
  return Math.min(value, spec.maximum);
}
