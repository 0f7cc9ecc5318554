import type {
  CloseSessionQuery,
  ContentBlock,
  CreatedSession,
  Envelope,
  Heartbeat,
  PermissionOutcome,
  PromptAccepted,
  PromptBody,
  SessionDescription,
  SessionMetadata,
  SessionRow,
  UpdateMetadataBody,
} from '@holdfast/protocol/view';
import type { CallOptions, SubmitOptions } from './call-options.ts';
import type { ConnectionState, Position } from './events/connection-state.ts';
import { type EventStream, eventStream } from './events/event-stream.ts';
import { type EventSourcePort, type ReconnectOptions, subscribe } from './events/subscribe.ts';
import { HoldfastError } from './holdfast-error.ts';
import type { CallInput, Transport } from './transport/transport.ts';
import { type AcceptedPrompt, type TurnResult, turnEvents, turnResult } from './turn.ts';

/** What a prompt is made of: ACP content blocks, or their short form for one text. */
export type PromptInput = string | readonly ContentBlock[];

export interface PromptOptions extends SubmitOptions, Omit<PromptBody, 'prompt'> {}

export interface EventsOptions extends CallOptions {
  /**
   * Event id to continue after; 0 replays all that is retained. Default: from where this object was made, for
   * a session created or attached here; from now, for one named by its id.
   */
  readonly after?: number;
  /** The numbering `after` was counted in, where it was kept; default the one known here. */
  readonly eventEpoch?: string;
  /** Is told whenever the connection opens, waits or ends. */
  readonly onConnection?: (state: ConnectionState) => void;
}

/** Names a session and how we take part in it. */
export interface SessionIdentity {
  readonly sessionId: string;
  /** Our registration with the session; without one we are anonymous. */
  readonly clientId?: string;
  /** What the daemon answered when this session was created or attached to. */
  readonly created?: CreatedSession;
}

/** One session of the daemon. It lives there: dropping this object ends nothing. */
export class Session {
  readonly sessionId: string;
  readonly clientId: string | undefined;
  readonly created: CreatedSession | undefined;
  readonly #transport: Transport;
  readonly #reconnect: Required<ReconnectOptions>;

  constructor(transport: Transport, reconnect: Required<ReconnectOptions>, identity: SessionIdentity) {
    this.#transport = transport;
    this.#reconnect = reconnect;
    this.sessionId = identity.sessionId;
    this.clientId = identity.clientId;
    this.created = identity.created;
  }

  /** Submits a prompt; resolves once the daemon has it safe, before it runs. @throws HoldfastError */
  prompt(
    prompt: PromptInput,
    { signal, idempotencyKey, ...body }: PromptOptions = {},
  ): Promise<PromptAccepted> {
    const blocks = typeof prompt === 'string' ? [{ type: 'text', text: prompt }] : prompt;
    return this.#transport.call(
      'promptSession',
      this.#input({ signal, idempotencyKey, body: { ...body, prompt: blocks } }),
    );
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
    const source: EventSourcePort = {
      runtime: this.#transport.runtime,
      reconnect: this.#reconnect,
      open: (position, scope) =>
        this.#transport.open('streamEvents', this.#input({ headers: streamHeaders(position) }), scope),
    };
    const start = await this.#startOf(options);
    if (start !== undefined) yield* subscribe(source, start, options);
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
    return { ...input, clientId: this.clientId, params: { id: this.sessionId, ...input.params } };
  }

  /** Where a subscription begins; "now" is asked for, so that an early loss of the connection loses no event. */
  async #startOf({ after, eventEpoch, signal }: EventsOptions): Promise<Position | undefined> {
    const { created } = this;
    if (after !== undefined) return { cursor: after, eventEpoch: eventEpoch ?? created?.eventEpoch };
    if (created !== undefined) return { cursor: created.lastEventId, eventEpoch: created.eventEpoch };
    try {
      const now = await this.describe({ signal });
      return { cursor: now.lastEventId, eventEpoch: now.eventEpoch };
    } catch (thrown) {
      if (signal?.aborted) return undefined;
      throw thrown;
    }
  }
}

function streamHeaders({ cursor, eventEpoch }: Position): Record<string, string> {
  const headers: Record<string, string> = { accept: 'text/event-stream' };
  if (cursor !== undefined) headers['last-event-id'] = String(cursor);
  if (cursor !== undefined && eventEpoch !== undefined) headers['holdfast-event-epoch'] = eventEpoch;
  return headers;
}
