import { DaemonError } from '@holdfast/protocol';
import type { AgentExit } from '../ports/agents.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import { PermissionRequests } from './client-callbacks.ts';
import { connectRpc, type RpcConnection, rpcErrorOf } from './connection.ts';
import { Conversations } from './conversations.ts';
import type { OversizedLine } from './line-splitter.ts';
import { glimpse } from './oversized-message.ts';
import type { AgentProcess } from './process.ts';
import { readStdout } from './read-stdout.ts';
import type { JsonRecord } from './records.ts';

export interface LinkContext {
  readonly agent: string;
  readonly clientName: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** See ReadOptions. */
  readonly throttle: () => Promise<void> | undefined;
  readonly maxLineBytes: number;
}

/** After the exit: how long stdout may stand still before it is given up (ms). */
const stillWaitMs = 1_000;
/** The same while it is we who do not read on: as long as the journal may be behind. */
const throttledWaitMs = 5_000;
const loggedNoiseLines = 20;
const loggedNoiseChars = 200;
/** ACP: the agent needs a login. */
const authRequired = -32_000;

/** Joins one process, its JSON-RPC connection and its listeners, and takes them apart in order when it ends. */
export class AgentLink {
  readonly process: AgentProcess;
  readonly conversations: Conversations;
  readonly permissions = new PermissionRequests();
  /** Resolves when the process has ended and the last of its output was delivered. */
  readonly ended: Promise<AgentExit>;
  /** As the agent offered them in `initialize`. */
  authMethods: readonly unknown[] = [];
  readonly #context: LinkContext;
  readonly #rpc: RpcConnection;
  #exit: AgentExit | undefined;
  #chunks = 0;
  #isThrottled = false;
  #giveUp = () => {};
  readonly #givenUp = new Promise<void>((resolve) => {
    this.#giveUp = resolve;
  });
  #noiseLines = 0;
  #firstNoise = '';

  constructor(process: AgentProcess, context: LinkContext) {
    this.process = process;
    this.#context = context;
    this.conversations = new Conversations(context.logger);
    this.#rpc = connectRpc({
      name: context.clientName,
      stdin: process.stdin,
      onClosed: () => void process.stop('gently'),
      onPermission: (params, withdrawn) =>
        this.permissions.ask(params, this.conversations.sinkOf(params.agentSessionId), withdrawn),
    });
    // An agent that takes nothing more, or says nothing more, is of no use while it lives.
    process.stdin.once('close', () => void process.stop('gently'));
    this.ended = this.#watch();
  }

  get exit(): AgentExit | undefined {
    return this.#exit;
  }

  /** What it wrote to stdout that is no message, in words; empty when there was none. */
  get noise(): string {
    if (this.#noiseLines === 0) return '';
    return `${this.#noiseLines} lines on its stdout are not JSON-RPC, the first: ${this.#firstNoise}`;
  }

  /** @throws agent_error, agent_auth_required, agent_exited */
  async request(method: string, params: unknown): Promise<unknown> {
    try {
      return await this.#rpc.request(method, params);
    } catch (thrown) {
      throw this.#failure(method, thrown);
    }
  }

  notify(method: string, params: unknown): void {
    this.#rpc.notify(method, params);
  }

  async #watch(): Promise<AgentExit> {
    const { process } = this;
    const { agent, logger, maxLineBytes } = this.#context;
    const read = readStdout(process.stdout, this.#receiver(), {
      maxLineBytes,
      throttle: () => this.#throttle(),
    });
    read.then(() => process.stop('gently'));
    const end = await process.exited;
    await this.#drained(read);
    await process.stderrEnded;
    const exit: AgentExit = { ...end, stderrTail: process.stderrTail() };
    this.#exit = exit;
    this.permissions.withdraw();
    this.#rpc.close();
    this.conversations.exited(exit);
    const { droppedUpdates } = this.conversations;
    logger.info(
      { agent, pid: process.pid, ...end, noiseLines: this.#noiseLines, droppedUpdates },
      'agent ended',
    );
    return exit;
  }

  /** Waits until stdout is read to its end, as long as there is progress: the last updates must not be lost. */
  async #drained(read: Promise<void>): Promise<void> {
    for (let before = -1; before !== this.#chunks; ) {
      before = this.#chunks;
      let cancel = () => {};
      const pause = new Promise<boolean>((resolve) => {
        const waitMs = this.#isThrottled ? throttledWaitMs : stillWaitMs;
        cancel = this.#context.clock.after(waitMs, () => resolve(false));
      });
      const isRead = await Promise.race([read.then(() => true), pause]);
      cancel();
      if (isRead) return;
    }
    this.process.stdout.destroy();
    this.#giveUp();
    await read;
  }

  #throttle(): Promise<void> | undefined {
    const relief = this.#context.throttle();
    if (relief === undefined) return undefined;
    this.#isThrottled = true;
    // Whoever slows us down failing is no reason to stop reading for ever.
    const resume = () => {
      this.#isThrottled = false;
    };
    return Promise.race([relief, this.#givenUp]).then(resume, resume);
  }

  #receiver() {
    return {
      updates: (id: string, updates: readonly JsonRecord[], chars: number) =>
        this.conversations.updates(id, updates, chars),
      message: (message: JsonRecord) => {
        if (!this.#rpc.receive(message)) this.#noise('an answer to nothing that was asked');
      },
      oversized: (line: OversizedLine) => this.#oversized(line),
      noise: (line: string) => this.#noise(line),
      progress: () => {
        this.#chunks += 1;
      },
    };
  }

  #noise(line: string): void {
    const { agent, logger } = this.#context;
    const excerpt = JSON.stringify(line.slice(0, loggedNoiseChars));
    if (this.#noiseLines === 0) this.#firstNoise = excerpt;
    this.#noiseLines += 1;
    if (this.#noiseLines > loggedNoiseLines) return;
    logger.debug({ agent, pid: this.process.pid, line: excerpt }, 'agent wrote no JSON-RPC message');
  }

  #oversized(line: OversizedLine): void {
    const { agent, logger, maxLineBytes } = this.#context;
    const { id, method, agentSessionId } = glimpse(line.head);
    const reason = `a message of ${line.sizeBytes} bytes was dropped: the cap is ${maxLineBytes} bytes`;
    logger.warn(
      { agent, pid: this.process.pid, sizeBytes: line.sizeBytes, method },
      'agent message over the cap',
    );
    if (id !== undefined && method === undefined) {
      this.#rpc.receive({ jsonrpc: '2.0', id, error: { code: -32_603, message: reason } });
      return;
    }
    if (id !== undefined) this.#rpc.refuse(id, reason);
    this.conversations.dropped(agentSessionId, reason);
  }

  #failure(method: string, thrown: unknown): DaemonError {
    const { agent } = this.#context;
    const answered = rpcErrorOf(thrown);
    if (answered === undefined) {
      const { exitCode, signal, stderrTail } = this.#exit ?? { exitCode: null, signal: null, stderrTail: '' };
      const how = signal === null ? `exited with code ${exitCode}` : `was ended by ${signal}`;
      return new DaemonError(
        'agent_exited',
        `Agent "${agent}" ${how} before it answered ${method}`,
        { agent, exitCode, signal, stderrTail },
        { cause: thrown },
      );
    }
    const { code: agentCode, data } = answered;
    if (agentCode === authRequired) {
      return new DaemonError(
        'agent_auth_required',
        `Agent "${agent}" needs a login: ${answered.message}`,
        { agent, authMethods: this.authMethods, agentCode, data },
        { cause: thrown },
      );
    }
    return new DaemonError(
      'agent_error',
      `Agent "${agent}" answered ${method}: ${answered.message}`,
      { agent, agentCode, data },
      { cause: thrown },
    );
  }
}
