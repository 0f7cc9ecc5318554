import type {
  AbortBody,
  AbortedTurns,
  CompactionAccepted,
  CompactSessionBody,
  EditedMetadata,
  EditMetadataBody,
  ExportSessionQuery,
  Extension,
  Generation,
  Heartbeat,
  MessagePage,
  NewGeneration,
  PendingPromptList,
  PromptOutcome,
  ReadMessagesQuery,
  ResetSessionBody,
  SessionContext,
  SessionDescription,
  SessionMetadata,
  SessionRow,
  StoredExtension,
  SupportedCommands,
  TranscriptPage,
  TranscriptQuery,
  Trimmed,
  TrimSessionBody,
  UpdateMetadataBody,
} from '@holdfast/protocol/view';
import { type CallOptions, type ConditionOptions, ifMatch, type SubmitOptions } from './call-options.ts';
import { downloadSession, type SessionDownload } from './session-file.ts';
import type { SessionLink } from './session-link.ts';
import * as routes from './transport/routes.gen.ts';

/** What a session is asked or told in one request. */
export class SessionCalls {
  protected readonly link: SessionLink;

  constructor(link: SessionLink) {
    this.link = link;
  }

  get sessionId(): string {
    return this.link.sessionId;
  }

  /** Our registration with the session, undefined while we are anonymous; a load or resume may give us another. */
  get clientId(): string | undefined {
    return this.link.clientId;
  }

  /** Chooses the model; kept for later while the session has no agent. @throws HoldfastError */
  setModel(modelId: string, { signal }: CallOptions = {}): Promise<{ readonly modelId: string }> {
    return this.link.call(routes.setSessionModel, { signal, body: { modelId } });
  }

  /** Chooses the mode, and says which one was left. @throws HoldfastError invalid_mode with the modes there are */
  setMode(modeId: string, { signal }: CallOptions = {}): Promise<{ modeId: string; previous?: string }> {
    return this.link.call(routes.setSessionMode, { signal, body: { modeId } });
  }

  /** Models, modes and options as the agent reports them. @throws HoldfastError */
  context({ signal }: CallOptions = {}): Promise<SessionContext> {
    return this.link.call(routes.getSessionContext, { signal });
  }

  /** The slash commands the agent published. @throws HoldfastError */
  supportedCommands({ signal }: CallOptions = {}): Promise<SupportedCommands> {
    return this.link.call(routes.getSupportedCommands, { signal });
  }

  /** The running prompt and those that wait, in order. @throws HoldfastError */
  pendingPrompts({ signal }: CallOptions = {}): Promise<PendingPromptList> {
    return this.link.call(routes.listPendingPrompts, { signal });
  }

  /** Takes a prompt that waits out of the queue; the running one is not touched. @throws HoldfastError */
  removePendingPrompt(
    promptId: string,
    { signal }: CallOptions = {},
  ): Promise<{ readonly removed: boolean }> {
    return this.link.call(routes.removePendingPrompt, { signal, params: { promptId } });
  }

  /**
   * Ends the running prompt as cancelled, or the one named; `clearQueue` those that wait as well. Any client may, also
   * while the agent is still starting; repeating it changes nothing. With `waitMs` the answer waits for the terminal.
   * @throws HoldfastError prompt_mismatch for a prompt of another session
   */
  abort({ signal, ...body }: CallOptions & AbortBody = {}): Promise<AbortedTurns> {
    return this.link.call(routes.abortTurn, { signal, body });
  }

  /** What became of a prompt, however long ago, also of a closed session. @throws HoldfastError prompt_not_found */
  promptOutcome(promptId: string, { signal }: CallOptions = {}): Promise<PromptOutcome> {
    return this.link.call(routes.getPrompt, { signal, params: { promptId } });
  }

  /** One page of recorded events, forward from the beginning or backward from the end. @throws HoldfastError */
  transcript({ signal, ...query }: CallOptions & TranscriptQuery = {}): Promise<TranscriptPage> {
    return this.link.call(routes.getTranscript, { signal, query });
  }

  /**
   * One page of what was said, in turns or as recorded; the newest without `after` or `before`. Its `previousCursor` is
   * the `before` of the older page, its `nextCursor` the `after` of the newer one.
   * @throws HoldfastError invalid_cursor, generation_not_found
   */
  messages({ signal, ...query }: CallOptions & ReadMessagesQuery = {}): Promise<MessagePage> {
    return this.link.call(routes.readMessages, { signal, query });
  }

  /**
   * The whole record as a file: `jsonl` (default), which `client.importSession` takes, `json`, or `md` to be read.
   * Resolves when it begins to arrive; a signal ends it also later. @throws HoldfastError
   */
  export({ signal, format = 'jsonl' }: CallOptions & ExportSessionQuery = {}): Promise<SessionDownload> {
    return downloadSession(this.link, format, signal);
  }

  /**
   * Begins the conversation anew with nothing: the running turn ends as cancelled, what waits is kept for the new
   * generation or dropped, and the generation so far stays readable. @throws HoldfastError session_changed
   */
  reset({
    signal,
    idempotencyKey,
    reason = 'reset',
    queue = 'keep',
    ...body
  }: SubmitOptions & Partial<ResetSessionBody> = {}): Promise<NewGeneration> {
    return this.link.call(routes.resetSession, { signal, idempotencyKey, body: { ...body, reason, queue } });
  }

  /**
   * Has the agent's context compacted by a turn of its own, which `follow` shows; `compaction_completed` or
   * `compaction_failed` tells the outcome. @throws HoldfastError capability_missing with the strategies that work
   */
  compact({
    signal,
    idempotencyKey,
    ...body
  }: SubmitOptions & CompactSessionBody): Promise<CompactionAccepted> {
    return this.link.call(routes.compactSession, { signal, idempotencyKey, body });
  }

  /**
   * Cuts the oldest turns off the conversation, whole ones only: replays and what an agent is told anew begin after
   * them. Give `keepTurns` or `beforeEventId`. @throws HoldfastError session_changed
   */
  trim({ signal, ...body }: CallOptions & TrimSessionBody): Promise<Trimmed> {
    return this.link.call(routes.trimSession, { signal, body });
  }

  /** How often and why the conversation began anew, oldest first. @throws HoldfastError */
  async generations({ signal }: CallOptions = {}): Promise<readonly Generation[]> {
    return (await this.link.call(routes.listGenerations, { signal })).generations;
  }

  /** Keeps the session from being closed as idle. @throws HoldfastError */
  heartbeat({ signal }: CallOptions = {}): Promise<Heartbeat> {
    return this.link.call(routes.heartbeat, { signal, body: {} });
  }

  /** Gives up our registration; the last one closes a session that nobody watches. @throws HoldfastError */
  async detach({ signal }: CallOptions = {}): Promise<void> {
    await this.link.call(routes.detach, { signal });
  }

  /** Sets the display name, or clears it with null. @throws HoldfastError */
  updateMetadata(metadata: UpdateMetadataBody, { signal }: CallOptions = {}): Promise<SessionMetadata> {
    return this.link.call(routes.updateMetadata, { signal, body: metadata });
  }

  /**
   * Changes what people write about the session and choose of its agent, whatever state it is in; null clears. Says of
   * each field what became of it. @throws HoldfastError alias_taken, revision_mismatch
   */
  editMetadata(
    changes: EditMetadataBody,
    { signal, ifRevision }: ConditionOptions = {},
  ): Promise<EditedMetadata> {
    return this.link.call(routes.editMetadata, { signal, headers: ifMatch(ifRevision), body: changes });
  }

  /** Keeps JSON of ours with the session. @throws HoldfastError extension_limit_exceeded, extension_too_large, revision_mismatch */
  putExtension(
    namespace: string,
    content: unknown,
    { signal, ifRevision }: ConditionOptions = {},
  ): Promise<StoredExtension> {
    const params = { namespace };
    return this.link.call(routes.putExtension, {
      signal,
      params,
      headers: ifMatch(ifRevision),
      body: { content },
    });
  }

  /** What is kept in a namespace. @throws HoldfastError extension_not_found */
  getExtension(namespace: string, { signal }: CallOptions = {}): Promise<Extension> {
    return this.link.call(routes.getExtension, { signal, params: { namespace } });
  }

  /** Removes a namespace; one that is not there is removed already. @throws HoldfastError revision_mismatch */
  async deleteExtension(namespace: string, { signal, ifRevision }: ConditionOptions = {}): Promise<void> {
    const params = { namespace };
    await this.link.call(routes.deleteExtension, { signal, params, headers: ifMatch(ifRevision) });
  }

  /** The row of a live session. @throws HoldfastError session_not_found when it is closed */
  status({ signal }: CallOptions = {}): Promise<SessionRow> {
    return this.link.call(routes.getSessionStatus, { signal });
  }

  /** The session in full, closed or not: row, configuration, queue, open permission requests. @throws HoldfastError */
  describe({ signal }: CallOptions = {}): Promise<SessionDescription> {
    return this.link.call(routes.describeSession, { signal });
  }
}
