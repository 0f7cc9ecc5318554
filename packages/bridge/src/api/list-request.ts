import type { SessionId, SessionRow, SessionState } from '@holdfast/protocol';

/** Filters and order of a list, and which page of it; all filters that are given must hold. */
export interface ListSessionsRequest {
  /** 1..200; default 50. */
  readonly limit?: number;
  /** From the page before of the same filters and order. */
  readonly cursor?: string;
  readonly cwd?: string;
  readonly agent?: string;
  /** `open`: any but closed. */
  readonly state?: SessionState | 'open';
  /** Whether a prompt runs or waits. */
  readonly active?: boolean;
  readonly parent?: SessionId;
  readonly label?: string;
  /** Default false. */
  readonly archived?: boolean;
  /** Epoch ms, as the next. */
  readonly createdAfter?: number;
  readonly updatedAfter?: number;
  /** Part of the title, whatever its case. */
  readonly q?: string;
  /** Default activity. */
  readonly sort?: 'activity' | 'created' | 'title';
  /** Whether rows show the beginning of the last message; default false. */
  readonly hasPreviews?: boolean;
}

export interface SessionList {
  readonly sessions: readonly SessionRow[];
  readonly nextCursor?: string;
  readonly total: number;
  readonly indexSeq: number;
}
