import type {
  ContentBlock,
  PromptId,
  RecordedTurn,
  ToolLine,
  TurnErrorCode,
  TurnState,
} from '@holdfast/protocol';

/** What one turn may take in an answer, in UTF-16 units; more is left out and said so. */
export const maxTurnChars = { agent: 256 * 1024, user: 256 * 1024, thoughts: 64 * 1024, block: 64 * 1024 };
const maxTools = 500;

/** An ACP session update, as an agent may send it. */
interface Update {
  readonly sessionUpdate?: unknown;
  readonly content?: unknown;
  readonly toolCallId?: unknown;
  readonly title?: unknown;
  readonly kind?: unknown;
  readonly status?: unknown;
}

interface Terminal {
  readonly seq: number;
  readonly at: number;
  readonly state: TurnState;
  readonly stopReason?: string;
  readonly error?: { readonly code: TurnErrorCode; readonly message: string };
}

interface Piece<Value> {
  readonly seq: number;
  readonly value: Value;
}

interface ToolDraft {
  seq: number;
  readonly fields: Map<'title' | 'kind' | 'status', Piece<string>>;
}

/** One turn while its events are gathered, in either direction: forward what is left out is the end, backward the beginning. */
export class TurnDraft {
  readonly promptId: PromptId;
  /** Where its run begins and ends as far as it was seen; 0 when it never ran. */
  firstRunSeq = 0;
  lastRunSeq = 0;
  terminal: Terminal | undefined;
  /** Whether its prompt was seen. */
  hasBegun = false;
  /** Whether it is known to have ended before it ran. */
  isRemoved = false;
  /** What all of it takes, in UTF-16 units. */
  chars = 0;
  #startedAt = 0;
  #isTruncated = false;
  #queuedText = '';
  readonly #texts = { user: new Text('user'), agent: new Text('agent'), thoughts: new Text('thoughts') };
  readonly #blocks: Piece<ContentBlock>[] = [];
  readonly #tools = new Map<string, ToolDraft>();

  constructor(promptId: PromptId) {
    this.promptId = promptId;
  }

  /** Where it stands among the others: where it ended, or was seen last. */
  get endSeq(): number {
    return this.terminal?.seq ?? this.lastRunSeq;
  }

  end(terminal: Terminal): void {
    this.terminal = terminal;
  }

  /** A prompt that never ran is known by its text only. */
  queuedAs(text: string): void {
    this.isRemoved = true;
    this.#queuedText = text.slice(0, maxTurnChars.user);
    this.#isTruncated ||= text.length > maxTurnChars.user;
  }

  run(seq: number, at: number, update: Update): void {
    if (this.firstRunSeq === 0 || seq < this.firstRunSeq) {
      this.firstRunSeq = seq;
      this.#startedAt = at;
    }
    this.lastRunSeq = Math.max(this.lastRunSeq, seq);
    switch (update.sessionUpdate) {
      case 'user_message_chunk':
        this.hasBegun = true;
        this.#addBlock(seq, update.content);
        this.#addText('user', seq, update.content);
        return;
      case 'agent_message_chunk':
        this.#addText('agent', seq, update.content);
        return;
      case 'agent_thought_chunk':
        this.#addText('thoughts', seq, update.content);
        return;
      case 'tool_call':
      case 'tool_call_update':
        this.#addTool(seq, update);
        return;
      default:
    }
  }

  /** As an answer has it; `isRunning` where its end is still to come. */
  toTurn(generation: number, isRunning: boolean): RecordedTurn {
    const { terminal, firstRunSeq } = this;
    const thoughts = this.#texts.thoughts.joined('');
    const texts = Object.values(this.#texts);
    return {
      kind: 'turn',
      promptId: this.promptId,
      generation,
      user: {
        text: firstRunSeq === 0 ? this.#queuedText : this.#texts.user.joined('\n'),
        content: this.#blocks.toSorted(bySeq).map(({ value }) => value),
      },
      agentText: this.#texts.agent.joined(''),
      thoughts: thoughts === '' ? undefined : thoughts,
      tools: toolLines(this.#tools),
      isTruncated: this.#isTruncated || texts.some((text) => text.isTruncated),
      state: terminal?.state ?? (isRunning ? 'running' : undefined),
      stopReason: terminal?.stopReason,
      error: terminal?.error,
      startedAt: firstRunSeq === 0 ? undefined : this.#startedAt,
      endedAt: terminal?.at,
      firstEventId: firstRunSeq === 0 ? this.endSeq : firstRunSeq,
      lastEventId: this.endSeq,
    };
  }

  #addText(role: 'user' | 'agent' | 'thoughts', seq: number, content: unknown): void {
    const text = textIn(content);
    if (text !== '') this.chars += this.#texts[role].add(seq, text);
  }

  #addBlock(seq: number, content: unknown): void {
    // The user's blocks were checked when the prompt was admitted.
    const block = content as ContentBlock;
    const size = JSON.stringify(block)?.length ?? 0;
    const isLong = size > maxTurnChars.block;
    this.#isTruncated ||= isLong;
    this.chars += isLong ? 0 : size;
    this.#blocks.push({ seq, value: isLong ? { type: block.type, isOmitted: true } : block });
  }

  #addTool(seq: number, update: Update): void {
    if (typeof update.toolCallId !== 'string') return;
    let tool = this.#tools.get(update.toolCallId);
    if (tool === undefined) {
      if (this.#tools.size >= maxTools) {
        this.#isTruncated = true;
        return;
      }
      tool = { seq, fields: new Map() };
      this.#tools.set(update.toolCallId, tool);
    }
    tool.seq = Math.min(tool.seq, seq);
    for (const name of ['title', 'kind', 'status'] as const) {
      const value = update[name];
      const known = tool.fields.get(name);
      if (typeof value === 'string' && (known === undefined || known.seq < seq)) {
        tool.fields.set(name, { seq, value: value.replaceAll(/\s+/g, ' ').slice(0, 500) });
        this.chars += value.length;
      }
    }
  }
}

/** Text in pieces, up to a limit. */
class Text {
  readonly #pieces: Piece<string>[] = [];
  readonly #limit: number;
  #left: number;
  isTruncated = false;

  constructor(role: 'user' | 'agent' | 'thoughts') {
    this.#limit = maxTurnChars[role];
    this.#left = this.#limit;
  }

  /** How much of it is kept. */
  add(seq: number, value: string): number {
    const kept = value.slice(0, this.#left);
    this.isTruncated ||= kept.length < value.length;
    if (kept !== '') this.#pieces.push({ seq, value: kept });
    this.#left -= kept.length;
    return kept.length;
  }

  joined(separator: string): string {
    return this.#pieces
      .toSorted(bySeq)
      .map(({ value }) => value)
      .join(separator);
  }
}

const bySeq = (one: { readonly seq: number }, other: { readonly seq: number }): number => one.seq - other.seq;

const toolLines = (tools: ReadonlyMap<string, ToolDraft>): ToolLine[] =>
  [...tools]
    .sort(([, one], [, other]) => bySeq(one, other))
    .map(([toolCallId, { fields }]) => ({
      toolCallId,
      title: fields.get('title')?.value ?? 'tool call',
      kind: fields.get('kind')?.value,
      status: fields.get('status')?.value,
    }));

/** The text of an ACP content block; an agent may say anything. */
export function textIn(content: unknown): string {
  if (typeof content !== 'object' || content === null || !('text' in content)) return '';
  return typeof content.text === 'string' ? content.text : '';
}
