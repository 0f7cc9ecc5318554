import type { AgentExit, ConversationSink } from '../ports/agents.ts';
import type { Logger } from '../ports/logger.ts';
import { afterMicrotasks } from '../runtime/after-microtasks.ts';
import { type HeldUpdates, hold, noneHeld } from './held-updates.ts';
import type { JsonRecord } from './records.ts';
import type { ReplayGate } from './replay-gate.ts';

/** A conversation that is being opened: what the agent says of it is held back until its answer is in. */
export interface Opening {
  /** Starts listening; what was held reaches the sink once the caller has seen the answer. */
  opened(agentSessionId: string, configOptions: unknown): void;
  failed(): void;
}

interface Conversation {
  readonly sink: ConversationSink;
  /** `opening`: not answered yet; `opened`: answered, but the caller may not have seen it; `served`: directly. */
  phase: 'opening' | 'opened' | 'served';
  /** What came before it was served. */
  readonly held: HeldUpdates;
  /** A restore replays what the journal already has; only the state it reports is new. */
  readonly keepsOnlyState: boolean;
  /** Of a load: what it replays may go on after the answer. */
  readonly replay: ReplayGate | undefined;
  configOptions: unknown;
}

/** Conversations an agent may speak of before it has named them. */
const maxEarlyIds = 64;

/** Kinds that say how things are, not what was said (ACP session/update). */
const stateKinds: ReadonlySet<unknown> = new Set([
  'available_commands_update',
  'current_mode_update',
  'config_option_update',
  'session_info_update',
  'usage_update',
]);

/** Who listens to which conversation of one agent process. */
export class Conversations {
  readonly #logger: Logger;
  readonly #listening = new Map<string, Conversation>();
  /** Updates of ids not known yet, while a new or fork is in flight. */
  readonly #early = new Map<string, HeldUpdates>();
  #unnamedOpenings = 0;
  #droppedUpdates = 0;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Updates nobody listened to, so far. */
  get droppedUpdates(): number {
    return this.#droppedUpdates;
  }

  /** session/new or session/fork: the id comes with the answer. */
  openUnnamed(sink: ConversationSink, keepsOnlyState: boolean): Opening {
    this.#unnamedOpenings += 1;
    const close = once(() => {
      this.#unnamedOpenings -= 1;
      if (this.#unnamedOpenings > 0) return;
      for (const held of this.#early.values()) this.#droppedUpdates += held.updates.length;
      this.#early.clear();
    });
    return {
      opened: (agentSessionId, configOptions) => {
        const held = this.#early.get(agentSessionId) ?? noneHeld();
        this.#early.delete(agentSessionId);
        if (keepsOnlyState) held.updates = held.updates.filter(reportsState);
        const reported = held.updates.findLast(reportsConfigOptions)?.['configOptions'];
        const conversation: Conversation = {
          sink,
          phase: 'opened',
          held,
          keepsOnlyState,
          replay: undefined,
          configOptions: reported ?? configOptions,
        };
        this.#listening.set(agentSessionId, conversation);
        afterMicrotasks().then(() => this.#serve(conversation));
        close();
      },
      failed: close,
    };
  }

  /** session/load (which replays) or session/resume (which must not): the id is known beforehand. */
  openNamed(agentSessionId: string, sink: ConversationSink, replay: ReplayGate | undefined): Opening {
    const conversation: Conversation = {
      sink,
      phase: 'opening',
      held: noneHeld(),
      keepsOnlyState: true,
      replay,
      configOptions: undefined,
    };
    this.#listening.set(agentSessionId, conversation);
    return {
      opened: (_, configOptions) => {
        conversation.configOptions ??= configOptions;
        conversation.phase = 'opened';
        replay?.heard();
        afterMicrotasks().then(() => this.#serve(conversation));
      },
      failed: () => {
        if (this.#listening.get(agentSessionId) === conversation) this.#listening.delete(agentSessionId);
      },
    };
  }

  updates(agentSessionId: string, updates: readonly JsonRecord[], chars: number): void {
    const conversation = this.#listening.get(agentSessionId);
    if (conversation === undefined) {
      this.#holdEarly(agentSessionId, updates, chars);
      return;
    }
    for (const update of updates) {
      if (reportsConfigOptions(update)) conversation.configOptions = update['configOptions'];
    }
    if (conversation.phase !== 'opening') conversation.replay?.heard();
    const isReplayed = isReplaying(conversation);
    if (isReplayed) {
      const said = updates.filter((update) => !reportsState(update));
      conversation.replay?.collect(said, (chars * said.length) / updates.length);
    }
    const kept = isReplayed ? updates.filter(reportsState) : updates;
    if (kept.length === 0) return;
    if (conversation.phase === 'served') {
      this.#tell(() => conversation.sink.updates(kept));
      return;
    }
    hold(conversation.held, kept, (chars * kept.length) / updates.length);
  }

  /** The sink of an open conversation, everything held for it delivered before. */
  sinkOf(agentSessionId: string): ConversationSink | undefined {
    const conversation = this.#listening.get(agentSessionId);
    if (conversation === undefined || conversation.phase === 'opening') return undefined;
    this.#serve(conversation);
    return conversation.sink;
  }

  /** What must be passed before a prompt; undefined where nothing is replayed any more. */
  replayOf(agentSessionId: string): ReplayGate | undefined {
    const replay = this.#listening.get(agentSessionId)?.replay;
    return replay?.isOver ? undefined : replay;
  }

  isListening(agentSessionId: string): boolean {
    return this.#listening.has(agentSessionId);
  }

  /** The config options the agent last reported of it. */
  configOptions(agentSessionId: string): readonly unknown[] {
    const options = this.#listening.get(agentSessionId)?.configOptions;
    return Array.isArray(options) ? options : [];
  }

  setConfigOptions(agentSessionId: string, options: unknown): void {
    const conversation = this.#listening.get(agentSessionId);
    if (conversation !== undefined && options !== undefined) conversation.configOptions = options;
  }

  /** Tells the conversation a dropped line names; all of them when it names none. */
  dropped(agentSessionId: string | undefined, reason: string): void {
    for (const [id, { sink, phase }] of this.#listening) {
      const isMeant = agentSessionId === undefined || agentSessionId === id;
      if (isMeant && phase !== 'opening') this.#tell(() => sink.dropped(reason));
    }
  }

  forget(agentSessionId: string): void {
    this.replayOf(agentSessionId)?.cancel();
    this.#listening.delete(agentSessionId);
  }

  /** Tells every open conversation; one still being opened learns it from its own call. */
  exited(exit: AgentExit): void {
    const ended = [...this.#listening.values()].filter(({ phase }) => phase !== 'opening');
    for (const conversation of ended) this.#serve(conversation);
    this.#listening.clear();
    for (const { sink } of ended) this.#tell(() => sink.exited(exit));
  }

  #holdEarly(agentSessionId: string, updates: readonly JsonRecord[], chars: number): void {
    if (this.#unnamedOpenings === 0) {
      this.#droppedUpdates += updates.length;
      return;
    }
    let held = this.#early.get(agentSessionId);
    if (held === undefined) {
      if (this.#early.size >= maxEarlyIds) {
        this.#droppedUpdates += updates.length;
        return;
      }
      held = noneHeld();
      this.#early.set(agentSessionId, held);
    }
    hold(held, updates, chars);
  }

  #serve(conversation: Conversation): void {
    const { held, sink } = conversation;
    if (conversation.phase === 'served') return;
    conversation.phase = 'served';
    // Taken away, so that no update is kept alive by the conversation that received it.
    const updates = held.updates.splice(0);
    if (updates.length > 0) this.#tell(() => sink.updates(updates));
    if (held.dropped > 0) {
      this.#tell(() =>
        sink.dropped(`${held.dropped} updates came before the session was open and were too many`),
      );
    }
  }

  #tell(call: () => void): void {
    try {
      call();
    } catch (error) {
      // One listener's fault must not silence the process's other conversations.
      this.#logger.error({ err: error }, 'a listener to an agent conversation failed');
    }
  }
}

const isReplaying = ({ keepsOnlyState, phase, replay }: Conversation): boolean =>
  replay === undefined ? keepsOnlyState && phase === 'opening' : !replay.isOver;

const reportsState = (update: JsonRecord) => stateKinds.has(update['sessionUpdate']);

const reportsConfigOptions = (update: JsonRecord) => update['sessionUpdate'] === 'config_option_update';

function once(task: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    task();
  };
}
