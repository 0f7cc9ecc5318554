import type { IndexEventData, IndexEventType, WatchSessionsQuery } from '@holdfast/protocol/view';
import type { CallOptions } from '../call-options.ts';
import * as routes from '../transport/routes.gen.ts';
import type { Transport } from '../transport/transport.ts';
import type { Batch, ConnectionState, Position, takeBatch } from './connection-state.ts';
import { streamHeaders } from './session-events.ts';
import { type ReconnectOptions, type SubscribeOptions, subscribe } from './subscribe.ts';

type Told = Exclude<IndexEventType, 'stream_error'>;

/** One thing told of the sessions there are. A newer daemon may tell of more: leave other types alone. */
export type IndexEvent = {
  readonly [Type in Told]: {
    readonly type: Type;
    /** The `indexSeq` of a change; a snapshot and a reset have theirs in `data`. */
    readonly id?: number;
    readonly data: IndexEventData<Type>;
  };
}[Told];

export interface WatchSessionsOptions
  extends CallOptions,
    Omit<WatchSessionsQuery, 'after' | 'epoch' | 'snapshot'> {
  /** `indexSeq` to continue after; default begins with a snapshot. */
  readonly after?: number;
  /** The numbering `after` was counted in, where it was kept. */
  readonly eventEpoch?: string;
  /** Is told whenever the connection opens, waits or ends. */
  readonly onConnection?: (state: ConnectionState) => void;
}

/** Follows the sessions of the daemon. @throws HoldfastError where coming back cannot help */
export function indexEvents(
  transport: Transport,
  reconnect: Required<ReconnectOptions>,
  { signal, onConnection, after, eventEpoch, ...filters }: WatchSessionsOptions & SubscribeOptions,
): AsyncGenerator<readonly IndexEvent[], void> {
  // Answered with a snapshot unless the position can be gone on from: whatever happens, nothing is missed.
  const query = { ...filters, snapshot: 1 };
  const source = {
    runtime: transport.runtime,
    reconnect,
    open: (position: Position, scope: Parameters<Transport['open']>[2]) =>
      transport.open(routes.watchSessions, { query, headers: streamHeaders(position) }, scope),
    take: takeIndexBatch,
  };
  const batches = subscribe(source, { cursor: after, eventEpoch }, { signal, onConnection });
  // The daemon's schema of these events guarantees their shape.
  return batches as AsyncGenerator<readonly IndexEvent[], void>;
}

/** Takes what one read brought: each change once and in order, and what says where it begins anew. */
export const takeIndexBatch: typeof takeBatch = ({ position, serverEpoch }, received): Batch => {
  let { cursor, eventEpoch } = position;
  const events = received.filter(({ id, type, data }) => {
    if (type === 'snapshot') {
      // As before.
      cursor = (data as IndexEventData<'snapshot'>).indexSeq;
      eventEpoch = serverEpoch;
    }
    // Were the connection cut before the snapshot that follows, the next one must begin with one.
    if (type === 'reset') cursor = undefined;
    if (id === undefined) return type !== 'stream_error';
    if (cursor !== undefined && id <= cursor) return false;
    cursor = id;
    return true;
  });
  return { events, position: { cursor, eventEpoch }, isTerminated: false };
};
