import { DaemonError } from '@holdfast/protocol';
import type { AgentLease } from '../ports/agents.ts';
import type { Clock } from '../ports/clock.ts';
import type { RunningAgent } from './start-agent.ts';

export interface SlotContext {
  readonly clock: Clock;
  /** How long it may run with nobody holding it (ms); 0 stops it at once. */
  readonly idleTimeoutMs: number;
  readonly start: (signal: AbortSignal) => Promise<RunningAgent>;
  /** It takes no more leases. */
  readonly onRetired: () => void;
  /** It ended without having been asked to. */
  readonly onCrash: () => void;
  /** Nothing of it is left. */
  readonly onGone: () => void;
}

type SlotState =
  | { readonly kind: 'starting' }
  | { readonly kind: 'ready'; readonly agent: RunningAgent }
  /** Serves those who hold it, and nobody else. */
  | { readonly kind: 'draining'; readonly agent: RunningAgent }
  | { readonly kind: 'stopping'; readonly agent: RunningAgent }
  | { readonly kind: 'exited' };

/** One process from its start to its end, and who holds it. */
export class AgentSlot {
  /** Resolves when nothing of it is left. */
  readonly gone: Promise<void>;
  readonly #context: SlotContext;
  readonly #starting: Promise<RunningAgent>;
  readonly #abort = new AbortController();
  #state: SlotState = { kind: 'starting' };
  /** Leases given or promised: one that still waits for the start counts. */
  #holders = 0;
  #cancelIdleStop = () => {};

  constructor(context: SlotContext) {
    this.#context = context;
    this.#starting = context.start(this.#abort.signal);
    this.gone = this.#live();
  }

  /** Whether it takes new leases. */
  get isOpen(): boolean {
    return this.#state.kind === 'starting' || this.#state.kind === 'ready';
  }

  /** Holds it from this call on; only while `isOpen`. Rejects as the start does. */
  async lease(): Promise<AgentLease> {
    this.#holders += 1;
    this.#cancelIdleStop();
    const agent = await this.#starting;
    let isHeld = true;
    const release = () => {
      if (!isHeld) return;
      isHeld = false;
      this.#holders -= 1;
      this.#afterRelease();
    };
    return Object.freeze({
      connection: agent.connection,
      release,
      retire: () => {
        if (!isHeld || !this.#retire(agent)) return;
        if (this.#holders === 1) this.#stop(agent, 'now');
      },
    });
  }

  /** Stops it whoever holds it; a later `now` hastens a `gently`. */
  async stop(manner: 'gently' | 'now'): Promise<void> {
    this.#abort.abort();
    if (this.#state.kind === 'ready' || this.#state.kind === 'draining')
      this.#stop(this.#state.agent, manner);
    else if (this.#state.kind === 'stopping' && manner === 'now') void this.#state.agent.process.stop('now');
    await this.gone;
  }

  async #live(): Promise<void> {
    const agent = await this.#started();
    if (agent !== undefined) {
      // Between the abort and here it may have become ready.
      if (this.#abort.signal.aborted) this.#stop(agent, 'gently');
      await agent.ended;
      if (this.#state.kind !== 'stopping') this.#end(true);
      // Under way already, asked for or not: this waits for its end.
      await agent.process.stop('gently');
    }
    this.#state = { kind: 'exited' };
    this.#context.onGone();
  }

  async #started(): Promise<RunningAgent | undefined> {
    try {
      const agent = await this.#starting;
      this.#state = { kind: 'ready', agent };
      return agent;
    } catch (error) {
      // Every waiter gets the error from its own `lease`.
      this.#end(!this.#abort.signal.aborted && isCrash(error));
      return undefined;
    }
  }

  #end(hasCrashed: boolean): void {
    this.#cancelIdleStop();
    this.#state = { kind: 'exited' };
    this.#context.onRetired();
    if (hasCrashed) this.#context.onCrash();
  }

  #afterRelease(): void {
    if (this.#holders > 0) return;
    const state = this.#state;
    if (state.kind === 'draining') this.#stop(state.agent, 'gently');
    if (state.kind !== 'ready') return;
    const { clock, idleTimeoutMs } = this.#context;
    if (idleTimeoutMs === 0) this.#stop(state.agent, 'gently');
    else this.#cancelIdleStop = clock.after(idleTimeoutMs, () => this.#stopIfIdle(state.agent));
  }

  #stopIfIdle(agent: RunningAgent): void {
    if (this.#holders === 0 && this.#state.kind === 'ready') this.#stop(agent, 'gently');
  }

  #retire(agent: RunningAgent): boolean {
    if (this.#state.kind === 'ready') {
      this.#state = { kind: 'draining', agent };
      this.#context.onRetired();
    }
    return this.#state.kind === 'draining';
  }

  #stop(agent: RunningAgent, manner: 'gently' | 'now'): void {
    this.#cancelIdleStop();
    this.#state = { kind: 'stopping', agent };
    this.#context.onRetired();
    void agent.process.stop(manner);
  }
}

/** Whether a failed start was a process that ended by itself: one that is not there to run costs nothing to try. */
function isCrash(error: unknown): boolean {
  if (!(error instanceof DaemonError)) return false;
  const { exitCode = null, signal = null } = error.details;
  return error.code === 'agent_start_failed' && (exitCode !== null || signal !== null);
}
