import type {
  BranchedSession,
  BranchSessionBody,
  CloseSessionQuery,
  CreatedSession,
  Envelope,
  Heartbeat,
  PendingPromptList,
  PermissionOutcome,
  PromptAccepted,
  RestoredSession,
  RestoreSessionBody,
  SessionContext,
  SessionDescription,
  SessionMetadata,
  SessionRow,
  SupportedCommands,
  TranscriptPage,
  TranscriptQuery,
  UpdateMetadataBody,
} from '@holdfast/protocol/view';
import type { CallOptions, SubmitOptions } from './call-options.ts';
import { isClosedForWantOfUse } from './closed-session.ts';
import type { Position } from './events/connection-state.ts';
import { type EventStream, eventStream } from './events/event-stream.ts';
import { sessionEvents } from './events/session-events.ts';
import type { ReconnectOptions } from './events/subscribe.ts';
import { HoldfastError } from './holdfast-error.ts';
import type { EventsOptions, PromptInput, PromptOptions, SessionIdentity } from './session-options.ts';
import type { CallInput, Transport } from './transport/transport.ts';
import { type AcceptedPrompt, type TurnResult, turnEvents, turnResult } from './turn.ts';

/** One session of the daemon. It lives there: dropping this object ends nothing. */
export class Session {
  readonly sessionId: string;
  readonly created: CreatedSession | BranchedSession | undefined;
  readonly #transport: Transport;
  readonly #reconnect: Required<ReconnectOptions>;
  #clientId: string | undefined;
  #start: Position | undefined;

  constructor(transport: Transport, reconnect: Required<ReconnectOptions>, identity: SessionIdentity) {
    this.#transport = transport;
    this.#reconnect = reconnect;
    this.sessionId = identity.sessionId;
    this.created = identity.created;
    this.#clientId = identity.clientId;
    this.#start = identity.created && positionOf(identity.created);
  }

  /** Our registration with the session, undefined while we are anonymous; a load or resume may give us another. */
  get clientId(): string | undefined {
    return this.#clientId;
  }

  /**
   * Submits a prompt; resolves once the daemon has it safe, before it runs. A session that was closed for want of
   * use is loaded first; one that somebody closed stays closed.
   * @throws HoldfastError
   */
  async prompt(
    prompt: PromptInput,
    { signal, idempotencyKey, ...body }: PromptOptions = {},
  ): Promise<PromptAccepted> {
    const blocks = typeof prompt === 'string' ? [{ type: 'text', text: prompt }] : prompt;
    const submit = () =>
      this.#transport.call(
        'promptSession',
        this.#input({ signal, idempotencyKey, body: { ...body, prompt: blocks } }),
      );
    try {
      return await submit();
    } catch (thrown) {
      if (!isClosedForWantOfUse(thrown)) throw thrown;
      const { clientId } = await this.#transport.call('loadSession', this.#input({ signal, body: {} }));
      this.#clientId = clientId;
      return await submit();
    }
  }

  /**
   * Submits a prompt at the first `next()` and gives its events as they come, its terminal last. Nothing is
   * missed: they are read from just before its admission. Aborting ends the watching, `cancel()` the turn.
   * @throws HoldfastError
   */
  async *run(prompt: PromptInput, options: PromptOptions = {}): AsyncGenerator<Envelope, void, undefined> {
    yield* this.follow(await this.prompt(prompt, options), options);
  }

  /** Submits a prompt and waits for its end. @throws HoldfastError also with the code of `turn_error` */
  async promptAndWait(prompt: PromptInput, options: PromptOptions = {}): Promise<TurnResult> {
    const accepted = await this.prompt(prompt, options);
    return turnResult(accepted.promptId, this.follow(accepted, options), options.signal);
  }

  /** Gives the events of an accepted prompt, its terminal last, replayed from the journal where past. @throws HoldfastError */
  follow(accepted: AcceptedPrompt, { signal }: CallOptions = {}): AsyncGenerator<Envelope, void, undefined> {
    const { promptId, lastEventId, eventEpoch } = accepted;
    return turnEvents(promptId, this.events({ after: lastEventId, eventEpoch, signal }), signal);
  }

  /**
   * Follows the session: every recorded event once and in order, whatever becomes of the connection. Ends after
   * the session's terminal, when the signal aborts, or with the loop. `state_resync_required` says that what was
   * seen before is void and a replay follows.
   * @throws HoldfastError where coming back cannot help
   */
  events({ signal, ...options }: EventsOptions = {}): EventStream {
    return eventStream((inner) => this.eventBatches({ ...options, signal: inner }), signal);
  }

  /** Follows the session as `events` does, in batches of what arrived together. @throws HoldfastError */
  async *eventBatches(
    options: EventsOptions & { readonly signal: AbortSignal },
  ): AsyncGenerator<readonly Envelope[], void> {
    const { after, eventEpoch = this.#start?.eventEpoch } = options;
    const from = after === undefined ? this.#start : { cursor: after, eventEpoch };
    const input = (each: CallInput) => this.#input(each);
    yield* sessionEvents({ transport: this.#transport, reconnect: this.#reconnect, input }, from, options);
  }

  /** Cancels the running turn, whoever submitted it; does nothing when none runs. @throws HoldfastError */
  async cancel({ signal }: CallOptions = {}): Promise<void> {
    await this.#transport.call('cancelTurn', this.#input({ signal, body: {} }));
  }

  /** Answers a permission request of the agent. @throws HoldfastError permission_not_found when it was answered before */
  async vote(requestId: string, outcome: PermissionOutcome, { signal }: CallOptions = {}): Promise<void> {
    const params = { requestId };
    await this.#transport.call('votePermission', this.#input({ signal, params, body: { outcome } }));
  }

  /**
   * Brings the session back and registers us anew; `events()` then begins with its history. One that is live stays
   * as it is. `context` says what the agent remembers.
   * @throws HoldfastError
   */
  async load({ signal, ...body }: CallOptions & RestoreSessionBody = {}): Promise<RestoredSession> {
    return this.#restored(await this.#transport.call('loadSession', this.#input({ signal, body })));
  }

  /** Brings the session back as `load` does; `events()` then goes on at its tail. @throws HoldfastError */
  async resume({ signal, ...body }: CallOptions & RestoreSessionBody = {}): Promise<RestoredSession> {
    return this.#restored(await this.#transport.call('resumeSession', this.#input({ signal, body })));
  }

  /** Makes a session of its own out of the past of this one, up to the head, an event or a prompt. @throws HoldfastError */
  async branch({
    signal,
    idempotencyKey,
    ...body
  }: SubmitOptions & BranchSessionBody = {}): Promise<Session> {
    const input = this.#input({ signal, idempotencyKey, body });
    const created = await this.#transport.call('branchSession', input);
    const { sessionId, clientId } = created;
    return new Session(this.#transport, this.#reconnect, { sessionId, clientId, created });
  }

  /** Chooses the model; kept for later while the session has no agent. @throws HoldfastError */
  setModel(modelId: string, { signal }: CallOptions = {}): Promise<{ readonly modelId: string }> {
    return this.#transport.call('setSessionModel', this.#input({ signal, body: { modelId } }));
  }

  /** Chooses the mode, and says which one was left. @throws HoldfastError invalid_mode with the modes there are */
  setMode(modeId: string, { signal }: CallOptions = {}): Promise<{ modeId: string; previous?: string }> {
    return this.#transport.call('setSessionMode', this.#input({ signal, body: { modeId } }));
  }

  /** Models, modes and options as the agent reports them. @throws HoldfastError */
  context({ signal }: CallOptions = {}): Promise<SessionContext> {
    return this.#transport.call('getSessionContext', this.#input({ signal }));
  }

  /** The slash commands the agent published. @throws HoldfastError */
  supportedCommands({ signal }: CallOptions = {}): Promise<SupportedCommands> {
    return this.#transport.call('getSupportedCommands', this.#input({ signal }));
  }

  /** The running prompt and those that wait, in order. @throws HoldfastError */
  pendingPrompts({ signal }: CallOptions = {}): Promise<PendingPromptList> {
    return this.#transport.call('listPendingPrompts', this.#input({ signal }));
  }

  /** Takes a prompt that waits out of the queue; the running one is not touched. @throws HoldfastError */
  removePendingPrompt(
    promptId: string,
    { signal }: CallOptions = {},
  ): Promise<{ readonly removed: boolean }> {
    return this.#transport.call('removePendingPrompt', this.#input({ signal, params: { promptId } }));
  }

  /** One page of recorded events, forward from the beginning or backward from the end. @throws HoldfastError */
  transcript({ signal, ...query }: CallOptions & TranscriptQuery = {}): Promise<TranscriptPage> {
    return this.#transport.call('getTranscript', this.#input({ signal, query }));
  }

  /** Keeps the session from being closed as idle. @throws HoldfastError */
  heartbeat({ signal }: CallOptions = {}): Promise<Heartbeat> {
    return this.#transport.call('heartbeat', this.#input({ signal, body: {} }));
  }

  /** Gives up our registration; the last one closes a session that nobody watches. @throws HoldfastError */
  async detach({ signal }: CallOptions = {}): Promise<void> {
    await this.#transport.call('detach', this.#input({ signal }));
  }

  /** Sets the display name, or clears it with null. @throws HoldfastError */
  updateMetadata(metadata: UpdateMetadataBody, { signal }: CallOptions = {}): Promise<SessionMetadata> {
    return this.#transport.call('updateMetadata', this.#input({ signal, body: metadata }));
  }

  /** Closes the session for everybody; its history stays. One that is closed already is closed. @throws HoldfastError */
  async close({ signal, ...query }: CallOptions & CloseSessionQuery = {}): Promise<void> {
    try {
      await this.#transport.call('closeSession', this.#input({ signal, query }));
    } catch (thrown) {
      if (!(thrown instanceof HoldfastError) || thrown.code !== 'session_not_found') throw thrown;
    }
  }

  /** The row of a live session. @throws HoldfastError session_not_found when it is closed */
  status({ signal }: CallOptions = {}): Promise<SessionRow> {
    return this.#transport.call('getSessionStatus', this.#input({ signal }));
  }

  /** The session in full, closed or not: row, configuration, queue, open permission requests. @throws HoldfastError */
  describe({ signal }: CallOptions = {}): Promise<SessionDescription> {
    return this.#transport.call('describeSession', this.#input({ signal }));
  }

  #input(input: CallInput): CallInput {
    return { ...input, clientId: this.#clientId, params: { id: this.sessionId, ...input.params } };
  }

  #restored(answer: RestoredSession): RestoredSession {
    this.#clientId = answer.clientId;
    this.#start = positionOf(answer);
    return answer;
  }
}

const positionOf = ({ lastEventId, eventEpoch }: CreatedSession): Position => ({
  cursor: lastEventId,
  eventEpoch,
});
