import { type AgentSessionId, agentSessionIdOf, DaemonError, type ErrorCode } from '@holdfast/protocol';
import type {
  AgentConnection,
  AgentExit,
  AgentIntroduction,
  AgentSessionPage,
  ConversationSink,
  ConversationState,
  OpenConversation,
  PromptAnswer,
} from '../ports/agents.ts';
import type { Clock } from '../ports/clock.ts';
import type { AgentLink } from './agent-link.ts';
import { optionIdOf, optionRequest, optionsIn } from './config-option.ts';
import { conversationState } from './conversation-state.ts';
import type { Opening } from './conversations.ts';
import { injectIntoTurn } from './inject.ts';
import { isRecord, type JsonRecord } from './records.ts';
import { ReplayCollector } from './replay-collector.ts';
import { ReplayGate } from './replay-gate.ts';
import { parseSessionPage } from './session-page.ts';
import { TimedRequests } from './timed-requests.ts';

/** How long an agent may take (ms). */
export interface AgentTimeouts {
  /** Spawn and initialize. */
  readonly initTimeoutMs: number;
  /** session/new, and the changes of mode and model. */
  readonly newSessionTimeoutMs: number;
  /** session/load, session/resume and session/fork. */
  readonly restoreTimeoutMs: number;
}

export interface AcpAgentContext {
  readonly agent: string;
  readonly clock: Clock;
  readonly timeouts: AgentTimeouts;
}

type Named = ConversationState & { readonly agentSessionId: AgentSessionId };

/** Limit of a call nobody waits for. */
const closeLimit = { timeoutMs: 5_000, code: 'agent_error' } as const;

/** The calls of ACP v1 on one process, each with its deadline. */
export class AcpAgent implements AgentConnection {
  readonly agent: string;
  readonly introduction: AgentIntroduction;
  readonly #link: AgentLink;
  readonly #context: AcpAgentContext;
  readonly #requests: TimedRequests;

  constructor(link: AgentLink, introduction: AgentIntroduction, context: AcpAgentContext) {
    this.agent = context.agent;
    this.introduction = introduction;
    this.#link = link;
    this.#context = context;
    this.#requests = new TimedRequests(context.agent, link, context.clock);
  }

  get pid(): number {
    return this.#link.process.pid;
  }

  get exit(): AgentExit | undefined {
    return this.#link.exit;
  }

  newSession({ cwd, mcpServers }: OpenConversation, sink: ConversationSink): Promise<Named> {
    const opening = this.#link.conversations.openUnnamed(sink, false);
    const timeoutMs = this.#context.timeouts.newSessionTimeoutMs;
    return this.#create('session/new', { cwd, mcpServers }, opening, timeoutMs, 'init_timeout');
  }

  forkSession(sessionId: AgentSessionId, params: OpenConversation, sink: ConversationSink): Promise<Named> {
    const opening = this.#link.conversations.openUnnamed(sink, true);
    const timeoutMs = this.#context.timeouts.restoreTimeoutMs;
    const { cwd, mcpServers } = params;
    const fork = { sessionId, cwd, mcpServers };
    return this.#create('session/fork', fork, opening, timeoutMs, 'session_restore_timeout');
  }

  resumeSession(
    id: AgentSessionId,
    params: OpenConversation,
    sink: ConversationSink,
  ): Promise<ConversationState> {
    return this.#restore(
      'session/resume',
      id,
      params,
      this.#link.conversations.openNamed(id, sink, undefined),
    );
  }

  loadSession(
    id: AgentSessionId,
    params: OpenConversation,
    sink: ConversationSink,
  ): Promise<ConversationState> {
    const replay = new ReplayGate(this.#context.clock);
    return this.#restore('session/load', id, params, this.#link.conversations.openNamed(id, sink, replay));
  }

  async adoptSession(id: AgentSessionId, params: OpenConversation, sink: ConversationSink) {
    const collector = new ReplayCollector();
    const replay = new ReplayGate(this.#context.clock, collector);
    const opening = this.#link.conversations.openNamed(id, sink, replay);
    const state = await this.#restore('session/load', id, params, opening);
    await replay.pass();
    if (!collector.isOverfull) return { ...state, replayed: collector.replayed };
    await this.closeSession(id);
    throw new DaemonError(
      'agent_error',
      `Agent "${this.agent}" replays more of session "${id}" than is taken over`,
      {
        agent: this.agent,
      },
    );
  }

  async listSessions(query: { readonly cwd?: string; readonly cursor?: string }): Promise<AgentSessionPage> {
    const method = 'session/list';
    const page = parseSessionPage(await this.#change(method, query));
    if (page === undefined) throw this.#requests.malformed(method, 'sessions');
    return page;
  }

  async prompt(sessionId: AgentSessionId, prompt: readonly unknown[], meta: unknown): Promise<PromptAnswer> {
    const replay = this.#link.conversations.replayOf(sessionId);
    if (replay !== undefined && !(await replay.pass())) return { stopReason: 'cancelled' };
    const method = 'session/prompt';
    const params = meta === undefined ? { sessionId, prompt } : { sessionId, prompt, _meta: meta };
    const answer = await this.#link.request(method, params);
    if (!isRecord(answer) || typeof answer['stopReason'] !== 'string') {
      throw this.#requests.malformed(method, 'a stopReason');
    }
    const { stopReason, usage } = answer;
    return usage === undefined || usage === null ? { stopReason } : { stopReason, usage };
  }

  inject(sessionId: AgentSessionId, prompt: readonly unknown[], meta: unknown) {
    return injectIntoTurn(this.#requests, { sessionId, prompt, meta });
  }

  cancel(sessionId: AgentSessionId): void {
    // A prompt that was not sent has no turn to cancel.
    if (this.#link.conversations.replayOf(sessionId)?.cancel()) return;
    this.#link.notify('session/cancel', { sessionId });
  }

  setMode(sessionId: AgentSessionId, modeId: string): Promise<void> {
    return this.#choose(sessionId, 'mode', modeId);
  }

  setModel(sessionId: AgentSessionId, modelId: string): Promise<void> {
    return this.#choose(sessionId, 'model', modelId);
  }

  async setConfigOption(id: AgentSessionId, configId: string, value: string | boolean): Promise<unknown> {
    const options = optionsIn(await this.#change(...optionRequest(id, configId, value)));
    this.#link.conversations.setConfigOptions(id, options);
    return options;
  }

  async closeSession(sessionId: AgentSessionId): Promise<void> {
    this.forget(sessionId);
    await this.#closeOnAgent(sessionId);
  }

  forget(sessionId: AgentSessionId): void {
    this.#link.permissions.withdraw(sessionId);
    this.#link.conversations.forget(sessionId);
  }

  async #create(
    method: string,
    params: JsonRecord,
    opening: Opening,
    timeoutMs: number,
    code: ErrorCode,
  ): Promise<Named> {
    try {
      const answer = await this.#requests.send(method, params, {
        timeoutMs,
        code,
        late: (late) => {
          if (isRecord(late) && typeof late['sessionId'] === 'string') this.#closeOnAgent(late['sessionId']);
        },
      });
      if (!isRecord(answer) || typeof answer['sessionId'] !== 'string') {
        throw this.#requests.malformed(method, 'a sessionId');
      }
      const state = conversationState(answer);
      opening.opened(answer['sessionId'], state.configOptions);
      return { ...state, agentSessionId: agentSessionIdOf(answer['sessionId']) };
    } catch (error) {
      opening.failed();
      throw error;
    }
  }

  async #restore(
    method: string,
    sessionId: AgentSessionId,
    { cwd, mcpServers }: OpenConversation,
    opening: Opening,
  ): Promise<ConversationState> {
    const { conversations } = this.#link;
    const timeoutMs = this.#context.timeouts.restoreTimeoutMs;
    try {
      const answer = await this.#requests.send(
        method,
        { sessionId, cwd, mcpServers },
        {
          timeoutMs,
          code: 'session_restore_timeout',
          late: () => {
            // Somebody may have tried again meanwhile: then the conversation is theirs.
            if (!conversations.isListening(sessionId)) this.#closeOnAgent(sessionId);
          },
        },
      );
      const state = conversationState(isRecord(answer) ? answer : {});
      opening.opened(sessionId, state.configOptions);
      return state;
    } catch (error) {
      opening.failed();
      throw error;
    }
  }

  /** Sets the config option of a category; where the agent offers none, by the older method. */
  async #choose(sessionId: AgentSessionId, category: 'mode' | 'model', value: string): Promise<void> {
    const id = optionIdOf(this.#link.conversations.configOptions(sessionId), category);
    if (id !== undefined) await this.setConfigOption(sessionId, id, value);
    else await this.#change(`session/set_${category}`, { sessionId, [`${category}Id`]: value });
  }

  #change(method: string, params: JsonRecord): Promise<unknown> {
    const timeoutMs = this.#context.timeouts.newSessionTimeoutMs;
    return this.#requests.send(method, params, { timeoutMs, code: 'agent_error' });
  }

  /** Never rejects: whoever closes has no more use for the answer. */
  async #closeOnAgent(sessionId: string): Promise<void> {
    if (!this.introduction.capabilities.canClose || this.exit !== undefined) return;
    await this.#requests.send('session/close', { sessionId }, closeLimit).catch(() => {});
  }
}
