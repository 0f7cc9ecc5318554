import { fact, type SessionEntry, type SessionEvent } from './entry.ts';
import { copied, cut, previewText } from './message-preview.ts';
import type { Phase } from './state.ts';

/** More than a preview needs, so that blank lines at its beginning cost nothing of it. */
const heardChars = 1_000;

/**
 * What the agent says in a turn, as far as a preview of it needs: the beginning of its last message, which tool calls
 * divide. It lives in memory and is recorded once, with the end of the turn.
 */
export class LastWords {
  #heard = '';

  /** The entries of a decision, with what the agent said last before the end of the running turn. */
  recordedIn(entries: readonly SessionEntry[], phase: Phase | undefined): readonly SessionEntry[] {
    const running = phase?.kind === 'running' ? phase.turn.promptId : undefined;
    let end = -1;
    for (const [place, entry] of entries.entries()) {
      if (entry.type === 'session_update') this.#hear(entry.data.update);
      else if (entry.type === 'prompt_started') this.forget();
      else if (isTerminal(entry) && entry.promptId === running) end = place;
    }
    if (end < 0 || running === undefined) return entries;
    const text = previewText(this.#heard);
    this.forget();
    return text === '' ? entries : entries.toSpliced(end, 0, fact('agent_said', { text }));
  }

  forget(): void {
    this.#heard = '';
  }

  #hear(update: Readonly<Record<string, unknown>>): void {
    const kind = update['sessionUpdate'];
    if (kind === 'tool_call') this.forget();
    if (kind !== 'agent_message_chunk' || this.#heard.length >= heardChars) return;
    const { content } = update;
    const text =
      typeof content === 'object' && content !== null && 'text' in content ? content.text : undefined;
    if (typeof text !== 'string') return;
    const room = heardChars - this.#heard.length;
    this.#heard += text.length > room ? copied(cut(text, room)) : text;
  }
}

const isTerminal = (entry: SessionEntry): entry is SessionEvent & { type: 'turn_complete' | 'turn_error' } =>
  entry.type === 'turn_complete' || entry.type === 'turn_error';
