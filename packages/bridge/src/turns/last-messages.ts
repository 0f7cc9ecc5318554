import type { PreviewItem } from '@holdfast/protocol';
import type { JournalEvent } from '../ports/journal.ts';
import { textIn } from './turn-draft.ts';

const roles: Readonly<Record<string, PreviewItem['role']>> = {
  user_message_chunk: 'user',
  agent_message_chunk: 'agent',
};

interface Message {
  readonly role: PreviewItem['role'];
  readonly promptId: string | undefined;
  /** Newest first. */
  readonly pieces: string[];
  chars: number;
}

/** More of a message than this is not kept while older pieces of it come. */
const keptChars = 64 * 1024;

/** The last messages of a session, gathered backwards from its tail. */
export class LastMessages {
  readonly #limit: number;
  readonly #maxChars: number;
  /** Newest first. */
  readonly #messages: Message[] = [];
  hasGap = false;

  constructor(limit: number, maxChars: number) {
    this.#limit = limit;
    this.#maxChars = maxChars;
  }

  /** Whether what is older changes nothing any more. */
  get isFull(): boolean {
    return this.#messages.length > this.#limit;
  }

  addOlder({ type, json }: JournalEvent): void {
    if (this.isFull) return;
    if (type === 'journal_gap') this.hasGap = true;
    if (type !== 'session_update') return;
    // Written by our own encoder as a session_update envelope.
    const { data, promptId } = JSON.parse(json) as {
      data: { update?: { sessionUpdate?: string; content?: unknown } };
      promptId?: string;
    };
    const role = roles[data.update?.sessionUpdate ?? ''];
    const text = textIn(data.update?.content);
    if (role === undefined || text === '') return;
    const last = this.#messages.at(-1);
    if (last?.role === role && last.promptId === promptId) add(last, text);
    else this.#messages.push({ role, promptId, pieces: [text], chars: text.length });
  }

  /** Oldest first. Where not all was read, the oldest message may lack its beginning. */
  items({ isAll }: { readonly isAll: boolean }): readonly PreviewItem[] {
    const shown = this.#messages.slice(0, this.#limit);
    return shown.toReversed().map((message, place) => {
      const lacksBeginning = !isAll && place === 0 && !this.isFull;
      return { role: message.role, text: this.#cut(message, lacksBeginning) };
    });
  }

  #cut({ pieces }: Message, lacksBeginning: boolean): string {
    const text = pieces.toReversed().join('');
    const isCutBefore = lacksBeginning;
    if (text.length <= this.#maxChars && !isCutBefore) return text;
    return isCutBefore ? `…${text.slice(-(this.#maxChars - 1))}` : `${text.slice(0, this.#maxChars - 1)}…`;
  }
}

/** The newest pieces go when it gets too long: what is shown of a message is its beginning. */
function add(message: Message, text: string): void {
  message.pieces.push(text.slice(0, keptChars));
  message.chars += text.length;
  while (message.pieces.length > 1 && message.chars - (message.pieces[0]?.length ?? 0) > keptChars) {
    message.chars -= message.pieces.shift()?.length ?? 0;
  }
}
