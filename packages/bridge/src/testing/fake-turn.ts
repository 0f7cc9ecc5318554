import type { AgentSessionId, DaemonError } from '@holdfast/protocol';
import type { ConversationSink, PermissionOutcome, PromptAnswer } from '../ports/agents.ts';
import { options as permissionOptions } from './samples.ts';

/** A prompt that reached an agent, for the test to answer. */
export class FakeTurn {
  readonly agentSessionId: AgentSessionId;
  readonly prompt: readonly unknown[];
  readonly meta: unknown;
  readonly answered: Promise<PromptAnswer>;
  /** Blocks that joined it. */
  readonly heard: unknown[] = [];
  readonly #sink: ConversationSink | undefined;
  #answer: (answer: PromptAnswer) => void = () => {};
  #fail: (error: DaemonError) => void = () => {};

  constructor(
    sink: ConversationSink | undefined,
    agentSessionId: AgentSessionId,
    prompt: readonly unknown[],
    meta: unknown,
  ) {
    this.#sink = sink;
    this.agentSessionId = agentSessionId;
    this.prompt = prompt;
    this.meta = meta;
    this.answered = new Promise((resolve, reject) => {
      this.#answer = resolve;
      this.#fail = reject;
    });
  }

  /** The texts of its blocks. */
  get texts(): readonly unknown[] {
    return this.prompt.map((block) =>
      typeof block === 'object' && block !== null && 'text' in block ? block.text : block,
    );
  }

  say(text: string): void {
    this.#sink?.updates([{ sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } }]);
  }

  /** A message of it was too long. */
  lose(reason: string): void {
    this.#sink?.dropped(reason);
  }

  /** Asks for permission; the answers that reach the agent are collected. */
  ask({ isWithdrawn = false } = {}): { readonly answers: PermissionOutcome[]; withdraw(): void } {
    const answers: PermissionOutcome[] = [];
    const withdrawal = new AbortController();
    if (isWithdrawn) withdrawal.abort();
    this.#sink?.permission({
      toolCall: { toolCallId: 'call-1' },
      options: permissionOptions,
      answer: (outcome) => void answers.push(outcome),
      withdrawn: withdrawal.signal,
    });
    return { answers, withdraw: () => withdrawal.abort() };
  }

  answer(stopReason = 'end_turn'): void {
    this.#answer({ stopReason });
  }

  fail(error: DaemonError): void {
    this.#fail(error);
  }
}
