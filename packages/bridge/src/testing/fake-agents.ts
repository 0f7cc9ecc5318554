import { type AgentSessionId, agentSessionIdOf, DaemonError } from '@holdfast/protocol';
import type {
  AgentCapabilities,
  AgentConnection,
  AgentDefinition,
  AgentExit,
  AgentLease,
  AgentSessionPage,
  Agents,
  ConversationSink,
  InjectionOutcome,
  PromptAnswer,
} from '../ports/agents.ts';
import { FakeTurn } from './fake-turn.ts';

/** What fake agents can do unless a test says otherwise. */
const able: AgentCapabilities = {
  canLoad: true,
  canResume: true,
  canFork: true,
  canClose: true,
  canList: true,
  canInject: true,
  acceptsEmbeddedContext: false,
  acceptsImages: false,
  acceptsAudio: false,
};

const definition = (name: string): AgentDefinition => ({
  name,
  title: name,
  command: process.execPath,
  args: [],
  env: {},
  passEnv: [],
  isolation: 'workspace',
});

type Method = 'lease' | 'new' | 'resume' | 'load' | 'fork' | 'inject' | 'model' | 'mode' | 'option';

/** Agents in memory that do what a test tells them. A call waits where a test held its method, and fails where it said so. */
export class FakeAgents implements Agents {
  readonly definitions = new Map([
    ['fake', definition('fake')],
    ['other', definition('other')],
  ]);
  /** Every process ever started. */
  readonly processes: FakeProcess[] = [];
  capabilities = able;
  /** Agent sessions that were opened, by any process: what resume and load know. */
  readonly remembered = new Set<AgentSessionId>();
  /** What an agent replays of a session that is taken over from it. */
  readonly replays = new Map<AgentSessionId, readonly Readonly<Record<string, unknown>>[]>();
  isClosed = false;
  /** What agents say to a message for the running turn; they take one only while a turn runs. */
  injection: InjectionOutcome = 'taken';
  readonly #failures = new Map<Method, DaemonError>();
  readonly #gates = new Map<Method, PromiseWithResolvers<void>>();
  readonly #turns: FakeTurn[] = [];
  #turnWaiters: (() => void)[] = [];

  async lease(agent: string, workspace: string): Promise<AgentLease> {
    await this.pass('lease');
    let process = this.processes.find(
      (candidate) => candidate.isOpen && candidate.agent === agent && candidate.workspace === workspace,
    );
    if (process === undefined) {
      process = new FakeProcess(this, agent, workspace, 100 + this.processes.length);
      this.processes.push(process);
    }
    return process.lease();
  }

  processCount(): number {
    return this.processes.filter(({ exit }) => exit === undefined).length;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    for (const process of this.processes) process.die({ exitCode: 0, signal: null, stderrTail: '' });
  }

  /** From now on calls of the method fail; undefined lets them succeed again. */
  fail(method: Method, error: DaemonError | undefined): void {
    if (error === undefined) this.#failures.delete(method);
    else this.#failures.set(method, error);
  }

  /** Calls of the method wait until the returned call. */
  hold(method: Method): () => void {
    const gate = Promise.withResolvers<void>();
    this.#gates.set(method, gate);
    return () => {
      this.#gates.delete(method);
      gate.resolve();
    };
  }

  async pass(method: Method): Promise<void> {
    await this.#gates.get(method)?.promise;
    const failure = this.#failures.get(method);
    if (failure !== undefined) throw failure;
  }

  /** The prompts that reached an agent, in order. */
  get turns(): readonly FakeTurn[] {
    return this.#turns;
  }

  /** Resolves with prompt number `place` (0 is the first ever) once it reached an agent. */
  async turn(place: number): Promise<FakeTurn> {
    for (;;) {
      const turn = this.#turns[place];
      if (turn !== undefined) return turn;
      await new Promise<void>((resolve) => this.#turnWaiters.push(resolve));
    }
  }

  begin(turn: FakeTurn): void {
    this.#turns.push(turn);
    for (const wake of this.#turnWaiters.splice(0)) wake();
  }

  /** The only process there is. */
  get process(): FakeProcess {
    const [process] = this.processes;
    if (process === undefined) throw new Error('no process was started');
    return process;
  }
}

/** One agent process, and what was asked of it, in order. */
export class FakeProcess implements AgentConnection {
  readonly agent: string;
  readonly workspace: string;
  readonly pid: number;
  exit: AgentExit | undefined;
  /** `new agent-1`, `cancel agent-1`, `close agent-1`, … */
  readonly calls: string[] = [];
  /** What it was told with each `new`, `fork`, `resume` and `load`, in order. */
  readonly opened: unknown[] = [];
  holders = 0;
  isRetired = false;
  readonly #agents: FakeAgents;
  readonly #sinks = new Map<AgentSessionId, ConversationSink>();
  readonly #running = new Set<FakeTurn>();

  constructor(agents: FakeAgents, agent: string, workspace: string, pid: number) {
    this.#agents = agents;
    this.agent = agent;
    this.workspace = workspace;
    this.pid = pid;
  }

  get introduction() {
    const { capabilities } = this.#agents;
    return { protocolVersion: 1, capabilities, authMethods: [], agentInfo: null };
  }

  get isOpen(): boolean {
    return this.exit === undefined && !this.isRetired;
  }

  /** Agent sessions it keeps: opened, and neither closed nor forgotten. */
  get conversations(): readonly AgentSessionId[] {
    return [...this.#sinks.keys()];
  }

  lease(): AgentLease {
    this.holders += 1;
    let isHeld = true;
    return {
      connection: this,
      release: () => {
        if (isHeld) this.holders -= 1;
        isHeld = false;
      },
      retire: () => {
        this.isRetired = true;
        if (this.holders === 1) this.die({ exitCode: null, signal: 'SIGKILL', stderrTail: '' });
      },
    };
  }

  async newSession(params: unknown, sink: ConversationSink) {
    this.opened.push(params);
    await this.#call('new');
    const agentSessionId = agentSessionIdOf(`agent-${this.#agents.remembered.size + 1}`);
    this.#agents.remembered.add(agentSessionId);
    this.calls.push(`new ${agentSessionId}`);
    this.#sinks.set(agentSessionId, sink);
    return { agentSessionId, ...silent };
  }

  async forkSession(from: AgentSessionId, params: unknown, sink: ConversationSink) {
    this.calls.push(`fork ${from}`);
    await this.#call('fork');
    return await this.newSession(params, sink);
  }

  async resumeSession(agentSessionId: AgentSessionId, params: unknown, sink: ConversationSink) {
    this.opened.push(params);
    this.calls.push(`resume ${agentSessionId}`);
    await this.#call('resume');
    return this.#reopened(agentSessionId, sink);
  }

  async loadSession(agentSessionId: AgentSessionId, params: unknown, sink: ConversationSink) {
    this.opened.push(params);
    this.calls.push(`load ${agentSessionId}`);
    await this.#call('load');
    return this.#reopened(agentSessionId, sink);
  }

  async adoptSession(agentSessionId: AgentSessionId, _: unknown, sink: ConversationSink) {
    this.calls.push(`adopt ${agentSessionId}`);
    await this.#call('load');
    const state = this.#reopened(agentSessionId, sink);
    return { ...state, replayed: this.#agents.replays.get(agentSessionId) ?? [] };
  }

  async listSessions(): Promise<AgentSessionPage> {
    const sessions = [...this.#agents.remembered].map((agentSessionId) => ({
      agentSessionId,
      cwd: this.workspace,
      title: null,
      updatedAt: null,
    }));
    return { sessions, nextCursor: undefined };
  }

  prompt(agentSessionId: AgentSessionId, prompt: readonly unknown[], meta: unknown): Promise<PromptAnswer> {
    if (this.exit !== undefined) return Promise.reject(exited(this.exit));
    const turn = new FakeTurn(this.#sinks.get(agentSessionId), agentSessionId, prompt, meta);
    this.#running.add(turn);
    this.#agents.begin(turn);
    return turn.answered.finally(() => this.#running.delete(turn));
  }

  cancel(agentSessionId: AgentSessionId): void {
    this.calls.push(`cancel ${agentSessionId}`);
  }

  async inject(agentSessionId: AgentSessionId, prompt: readonly unknown[]): Promise<InjectionOutcome> {
    await this.#call('inject');
    const turn = [...this.#running].find((running) => running.agentSessionId === agentSessionId);
    const outcome = turn === undefined ? 'refused' : this.#agents.injection;
    if (outcome === 'taken') turn?.heard.push(...prompt);
    return outcome;
  }

  async setMode(_: AgentSessionId, modeId: string): Promise<void> {
    await this.#call('mode');
    this.calls.push(`mode ${modeId}`);
  }

  async setModel(_: AgentSessionId, modelId: string): Promise<void> {
    await this.#call('model');
    this.calls.push(`model ${modelId}`);
  }

  async setConfigOption(_: AgentSessionId, id: string, value: string | boolean): Promise<unknown> {
    await this.#call('option');
    this.calls.push(`option ${id} ${value}`);
    return [{ id, type: typeof value === 'boolean' ? 'boolean' : 'select', currentValue: value }];
  }

  async closeSession(agentSessionId: AgentSessionId): Promise<void> {
    this.calls.push(`close ${agentSessionId}`);
    this.#sinks.delete(agentSessionId);
  }

  forget(agentSessionId: AgentSessionId): void {
    this.calls.push(`forget ${agentSessionId}`);
    this.#sinks.delete(agentSessionId);
  }

  /** The agent says something of a conversation, in a turn or outside of one. */
  say(agentSessionId: string, ...updates: readonly Readonly<Record<string, unknown>>[]): void {
    this.#sinks.get(agentSessionIdOf(agentSessionId))?.updates(updates);
  }

  /** The process ends: what it was asked fails, those who listen hear of it. */
  die(exit: AgentExit = { exitCode: 1, signal: null, stderrTail: 'boom' }): void {
    if (this.exit !== undefined) return;
    this.exit = exit;
    for (const turn of this.#running) turn.fail(exited(exit));
    const sinks = [...this.#sinks.values()];
    this.#sinks.clear();
    for (const sink of sinks) sink.exited(exit);
  }

  #reopened(agentSessionId: AgentSessionId, sink: ConversationSink) {
    if (!this.#agents.remembered.has(agentSessionId)) {
      throw new DaemonError('agent_error', 'unknown session', { agentCode: -32_602 });
    }
    this.#sinks.set(agentSessionId, sink);
    return silent;
  }

  async #call(method: Method): Promise<void> {
    await this.#agents.pass(method);
    if (this.exit !== undefined) throw exited(this.exit);
  }
}

const silent = Object.freeze({ modes: null, models: null, configOptions: null });

const exited = (exit: AgentExit): DaemonError =>
  new DaemonError('agent_exited', 'the agent exited', { ...exit });
