import type { PromptId, SearchMatch, SessionId } from '@holdfast/protocol';
import type { SearchTerm } from '../search/search-terms.ts';

export interface SearchQuery {
  /** All of them must be in a turn. */
  readonly terms: readonly SearchTerm[];
  readonly limit: number;
  /** Opaque, from the page before. */
  readonly cursor?: string;
  readonly cwd?: string;
  readonly agent?: string;
  readonly sessionId?: SessionId;
  /** Leaves out what a reset put away. */
  readonly isCurrentOnly: boolean;
}

/** A turn that has the words. */
export interface FoundTurn {
  readonly sessionId: SessionId;
  readonly promptId: PromptId;
  readonly generation: number;
  /** When it ended, epoch ms. */
  readonly at: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly matches: readonly SearchMatch[];
}

export interface FoundPage {
  /** Newest first. */
  readonly turns: readonly FoundTurn[];
  readonly nextCursor?: string;
}

/**
 * Finds what was said. Follows the journal on its own, some way behind it: turns are found soon after their end, and
 * what is erased is found no more.
 */
export interface SearchIndex {
  /** @throws invalid_cursor, journal_unavailable */
  search(query: SearchQuery): Promise<FoundPage>;
  /** What was said in a session before `beforeSeq` is not found any more: its journal has forgotten it. */
  forget(sessionId: SessionId, beforeSeq: number): Promise<void>;
  /** Sessions that may have turns which cannot be found yet. */
  pendingSessions(): number;
  /** Resolves when nothing is pending, at the latest after `maxMs`. */
  settled(maxMs: number): Promise<void>;
  /** Stops following; idempotent. */
  close(): Promise<void>;
}
