import type { PromptId, TurnErrorCode } from '@holdfast/protocol';
import type { JournalEvent } from '../ports/journal.ts';
import { TurnDraft } from './turn-draft.ts';

/** Events that are damaged and left out. */
export interface Gap {
  readonly firstSeq: number;
  readonly endSeq: number;
}

interface RecordedEnvelope {
  readonly data: {
    readonly update?: object;
    readonly promptId?: PromptId;
    readonly text?: string;
    readonly state?: string;
    readonly stopReason?: string;
    readonly code?: TurnErrorCode;
    readonly message?: string;
    readonly fromId?: number;
    readonly toId?: number;
  };
  readonly promptId?: PromptId;
  readonly _meta: { readonly serverTimestamp: number };
}

/** Gathers the turns that recorded events tell of, whether they come in their order or backwards. */
export class TurnCollector {
  readonly #drafts = new Map<PromptId, TurnDraft>();
  readonly #gaps: Gap[] = [];
  /** The turn that the agent was at work on in the last event that tells so: what users say may join another's turn. */
  runner: TurnDraft | undefined;
  /** The turns that the agent was seen at work on, as they were met. */
  readonly runs: TurnDraft[] = [];
  /** Rises with each turn, end, gap and change of runner. */
  version = 0;

  /** What all of them take, in UTF-16 units. */
  get chars(): number {
    let sum = 0;
    for (const { chars } of this.#drafts.values()) sum += chars;
    return sum;
  }

  get gaps(): readonly Gap[] {
    return this.#gaps;
  }

  /** Turns that ran or ended, in the order in which they ended. */
  turns(): readonly TurnDraft[] {
    return [...this.#drafts.values()]
      .filter(({ endSeq }) => endSeq > 0)
      .sort((one, other) => one.endSeq - other.endSeq);
  }

  /** How many turns have ended. */
  get endedTurns(): number {
    let ended = 0;
    for (const { terminal } of this.#drafts.values()) if (terminal !== undefined) ended += 1;
    return ended;
  }

  /** Lets go of a turn that is dealt with. */
  forget(draft: TurnDraft): void {
    this.#drafts.delete(draft.promptId);
    if (this.runner === draft) this.runner = undefined;
    this.runs.length = 0;
  }

  /** Gives the turn that an event ended. */
  add({ seq, type, json }: JournalEvent): TurnDraft | undefined {
    switch (type) {
      case 'session_update':
        this.#addUpdate(seq, json);
        return undefined;
      case 'turn_complete':
      case 'turn_error':
        return this.#addTerminal(seq, type, json);
      case 'pending_prompt_completed':
        this.#addRemoved(json);
        return undefined;
      case 'journal_gap': {
        const { fromId = seq, toId = seq } = decode(json).data;
        this.#gaps.push({ firstSeq: fromId, endSeq: toId });
        this.version += 1;
        return undefined;
      }
      default:
        return undefined;
    }
  }

  #addUpdate(seq: number, json: string): void {
    const { data, promptId, _meta } = decode(json);
    if (promptId === undefined) return;
    const { size } = this.#drafts;
    const draft = this.#draft(promptId);
    draft.run(seq, _meta.serverTimestamp, data.update ?? {});
    const runner = isUsers(data.update) ? this.runner : draft;
    if (this.runner !== runner || this.#drafts.size !== size) this.version += 1;
    this.runner = runner;
    if (runner !== undefined && this.runs.at(-1) !== runner) this.runs.push(runner);
  }

  #addTerminal(seq: number, type: 'turn_complete' | 'turn_error', json: string): TurnDraft | undefined {
    const { data, promptId = data.promptId, _meta } = decode(json);
    if (promptId === undefined) return undefined;
    const { stopReason, code, message = '' } = data;
    const draft = this.#draft(promptId);
    const completed = stopReason === 'cancelled' ? 'cancelled' : 'completed';
    this.version += 1;
    draft.end({
      seq,
      at: _meta.serverTimestamp,
      state: type === 'turn_error' ? 'failed' : completed,
      stopReason,
      error: code === undefined ? undefined : { code, message },
    });
    return draft;
  }

  #addRemoved(json: string): void {
    const { promptId, state, text = '' } = decode(json).data;
    if (promptId !== undefined && state === 'removed') this.#draft(promptId).queuedAs(text);
  }

  #draft(promptId: PromptId): TurnDraft {
    let draft = this.#drafts.get(promptId);
    if (draft === undefined) {
      draft = new TurnDraft(promptId);
      this.#drafts.set(promptId, draft);
    }
    return draft;
  }
}

/** The turn that an event is said in, and whether by the user; undefined for one that nobody says. */
export function saidIn({
  type,
  json,
}: JournalEvent): { readonly promptId: PromptId; readonly isUsers: boolean } | undefined {
  if (type !== 'session_update') return undefined;
  const { data, promptId } = decode(json);
  return promptId === undefined ? undefined : { promptId, isUsers: isUsers(data.update) };
}

const isUsers = (update: object | undefined): boolean =>
  update !== undefined && 'sessionUpdate' in update && update.sessionUpdate === 'user_message_chunk';

/** Envelopes as our encoder wrote them; the journal checks each row's sum. */
const decode = (json: string): RecordedEnvelope => JSON.parse(json) as RecordedEnvelope;
