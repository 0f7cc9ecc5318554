import type { Envelope } from '@holdfast/protocol/view';
import * as routes from '../transport/routes.gen.ts';
import type { CallInput, Transport } from '../transport/transport.ts';
import type { Position } from './connection-state.ts';
import { type ReconnectOptions, type SubscribeOptions, subscribe } from './subscribe.ts';

/** Where the events of a session are asked for, and as whom. */
export interface SessionStream {
  readonly transport: Transport;
  readonly reconnect: Required<ReconnectOptions>;
  /** Names the session and the client in each request. */
  input(input: CallInput): CallInput;
}

/** Follows a session from a position, or from now. @throws HoldfastError where coming back cannot help */
export async function* sessionEvents(
  stream: SessionStream,
  from: Position | undefined,
  options: SubscribeOptions,
): AsyncGenerator<readonly Envelope[], void> {
  const { transport, reconnect, input } = stream;
  const start = from ?? (await positionNow(stream, options.signal));
  if (start === undefined) return;
  const source = {
    runtime: transport.runtime,
    reconnect,
    open: (position: Position, scope: Parameters<Transport['open']>[2]) =>
      transport.open(routes.streamEvents, input({ headers: streamHeaders(position) }), scope),
  };
  yield* subscribe(source, start, options);
}

/** "Now" is asked for, so that an early loss of the connection loses no event. */
async function positionNow(
  { transport, input }: SessionStream,
  signal: AbortSignal,
): Promise<Position | undefined> {
  try {
    const now = await transport.call(routes.describeSession, input({ signal }));
    return { cursor: now.lastEventId, eventEpoch: now.eventEpoch };
  } catch (thrown) {
    if (signal.aborted) return undefined;
    throw thrown;
  }
}

/** Asks for an event stream after a position. */
export function streamHeaders({ cursor, eventEpoch }: Position): Record<string, string> {
  const headers: Record<string, string> = { accept: 'text/event-stream' };
  if (cursor !== undefined) headers['last-event-id'] = String(cursor);
  if (cursor !== undefined && eventEpoch !== undefined) headers['holdfast-event-epoch'] = eventEpoch;
  return headers;
}
