import {
  isSessionTerminal,
  isTurnTerminal,
  type PromptId,
  type SessionFileHeader,
  type SessionId,
} from '@holdfast/protocol';
import { event, fact, type SessionEntry, type SessionEvent } from '../session/entry.ts';
import type { FileEvent } from './read-session-file.ts';

export interface ImportedEntry {
  readonly entry: SessionEntry;
  /** When it was recorded, epoch ms. */
  readonly at: number;
}

export interface ImportTarget {
  readonly sessionId: SessionId;
  readonly cwd: string;
  readonly workspace: string;
  readonly now: number;
}

/** What becomes of the events of a file in the session that is made of it. Events are numbered anew from 1. */
export class ImportedEntries {
  readonly #header: SessionFileHeader;
  readonly #target: ImportTarget;
  readonly #open = new Set<PromptId>();
  #next = 1;
  /** Whether every event keeps its id, so that what points to one still does. */
  #isDense = true;
  #isClosed = false;

  constructor(header: SessionFileHeader, target: ImportTarget) {
    this.#header = header;
    this.#target = target;
  }

  /** What the session begins with. The name that others may have, who may not delete it and the like stay behind. */
  opening(): readonly ImportedEntry[] {
    const { agent, displayName, labels, notes, firstPrompt, turnCount, exportedAt } = this.#header;
    const { sessionId, cwd, workspace, now } = this.#target;
    const opened = fact('session_opened', {
      ...{ sessionId, cwd, workspace, agent, displayName },
      metadata: { labels, notes },
      isDefaultTarget: false,
      parentSessionId: null,
      mcpServers: [],
      past: {
        ...{ firstPrompt, turnCount, settings: {}, forkedFrom: null },
        importedFrom: {
          kind: 'export',
          // The name it had where it was exported: a word to whoever looks, never looked up here.
          sessionId: this.#header.sessionId as SessionId,
          exportedAt,
          isWhole: false,
        },
      },
    });
    return [{ entry: opened, at: now }];
  }

  /** One event, and before it the generation that begins with it. */
  of(recorded: FileEvent): readonly ImportedEntry[] {
    const at = recorded._meta.serverTimestamp;
    this.#isDense &&= recorded.id === this.#next;
    this.#follow(recorded);
    const entry = this.#owned(recorded);
    const begun = this.#begun(recorded);
    this.#next += 1;
    return [...begun.map((generation) => ({ entry: generation, at })), { entry, at }];
  }

  /** What the session ends with: open turns are ended, and unless it was closed it waits for an agent. */
  closing(): readonly ImportedEntry[] {
    const { sessionId, now } = this.#target;
    const message = 'the session was exported before the turn ended';
    const ended = [...this.#open].map((promptId) =>
      event('turn_error', { sessionId, promptId, message, code: 'interrupted' }, { promptId }),
    );
    const entries: SessionEntry[] = [
      ...ended,
      ...(this.#isClosed ? [] : [fact('stranded', { cause: 'not_started' })]),
      fact('import_finished', {}),
    ];
    return entries.map((entry) => ({ entry, at: now }));
  }

  #follow({ type, promptId }: FileEvent): void {
    if (isSessionTerminal(type)) this.#isClosed = true;
    if (type === 'session_restored') this.#isClosed = false;
    if (promptId === undefined) return;
    // A prompt id is a word of the file; it is compared, never looked up.
    if (isTurnTerminal(type)) this.#open.delete(promptId as PromptId);
    else if (type === 'session_update' || type === 'pending_prompt_added')
      this.#open.add(promptId as PromptId);
  }

  #owned({ type, data, promptId, originatorClientId }: FileEvent): SessionEvent {
    const { sessionId } = this.#target;
    const fields = Object(data) as Record<string, unknown>;
    const own = fields['sessionId'] === undefined ? {} : { sessionId };
    const here = type === 'journal_gap' ? { fromId: this.#next, toId: this.#next } : {};
    // The file was checked against the schema of each event's data.
    return {
      kind: 'event',
      type,
      data: { ...fields, ...own, ...here },
      promptId,
      clientId: originatorClientId,
    } as unknown as SessionEvent;
  }

  #begun({ id, type, data }: FileEvent): readonly SessionEntry[] {
    const { generations } = this.#header;
    if (this.#isDense) {
      return generations
        .filter(({ afterEventId, reason }) => reason !== 'first' && afterEventId === id - 1)
        .map(({ generation, reason, basis }) =>
          // `first` was left out above; a summary's end follows from its place. Ids in it are words of the file.
          fact('generation_started', { generation, reason, basis } as never),
        );
    }
    if (type !== 'session_reset') return [];
    const { generation } = data as { generation: number };
    return [fact('generation_started', { generation, reason: 'reset', basis: { kind: 'nothing' } })];
  }
}
