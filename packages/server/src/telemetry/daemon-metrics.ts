import type { Bridge } from '@holdfast/bridge';
import type { Operation } from '@holdfast/protocol';
import type { Histogram, Registry } from '@prometheus-io/client';
import { isStream } from '../http/event-stream-operation.ts';

/** One request that is over. */
export interface AnsweredRequest {
  /** Absent for a path nobody serves. */
  readonly operation: Operation | undefined;
  readonly status: number;
  readonly durationMs: number;
}

interface Registered {
  readonly registry: Registry;
  readonly requests: Histogram<'operation' | 'status'>;
}

/**
 * Figures of the daemon for Prometheus. The library is read when somebody asks for the first time: most daemons are
 * never asked, and none should start slower for it.
 */
export class DaemonMetrics {
  readonly #bridge: Pick<Bridge, 'figures' | 'readiness'>;
  #registered: Promise<Registered> | undefined;
  #requests: Registered['requests'] | undefined;

  constructor(bridge: Pick<Bridge, 'figures' | 'readiness'>) {
    this.#bridge = bridge;
  }

  /** The text exposition, and the type it says it has. */
  async read(): Promise<{ readonly contentType: string; readonly body: string }> {
    this.#registered ??= this.#register();
    const { registry } = await this.#registered;
    return { contentType: registry.contentType, body: await registry.metrics() };
  }

  /** Counts a request. A stream lasts as long as its reader likes: no time of it is kept. */
  answered({ operation, status, durationMs }: AnsweredRequest): void {
    if (operation === undefined || isStream(operation)) return;
    this.#requests?.observe({ operation: operation.name, status: String(status) }, durationMs / 1000);
  }

  async #register(): Promise<Registered> {
    const { Registry, Gauge, Histogram, collectDefaultMetrics } = await import('@prometheus-io/client');
    const registry = new Registry();
    const registers = [registry];
    collectDefaultMetrics({ register: registry });
    const bridge = this.#bridge;
    const gauge = (name: string, help: string, value: () => number) =>
      new Gauge({
        name: `holdfast_${name}`,
        help,
        registers,
        collect() {
          this.set(value());
        },
      });
    gauge('ready', '1 while new work is admitted, else 0', () => Number(bridge.readiness().isReady));
    gauge('sessions', 'Sessions that hold a slot', () => bridge.figures().sessions);
    gauge('prompts', 'Prompts that run or wait', () => bridge.figures().activePrompts);
    gauge('permission_requests', 'Permission requests nobody answered yet', () => {
      return bridge.figures().pendingPermissions;
    });
    gauge('subscribers', 'Readers of event streams', () => bridge.figures().connectedClients);
    gauge('agent_processes', 'Agent processes that run', () => bridge.figures().agentProcesses);
    const requests = new Histogram({
      name: 'holdfast_http_request_duration_seconds',
      help: 'From the arrival of a request until its answer is out; event streams left out',
      labelNames: ['operation', 'status'] as const,
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    });
    this.#requests = requests;
    return { registry, requests };
  }
}
