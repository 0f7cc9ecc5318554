import { HoldfastError } from './holdfast-error.ts';
import type { OperationResults } from './transport/operation-results.ts';
import type { RouteText } from './transport/route-request.ts';
import * as routes from './transport/routes.gen.ts';
import type { CallInput, Transport } from './transport/transport.ts';

/** Our side of one session: which it is, who we are in it, and the way to the daemon. Shared by all its calls. */
export class SessionLink {
  readonly sessionId: string;
  readonly transport: Transport;
  /** Our registration with the session, undefined while we are anonymous; a load or resume may give us another. */
  clientId: string | undefined;
  #registering: Promise<void> | undefined;

  constructor(transport: Transport, sessionId: string, clientId: string | undefined) {
    this.transport = transport;
    this.sessionId = sessionId;
    this.clientId = clientId;
  }

  /** Calls an operation of this session; where our registration lapsed, once more after registering anew. @throws HoldfastError */
  async call<N extends keyof OperationResults>(
    operation: RouteText<N>,
    input: CallInput = {},
  ): Promise<OperationResults[N]> {
    const { clientId } = this;
    try {
      return await this.transport.call(operation, this.input(input));
    } catch (thrown) {
      if (clientId === undefined || !isUnregistered(thrown)) throw thrown;
      if (this.clientId === clientId) await this.#registerAnew();
      return await this.transport.call(operation, this.input(input));
    }
  }

  /** What a call of this session says. */
  input(input: CallInput): CallInput {
    return { ...input, clientId: this.clientId, params: { id: this.sessionId, ...input.params } };
  }

  /** Calls that find out together share one registration. */
  #registerAnew(): Promise<void> {
    this.#registering ??= this.transport
      .call(routes.resumeSession, this.input({ body: {} }))
      .then((answer) => {
        this.clientId = answer.clientId;
      })
      .finally(() => {
        this.#registering = undefined;
      });
    return this.#registering;
  }
}

/** Whether the daemon does not know who we are: nothing was done then, so that the call may be made again. */
const isUnregistered = (thrown: unknown): boolean =>
  thrown instanceof HoldfastError && thrown.code === 'invalid_client_id';
