import { DaemonError } from '@holdfast/protocol';
import type { AgentDefinition, AgentLease, Agents } from '../ports/agents.ts';
import type { Clock } from '../ports/clock.ts';
import type { Ids } from '../ports/ids.ts';
import type { Logger } from '../ports/logger.ts';
import { OpenFileGauge } from '../runtime/open-files.ts';
import { OrphanWatcher } from '../runtime/orphan-watcher.ts';
import { parentDeathGuard } from '../runtime/parent-death.ts';
import { keepSpareDescriptor } from '../runtime/spare-descriptor.ts';
import type { AgentTimeouts } from './acp-agent.ts';
import { AgentSlot } from './agent-slot.ts';
import type { HostEnvironment } from './definitions.ts';
import { markerVariable, ProcessLedger } from './process-ledger.ts';
import {
  afterCrash,
  type CrashRecord,
  defaultRestartLimits,
  noCrashes,
  type RestartLimits,
  restartWaitMs,
} from './restart-policy.ts';
import { roomToStart } from './room-to-start.ts';
import { startAgent } from './start-agent.ts';
import { sweep } from './sweep.ts';
import { defaultStopGraces, type StopGraces } from './terminate.ts';

export interface AgentsOptions {
  readonly definitions: ReadonlyMap<string, AgentDefinition>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  /** Held by this daemon alone: what is recorded there is taken for left over, and killed. */
  readonly stateDir: string;
  readonly timeouts: AgentTimeouts & {
    /** How long a process may run with no session on it (ms); 0 stops it as soon as the last one leaves. */
    readonly agentIdleTimeoutMs: number;
  };
  /** Asked after each chunk an agent wrote: while what it returns is unsettled, the agent is not read on. */
  readonly throttle?: () => Promise<void> | undefined;
  /** How the daemon introduces itself. */
  readonly clientInfo: { readonly name: string; readonly version: string };
  /** Default: this process's own. */
  readonly environment?: HostEnvironment;
  readonly graces?: StopGraces;
  readonly restartLimits?: RestartLimits;
  /** Cap of one message; default 32 MiB. */
  readonly maxLineBytes?: number;
}

const defaultMaxLineBytes = 33_554_432;

/** Supervises the agents' processes. What an earlier daemon left is swept before the first one starts. */
export function createAgents(options: AgentsOptions): Agents {
  return new Supervisor(options);
}

class Supervisor implements Agents {
  readonly definitions: ReadonlyMap<string, AgentDefinition>;
  readonly #options: AgentsOptions;
  readonly #ledger: ProcessLedger;
  readonly #environment: HostEnvironment;
  /** How the markers of all our processes begin, and those of no other daemon. */
  readonly #markerPrefix: string;
  readonly #watcher: OrphanWatcher;
  readonly #gauge: OpenFileGauge;
  /** To find out what is left of an agent, whatever else is short. */
  readonly #giveSpareBack = keepSpareDescriptor();
  readonly #swept: Promise<void>;
  #started = 0;
  #guard: Promise<readonly string[]> | undefined;
  /** Every process that is not gone. */
  readonly #slots = new Set<AgentSlot>();
  /** Those that take leases, by agent and workspace. */
  readonly #shared = new Map<string, AgentSlot>();
  readonly #crashes = new Map<string, CrashRecord>();
  #closing: Promise<void> | undefined;

  constructor(options: AgentsOptions) {
    const { clock, ids, logger } = options;
    this.definitions = options.definitions;
    this.#options = options;
    this.#environment = options.environment ?? process.env;
    this.#ledger = new ProcessLedger(options.stateDir);
    this.#markerPrefix = ids.uuid();
    this.#watcher = new OrphanWatcher({
      marker: `${markerVariable}=${this.#markerPrefix}`,
      path: this.#environment['PATH'] ?? '',
      clock,
      logger,
    });
    this.#gauge = new OpenFileGauge(clock);
    this.#swept = sweep(this.#ledger, clock, logger).catch((error: unknown) => {
      logger.error({ err: error }, 'could not sweep the agents of an earlier daemon');
    });
  }

  async lease(agent: string, workspace: string): Promise<AgentLease> {
    const definition = this.definitions.get(agent);
    if (definition === undefined) {
      const known = [...this.definitions.keys()].join(', ');
      throw new DaemonError('agent_not_found', `There is no agent "${agent}"; configured are: ${known}`, {
        agent,
      });
    }
    this.#refuseWhenClosing();
    const key = JSON.stringify([agent, workspace]);
    const shared = definition.isolation === 'workspace' ? this.#shared.get(key) : undefined;
    if (shared?.isOpen) return await shared.lease();
    this.#refuseCrashLoop(agent, key);
    const slot = this.#open(definition, workspace, key);
    if (definition.isolation === 'workspace') this.#shared.set(key, slot);
    return await slot.lease();
  }

  processCount(): number {
    return this.#slots.size;
  }

  close(hurry?: Promise<void>): Promise<void> {
    this.#closing ??= this.#stopAll('gently').then(async () => {
      this.#giveSpareBack();
      await this.#watcher.close();
    });
    hurry?.then(() => this.#stopAll('now'));
    return this.#closing;
  }

  async #stopAll(manner: 'gently' | 'now'): Promise<void> {
    await Promise.all([...this.#slots].map((slot) => slot.stop(manner)));
    await this.#swept;
  }

  #open(definition: AgentDefinition, workspace: string, key: string): AgentSlot {
    const { clock, timeouts } = this.#options;
    const startedAt = clock.elapsedMs();
    const slot: AgentSlot = new AgentSlot({
      clock,
      idleTimeoutMs: timeouts.agentIdleTimeoutMs,
      start: (signal) => this.#start(definition, workspace, this.#newMarker(), signal),
      onRetired: () => {
        if (this.#shared.get(key) === slot) this.#shared.delete(key);
      },
      onCrash: () => {
        const limits = this.#options.restartLimits ?? defaultRestartLimits;
        const record = this.#crashes.get(key) ?? noCrashes;
        this.#crashes.set(key, afterCrash(record, { startedAt, endedAt: clock.elapsedMs() }, limits));
      },
      onGone: () => this.#slots.delete(slot),
    });
    this.#slots.add(slot);
    return slot;
  }

  async #start(definition: AgentDefinition, workspace: string, marker: string, signal: AbortSignal) {
    const { clock, logger, timeouts, clientInfo } = this.#options;
    // No process starts beside one that may still work on the same files.
    await this.#swept;
    await roomToStart({
      agent: definition.name,
      clock,
      timeoutMs: timeouts.initTimeoutMs,
      shortage: () => this.#gauge.shortage(),
      signal,
    });
    this.#guard ??= parentDeathGuard(this.#environment['PATH'] ?? '');
    const guard = await this.#guard;
    this.#refuseWhenClosing();
    const context = {
      clock,
      logger,
      ledger: this.#ledger,
      watcher: this.#watcher,
      host: this.#environment,
      guard,
      graces: this.#options.graces ?? defaultStopGraces,
      client: clientInfo,
      timeouts,
      throttle: this.#options.throttle ?? (() => undefined),
      maxLineBytes: this.#options.maxLineBytes ?? defaultMaxLineBytes,
    };
    return await startAgent(definition, workspace, marker, context, signal);
  }

  #newMarker(): string {
    this.#started += 1;
    return `${this.#markerPrefix}.${this.#started}`;
  }

  #refuseWhenClosing(): void {
    if (this.#closing === undefined) return;
    throw new DaemonError(
      'shutting_down',
      'The daemon is stopping and starts no agents; try again once it is back',
    );
  }

  #refuseCrashLoop(agent: string, key: string): void {
    const record = this.#crashes.get(key) ?? noCrashes;
    const limits = this.#options.restartLimits ?? defaultRestartLimits;
    const waitMs = restartWaitMs(record, this.#options.clock.elapsedMs(), limits);
    if (waitMs === 0) return;
    throw new DaemonError(
      'agent_start_failed',
      `Agent "${agent}" ended right after its start ${record.quickCrashes} times in a row; it may be tried again in ${waitMs} ms`,
      { agent, exitCode: null, stderrTail: '', retryAfterMs: waitMs, quickCrashes: record.quickCrashes },
    );
  }
}
