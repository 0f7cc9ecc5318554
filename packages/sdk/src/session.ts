import type {
  BranchedSession,
  BranchSessionBody,
  CloseSessionQuery,
  CreatedSession,
  Envelope,
  PermissionOutcome,
  PromptAccepted,
  RestoredSession,
  RestoreSessionBody,
} from '@holdfast/protocol/view';
import type { CallOptions, SubmitOptions } from './call-options.ts';
import { isClosedForWantOfUse } from './closed-session.ts';
import type { Position } from './events/connection-state.ts';
import { type EventStream, eventStream } from './events/event-stream.ts';
import { sessionEvents } from './events/session-events.ts';
import type { ReconnectOptions } from './events/subscribe.ts';
import { HoldfastError } from './holdfast-error.ts';
import { SessionCalls } from './session-calls.ts';
import { SessionCheckpoints } from './session-checkpoints.ts';
import { SessionLink } from './session-link.ts';
import type {
  EventsOptions,
  PromptInput,
  PromptOptions,
  SessionIdentity,
  SteerOptions,
} from './session-options.ts';
import type { RouteText } from './transport/route-request.ts';
import * as routes from './transport/routes.gen.ts';
import type { CallInput, Transport } from './transport/transport.ts';
import { type AcceptedPrompt, type TurnResult, turnEvents, turnResult } from './turn.ts';

/** One session of the daemon. It lives there: dropping this object ends nothing. */
export class Session extends SessionCalls {
  readonly created: SessionIdentity['created'];
  readonly checkpoints: SessionCheckpoints<Session>;
  readonly #reconnect: Required<ReconnectOptions>;
  #start: Position | undefined;

  constructor(transport: Transport, reconnect: Required<ReconnectOptions>, identity: SessionIdentity) {
    super(new SessionLink(transport, identity.sessionId, identity.clientId));
    this.#reconnect = reconnect;
    this.created = identity.created;
    this.#start = identity.created && positionOf(identity.created);
    this.checkpoints = new SessionCheckpoints(this.link, (created) => this.#opened(created));
  }

  /**
   * Submits a prompt; resolves once the daemon has it safe, before it runs. A session that was closed for want of
   * use is loaded first; one that somebody closed stays closed.
   * @throws HoldfastError
   */
  prompt(prompt: PromptInput, options: PromptOptions = {}): Promise<PromptAccepted> {
    return this.#submit(routes.promptSession, prompt, options);
  }

  /**
   * Submits a prompt that interrupts: the running turn is cancelled, the prompt starts before those that wait, none of
   * which is lost. Otherwise as `prompt`. @throws HoldfastError
   */
  steer(prompt: PromptInput, options: SteerOptions = {}): Promise<PromptAccepted> {
    return this.#submit(routes.steerTurn, prompt, options);
  }

  async #submit(
    operation: RouteText<'promptSession' | 'steerTurn'>,
    prompt: PromptInput,
    { signal, idempotencyKey, ...body }: PromptOptions,
  ): Promise<PromptAccepted> {
    const blocks = typeof prompt === 'string' ? [{ type: 'text', text: prompt }] : prompt;
    const submit = () =>
      this.link.call(operation, { signal, idempotencyKey, body: { ...body, prompt: blocks } });
    try {
      return await submit();
    } catch (thrown) {
      if (!isClosedForWantOfUse(thrown)) throw thrown;
      const { clientId } = await this.link.call(routes.loadSession, { signal, body: {} });
      this.link.clientId = clientId;
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
    const input = (each: CallInput) => this.link.input(each);
    yield* sessionEvents(
      { transport: this.link.transport, reconnect: this.#reconnect, input },
      from,
      options,
    );
  }

  /** Cancels the running turn, whoever submitted it; does nothing when none runs. @throws HoldfastError */
  async cancel({ signal }: CallOptions = {}): Promise<void> {
    await this.link.call(routes.cancelTurn, { signal, body: {} });
  }

  /** Answers a permission request of the agent. @throws HoldfastError permission_not_found when it was answered before */
  async vote(requestId: string, outcome: PermissionOutcome, { signal }: CallOptions = {}): Promise<void> {
    const params = { requestId };
    await this.link.call(routes.votePermission, { signal, params, body: { outcome } });
  }

  /**
   * Brings the session back and registers us anew; `events()` then begins with its history. One that is live stays
   * as it is. `context` says what the agent remembers.
   * @throws HoldfastError
   */
  async load({ signal, ...body }: CallOptions & RestoreSessionBody = {}): Promise<RestoredSession> {
    return this.#restored(await this.link.call(routes.loadSession, { signal, body }));
  }

  /** Brings the session back as `load` does; `events()` then goes on at its tail. @throws HoldfastError */
  async resume({ signal, ...body }: CallOptions & RestoreSessionBody = {}): Promise<RestoredSession> {
    return this.#restored(await this.link.call(routes.resumeSession, { signal, body }));
  }

  /** Makes a session of its own out of the past of this one, up to the head, an event or a prompt. @throws HoldfastError */
  async branch({
    signal,
    idempotencyKey,
    ...body
  }: SubmitOptions & BranchSessionBody = {}): Promise<Session> {
    return this.#opened(await this.link.call(routes.branchSession, { signal, idempotencyKey, body }));
  }

  /** Closes the session for everybody; its history stays. One that is closed already is closed. @throws HoldfastError */
  async close({ signal, ...query }: CallOptions & CloseSessionQuery = {}): Promise<void> {
    try {
      await this.link.call(routes.closeSession, { signal, query });
    } catch (thrown) {
      if (!(thrown instanceof HoldfastError) || thrown.code !== 'session_not_found') throw thrown;
    }
  }

  #opened(created: BranchedSession): Session {
    const { sessionId, clientId } = created;
    return new Session(this.link.transport, this.#reconnect, { sessionId, clientId, created });
  }

  #restored(answer: RestoredSession): RestoredSession {
    this.link.clientId = answer.clientId;
    this.#start = positionOf(answer);
    return answer;
  }
}

const positionOf = ({ lastEventId, eventEpoch }: CreatedSession): Position => ({
  cursor: lastEventId,
  eventEpoch,
});
