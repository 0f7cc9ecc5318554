import type { IncomingHttpHeaders } from 'node:http';
import type { SubscribeRequest } from '@holdfast/bridge';
import { DaemonError } from '@holdfast/protocol';

const DECIMAL = /^(?:0|[1-9]\d{0,15})$/;

/**
 * Where a stream begins: `Last-Event-ID`, which is absent when malformed, else `?after=`; neither is "from now".
 * @throws invalid_cursor if the cursor that counts is a malformed `?after=`
 */
export function streamCursor(
  headers: IncomingHttpHeaders,
  query: { readonly after?: string; readonly epoch?: string },
): SubscribeRequest {
  const sent = headers['holdfast-event-epoch'] ?? headers['x-qwen-event-epoch'] ?? query.epoch;
  const epoch = typeof sent === 'string' ? sent.toLowerCase() : undefined;
  const lastEventId = headers['last-event-id'];
  if (typeof lastEventId === 'string' && DECIMAL.test(lastEventId))
    return { after: Number(lastEventId), epoch };
  const { after } = query;
  if (after === undefined) return { epoch };
  if (DECIMAL.test(after)) return { after: Number(after), epoch };
  throw new DaemonError(
    'invalid_cursor',
    `after must be an event id, 0 or more; got ${JSON.stringify(after)}`,
    {
      field: 'after',
      received: after,
    },
  );
}

/** @throws not_acceptable for a client that takes no event stream */
export function requireEventStream(accept: string | undefined): void {
  if (acceptsEventStream(accept)) return;
  throw new DaemonError('not_acceptable', 'this route answers text/event-stream; accept it, or */*');
}

/** What every event stream says of itself. Source: protocol §5. */
export const streamHeaders = (epoch: string): Readonly<Record<string, string>> => ({
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
  'holdfast-event-epoch': epoch,
  'x-qwen-event-epoch': epoch,
});

/** Whether a client that sent this `Accept` takes an event stream. Source: RFC 9110 §12.5.1. */
export function acceptsEventStream(accept: string | undefined): boolean {
  if (accept === undefined || accept.trim() === '') return true;
  return accept.split(',').some((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const isRefused = parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter));
    return !isRefused && (type === '*/*' || type === 'text/*' || type === 'text/event-stream');
  });
}
