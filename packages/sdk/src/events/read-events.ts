import { type Envelope, SseDecoder } from '@holdfast/protocol/view';
import { HoldfastError } from '../holdfast-error.ts';
import type { AbortScope } from '../runtime/abort-scope.ts';

/** One read of an event stream: the events it completed, and the reconnection time asked for so far (ms). */
export interface EventRead {
  readonly events: readonly Envelope[];
  readonly retryMs: number | undefined;
}

/**
 * Reads an event stream to its end, one network read at a time, so that whoever does not take events stops the
 * daemon from sending more. A stream without a byte, heartbeats included, for `stallMs` is aborted.
 * @throws HoldfastError timeout, stream_ended
 */
export async function* readEvents(
  response: Response,
  scope: AbortScope,
  stallMs: number,
): AsyncGenerator<EventRead, void> {
  const reader = response.body?.getReader();
  const decoder = new SseDecoder();
  while (reader !== undefined) {
    scope.expectWithin(stallMs);
    const bytes = await readOnce(reader, scope, stallMs);
    scope.settle();
    if (bytes === undefined) return;
    const events = decoder.push(bytes).flatMap(({ data }) => parseEnvelope(data));
    yield { events, retryMs: decoder.retryMs };
  }
}

async function readOnce(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  scope: AbortScope,
  stallMs: number,
): Promise<Uint8Array | undefined> {
  try {
    return (await reader.read()).value;
  } catch (cause) {
    throw scope.hasTimedOut
      ? new HoldfastError({
          code: 'timeout',
          message: `The event stream was silent for ${stallMs} ms, heartbeats included`,
          isRetryable: true,
          cause,
        })
      : new HoldfastError({
          code: 'stream_ended',
          message: 'The event stream broke',
          isRetryable: true,
          cause,
        });
  }
}

/** A frame that is no envelope is not ours: nothing of it can be passed on. */
function parseEnvelope(data: string): Envelope[] {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return [];
  }
  return isEnvelope(value) ? [value] : [];
}

const isEnvelope = (value: unknown): value is Envelope =>
  typeof value === 'object' &&
  value !== null &&
  'type' in value &&
  typeof value.type === 'string' &&
  (!('id' in value) || Number.isSafeInteger(value.id));
