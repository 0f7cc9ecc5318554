import { randomUUID } from 'node:crypto';
import type { ContentBlock, SessionUpdate } from './acp.ts';
import { MODELS, MODES } from './catalog.ts';
import type { SessionStore, StoredEntry } from './session-store.ts';

/** A session that is open in this process. */
export interface DemoSession {
  readonly id: string;
  readonly cwd: string;
  title: string | undefined;
  modeId: string;
  modelId: string;
  /** User messages that the agent remembers, the running turn's included. */
  userMessages: number;
  /** Characters of the remembered conversation, from which token counts are made up. */
  chars: number;
  /** Ends the running turn as cancelled; undefined while none runs. */
  cancelTurn: (() => void) | undefined;
  /** Tells the running turn something; undefined while none runs. */
  hear: ((text: string) => void) | undefined;
}

/** The sessions that are open in this process. */
export type OpenSessions = Map<string, DemoSession>;

/** Creates a session and its file; `from` is a session whose history it takes over. */
export function createSession(
  store: SessionStore,
  cwd: string,
  from?: { id: string; entries: readonly StoredEntry[] },
) {
  const id = `demo-${randomUUID()}`;
  const head: StoredEntry = { type: 'session', cwd, createdAt: Date.now(), forkedFrom: from?.id };
  const entries = [head, ...(from?.entries.slice(1) ?? [])];
  store.append(id, entries);
  return restoreSession(id, cwd, entries);
}

/** Rebuilds a session from its file. */
export function restoreSession(id: string, cwd: string, entries: readonly StoredEntry[]): DemoSession {
  const session: DemoSession = {
    id,
    cwd,
    title: undefined,
    modeId: MODES[0].id,
    modelId: MODELS[0].modelId,
    userMessages: 0,
    chars: 0,
    cancelTurn: undefined,
    hear: undefined,
  };
  for (const entry of entries) remember(session, entry);
  return session;
}

/** Takes one stored entry into memory. */
export function remember(session: DemoSession, entry: StoredEntry): void {
  switch (entry.type) {
    case 'session':
      return;
    case 'user':
      session.userMessages += 1;
      session.chars += JSON.stringify(entry.prompt).length;
      return;
    case 'update':
      session.chars += JSON.stringify(entry.update).length;
      return;
    case 'title':
      session.title = entry.title;
      return;
    case 'mode':
      session.modeId = entry.modeId;
      return;
    case 'model':
      session.modelId = entry.modelId;
      return;
    case 'compacted':
      session.userMessages = 0;
      session.chars = 0;
      return;
    default:
      entry satisfies never;
  }
}

/** What `session/load` replays: the user's blocks and the agent's updates in order. */
export function replayOf(entries: readonly StoredEntry[]): SessionUpdate[] {
  return entries.flatMap((entry): SessionUpdate[] => {
    if (entry.type === 'update') return [entry.update];
    if (entry.type !== 'user') return [];
    return entry.prompt.map((content) => ({ sessionUpdate: 'user_message_chunk', content }));
  });
}

/** The text of the last text block, which alone is obeyed. */
export function lastText(prompt: readonly ContentBlock[]): string {
  return prompt.findLast((block) => block.type === 'text')?.text ?? '';
}

/** Made-up tokens: four characters each. */
export const tokensOf = (chars: number): number => Math.ceil(chars / 4);
