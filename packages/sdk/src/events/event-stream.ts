import type { Envelope } from '@holdfast/protocol/view';

/** The events of a session, one by one. Leaving the loop, `return()` or the signal ends the subscription. */
export type EventStream<Event = Envelope> = AsyncIterableIterator<Event, void, undefined>;

/**
 * Hands out batches one event at a time. `return()` takes effect at once, also while a `next()` is waiting:
 * that of a bare generator would wait for the next event.
 */
export function eventStream<Event>(
  begin: (signal: AbortSignal) => AsyncIterable<readonly Event[]>,
  signal: AbortSignal | undefined,
): EventStream<Event> {
  const controller = new AbortController();
  const stop = () => controller.abort();
  if (signal?.aborted) stop();
  else signal?.addEventListener('abort', stop);
  const events = flatten(begin(controller.signal), controller.signal, () =>
    signal?.removeEventListener('abort', stop),
  );
  return {
    next: () => events.next(),
    return: () => {
      stop();
      return events.return();
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

async function* flatten<Event>(
  batches: AsyncIterable<readonly Event[]>,
  signal: AbortSignal,
  letGo: () => void,
): AsyncGenerator<Event, void, undefined> {
  try {
    if (signal.aborted) return;
    for await (const batch of batches)
      for (const event of batch) {
        yield event;
        if (signal.aborted) return;
      }
  } finally {
    letGo();
  }
}
