import type { OperationResults } from './transport/operation-results.ts';
import type { RouteName } from './transport/routes.gen.ts';
import type { CallInput, Transport } from './transport/transport.ts';

/** Our side of one session: which it is, who we are in it, and the way to the daemon. Shared by all its calls. */
export class SessionLink {
  readonly sessionId: string;
  readonly transport: Transport;
  /** Our registration with the session, undefined while we are anonymous; a load or resume may give us another. */
  clientId: string | undefined;

  constructor(transport: Transport, sessionId: string, clientId: string | undefined) {
    this.transport = transport;
    this.sessionId = sessionId;
    this.clientId = clientId;
  }

  /** Calls an operation of this session. @throws HoldfastError */
  call<N extends RouteName & keyof OperationResults>(
    name: N,
    input: CallInput = {},
  ): Promise<OperationResults[N]> {
    return this.transport.call(name, this.input(input));
  }

  /** What a call of this session says. */
  input(input: CallInput): CallInput {
    return { ...input, clientId: this.clientId, params: { id: this.sessionId, ...input.params } };
  }
}
