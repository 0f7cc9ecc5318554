import type { ContentBlock, SessionUpdate, StopReason, ToolCall } from './acp.ts';
import { type DemoSession, remember } from './demo-session.ts';
import type { LineWriter } from './line-writer.ts';
import type { RpcPeer } from './rpc-peer.ts';
import type { SessionStore, StoredEntry } from './session-store.ts';

/** What a turn may use of its process. */
export interface Host {
  readonly peer: RpcPeer;
  readonly writer: LineWriter;
  readonly store: SessionStore;
  readonly env: NodeJS.ProcessEnv;
  /** Ends the process once all output is with the kernel. Never resolves. */
  exit(how: { code: number } | { signal: NodeJS.Signals }): Promise<never>;
}

/** One prompt being worked on. Updates go out at once and are stored, text coalesced, when the turn ends. */
export class Turn {
  readonly host: Host;
  readonly session: DemoSession;
  readonly prompt: readonly ContentBlock[];
  readonly startedAtChars: number;
  /** What is to be done right behind the answer to the prompt. */
  readonly afterwards: (() => void)[] = [];
  /** The reason to end with; set by a directive that ends the turn. */
  stopReason: StopReason | undefined;
  /** What a cancel does: 'obey', go on to the own end, or obey after that many ms. */
  onCancel: 'obey' | 'ignore' | { readonly afterMs: number } = 'obey';
  readonly #stop = new AbortController();
  readonly #made: StoredEntry[] = [];
  #toolCalls = 0;

  constructor(host: Host, session: DemoSession, prompt: readonly ContentBlock[]) {
    this.host = host;
    this.session = session;
    this.prompt = prompt;
    this.startedAtChars = session.chars;
  }

  /** Aborts when the turn is to end as cancelled. */
  get stopping(): AbortSignal {
    return this.#stop.signal;
  }

  cancel(): void {
    if (this.onCancel === 'obey') this.#stop.abort();
    else if (this.onCancel !== 'ignore') setTimeout(() => this.#stop.abort(), this.onCancel.afterMs);
  }

  /** Sends an update without remembering it. */
  send(update: SessionUpdate): void {
    this.host.peer.notify('session/update', { sessionId: this.session.id, update });
  }

  /** Sends an update that a later load replays. */
  update(update: SessionUpdate): void {
    this.send(update);
    this.#keep(update);
  }

  /** Remembers text that has been sent by other means. */
  keepText(text: string): void {
    this.#keep({ sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } });
  }

  say(text: string): void {
    this.update({ sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } });
  }

  think(text: string): void {
    this.update({ sessionUpdate: 'agent_thought_chunk', content: { type: 'text', text } });
  }

  /** Announces a tool call; returns its id. */
  callTool(call: Omit<ToolCall, 'toolCallId'>): string {
    const toolCallId = this.nextToolCallId();
    this.update({ sessionUpdate: 'tool_call', toolCallId, ...call });
    return toolCallId;
  }

  nextToolCallId(): string {
    this.#toolCalls += 1;
    return `call-${this.session.userMessages}-${this.#toolCalls}`;
  }

  /** Changes what is known of the session beyond the conversation. */
  record(entry: StoredEntry): void {
    remember(this.session, entry);
    this.#made.push(entry);
  }

  /** Waits `ms` milliseconds, or until the turn is to stop. */
  pause(ms: number): Promise<void> {
    const { stopping } = this;
    if (stopping.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        stopping.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, Math.min(ms, 2 ** 31 - 1));
      stopping.addEventListener('abort', done);
    });
  }

  /** Writes down what the turn has produced. */
  finish(): void {
    this.host.store.append(this.session.id, this.#made);
  }

  #keep(update: SessionUpdate): void {
    const last = this.#made.at(-1);
    const joined = last?.type === 'update' ? joinText(last.update, update) : undefined;
    const entry: StoredEntry = { type: 'update', update: joined ?? update };
    if (joined) this.#made.pop();
    this.#made.push(entry);
    this.session.chars += JSON.stringify(update).length;
  }
}

/** Joins two chunks of the same voice; undefined when they are not. */
function joinText(before: SessionUpdate, after: SessionUpdate): SessionUpdate | undefined {
  const sessionUpdate = after.sessionUpdate;
  if (sessionUpdate !== 'agent_message_chunk' && sessionUpdate !== 'agent_thought_chunk') return undefined;
  if (before.sessionUpdate !== sessionUpdate || before.content.type !== 'text') return undefined;
  if (after.content.type !== 'text') return undefined;
  return { sessionUpdate, content: { type: 'text', text: before.content.text + after.content.text } };
}
