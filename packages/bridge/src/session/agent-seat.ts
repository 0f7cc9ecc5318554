import type { AgentSessionId } from '@holdfast/protocol';
import type { AgentConnection, AgentLease, ConversationSink } from '../ports/agents.ts';
import type { AgentUpdate } from './command.ts';
import type { PromptBlock } from './entry.ts';
import type { Slot } from './slots.ts';

/** An agent session that a session speaks through, and what is held for it. */
export interface Conversation {
  readonly lease: AgentLease;
  readonly agentSessionId: AgentSessionId;
  readonly binding: number;
  /** Goes before the next prompt, once: what the agent must be told of the past. */
  readonly reseed: PromptBlock | null;
}

/**
 * A session's place at an agent: the slot that counts it, and the conversation once there is one. Frames of a
 * conversation that is not yet (or no more) the current one are told apart by their binding number.
 */
export class AgentSeat {
  #slot: Slot | undefined;
  #conversation: Conversation | undefined;
  /** Settles when the agent is done with the last prompt it was given. */
  #turnEnds: Promise<unknown> = Promise.resolve();

  /** Whether an agent session is held or being acquired. */
  get isTaken(): boolean {
    return this.#slot !== undefined;
  }

  get conversation(): Conversation | undefined {
    return this.#conversation;
  }

  get connection(): AgentConnection | undefined {
    return this.#conversation?.lease.connection;
  }

  /** Counts the session against the limit, once. @throws session_limit_exceeded */
  reserve(acquire: () => Slot): void {
    this.#slot ??= acquire();
  }

  sit(conversation: Conversation): void {
    this.#conversation = conversation;
    this.#turnEnds = Promise.resolve();
  }

  get turnEnds(): Promise<unknown> {
    return this.#turnEnds;
  }

  /** The agent works on a prompt until `turnEnds` settles. */
  work(turnEnds: Promise<unknown>): void {
    this.#turnEnds = turnEnds;
  }

  /** Takes what must be told before the next prompt. */
  takeReseed(): PromptBlock | null {
    const { reseed = null } = this.#conversation ?? {};
    if (this.#conversation !== undefined) this.#conversation = { ...this.#conversation, reseed: null };
    return reseed;
  }

  /** Gives up the conversation but keeps the place, for prompts that wait for the next one. */
  vacate(): Conversation | undefined {
    const conversation = this.#conversation;
    this.#conversation = undefined;
    return conversation;
  }

  /** Leaves the seat: what was held for the conversation is the caller's to give back. */
  leave(): Conversation | undefined {
    const conversation = this.vacate();
    this.#slot?.release();
    this.#slot = undefined;
    return conversation;
  }
}

/** Holds what an agent says before its session knows the binding, then passes everything on in order. */
export class EarlySink implements ConversationSink {
  readonly #early: ((sink: ConversationSink) => void)[] = [];
  #sink: ConversationSink | undefined;

  /** From now on `sink` hears everything, beginning with what was held. */
  connect(sink: ConversationSink): void {
    this.#sink = sink;
    for (const tell of this.#early.splice(0)) tell(sink);
  }

  updates(updates: readonly AgentUpdate[]): void {
    this.#tell((sink) => sink.updates(updates));
  }

  permission(request: Parameters<ConversationSink['permission']>[0]): void {
    this.#tell((sink) => sink.permission(request));
  }

  dropped(reason: string): void {
    this.#tell((sink) => sink.dropped(reason));
  }

  exited(exit: Parameters<ConversationSink['exited']>[0]): void {
    this.#tell((sink) => sink.exited(exit));
  }

  #tell(tell: (sink: ConversationSink) => void): void {
    if (this.#sink === undefined) this.#early.push(tell);
    else tell(this.#sink);
  }
}
