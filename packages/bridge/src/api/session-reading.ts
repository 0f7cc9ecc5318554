import type {
  AppliedCleanup,
  CleanupPlan,
  ExportFormat,
  ImportedSession,
  ImportSessionQuery,
  MessagePage,
  PlanCleanupBody,
  PreviewList,
  PreviewSessionsBody,
  ReadMessagesQuery,
  ResolvedSession,
  ResolveSessionQuery,
  SearchPage,
  SearchSessionsQuery,
  SessionId,
} from '@holdfast/protocol';
import type { Caller } from './caller.ts';

/** A session as a file, made while it is read. */
export interface ExportedFile {
  readonly fileName: string;
  readonly mediaType: string;
  /** Pieces of text; what is not asked for is not read from the journal. */
  readonly chunks: AsyncIterable<string>;
}

/** The record of sessions, read without an agent: also of those that are closed. */
export interface SessionReading {
  /** One page of what was said. @throws session_not_found, invalid_cursor, generation_not_found */
  readMessages(sessionId: SessionId, query: ReadMessagesQuery): Promise<MessagePage>;
  /** The last messages of several sessions; a fault of one is in its own row. */
  previewSessions(body: PreviewSessionsBody): Promise<PreviewList>;
  /** @throws invalid_request unless exactly one name is given; session_not_found, ambiguous */
  resolveSession(query: ResolveSessionQuery): Promise<ResolvedSession>;
  /** Finds turns by words, newest first. @throws invalid_cursor */
  searchSessions(query: SearchSessionsQuery): Promise<SearchPage>;
  /** The whole record as of now. @throws session_not_found */
  exportSession(sessionId: SessionId, format: ExportFormat): Promise<ExportedFile>;
  /** Makes a new session of an exported one, read as it arrives. @throws invalid_import, invalid_cwd, workspace_mismatch */
  importSession(
    upload: AsyncIterable<Uint8Array>,
    query: ImportSessionQuery,
    caller: Caller,
  ): Promise<{ readonly answer: ImportedSession; readonly isReplayed: boolean }>;
  /** Says what a cleanup would do. Changes nothing. */
  planCleanup(body: PlanCleanupBody): Promise<CleanupPlan>;
  /** Carries out a plan made less than 15 minutes ago. @throws cleanup_plan_not_found */
  applyCleanup(planId: string, caller: Caller): Promise<AppliedCleanup>;
}
