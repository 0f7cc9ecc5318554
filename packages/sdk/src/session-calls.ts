import type {
  Heartbeat,
  PendingPromptList,
  SessionContext,
  SessionDescription,
  SessionMetadata,
  SessionRow,
  SupportedCommands,
  TranscriptPage,
  TranscriptQuery,
  UpdateMetadataBody,
} from '@holdfast/protocol/view';
import type { CallOptions } from './call-options.ts';
import type { SessionLink } from './session-link.ts';

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
    return this.link.call('setSessionModel', { signal, body: { modelId } });
  }

  /** Chooses the mode, and says which one was left. @throws HoldfastError invalid_mode with the modes there are */
  setMode(modeId: string, { signal }: CallOptions = {}): Promise<{ modeId: string; previous?: string }> {
    return this.link.call('setSessionMode', { signal, body: { modeId } });
  }

  /** Models, modes and options as the agent reports them. @throws HoldfastError */
  context({ signal }: CallOptions = {}): Promise<SessionContext> {
    return this.link.call('getSessionContext', { signal });
  }

  /** The slash commands the agent published. @throws HoldfastError */
  supportedCommands({ signal }: CallOptions = {}): Promise<SupportedCommands> {
    return this.link.call('getSupportedCommands', { signal });
  }

  /** The running prompt and those that wait, in order. @throws HoldfastError */
  pendingPrompts({ signal }: CallOptions = {}): Promise<PendingPromptList> {
    return this.link.call('listPendingPrompts', { signal });
  }

  /** Takes a prompt that waits out of the queue; the running one is not touched. @throws HoldfastError */
  removePendingPrompt(
    promptId: string,
    { signal }: CallOptions = {},
  ): Promise<{ readonly removed: boolean }> {
    return this.link.call('removePendingPrompt', { signal, params: { promptId } });
  }

  /** One page of recorded events, forward from the beginning or backward from the end. @throws HoldfastError */
  transcript({ signal, ...query }: CallOptions & TranscriptQuery = {}): Promise<TranscriptPage> {
    return this.link.call('getTranscript', { signal, query });
  }

  /** Keeps the session from being closed as idle. @throws HoldfastError */
  heartbeat({ signal }: CallOptions = {}): Promise<Heartbeat> {
    return this.link.call('heartbeat', { signal, body: {} });
  }

  /** Gives up our registration; the last one closes a session that nobody watches. @throws HoldfastError */
  async detach({ signal }: CallOptions = {}): Promise<void> {
    await this.link.call('detach', { signal });
  }

  /** Sets the display name, or clears it with null. @throws HoldfastError */
  updateMetadata(metadata: UpdateMetadataBody, { signal }: CallOptions = {}): Promise<SessionMetadata> {
    return this.link.call('updateMetadata', { signal, body: metadata });
  }

  /** The row of a live session. @throws HoldfastError session_not_found when it is closed */
  status({ signal }: CallOptions = {}): Promise<SessionRow> {
    return this.link.call('getSessionStatus', { signal });
  }

  /** The session in full, closed or not: row, configuration, queue, open permission requests. @throws HoldfastError */
  describe({ signal }: CallOptions = {}): Promise<SessionDescription> {
    return this.link.call('describeSession', { signal });
  }
}
