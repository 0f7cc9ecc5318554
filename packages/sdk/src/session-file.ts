import type { ExportFormat } from '@holdfast/protocol/view';
import { HoldfastError } from './holdfast-error.ts';
import { AbortScope } from './runtime/abort-scope.ts';
import type { SessionLink } from './session-link.ts';
import * as routes from './transport/routes.gen.ts';

/** An exported session to be imported: text, bytes, a `Blob` (in Node `fs.openAsBlob(path)`), or a stream, e.g. the body of a download. */
export type SessionFile = string | Uint8Array | Blob | ReadableStream<Uint8Array>;

/** A session's record as it arrives. */
export interface SessionDownload {
  readonly fileName: string;
  readonly mediaType: string;
  /**
   * To be read once: whoever stops reading stops the daemon from sending. Its end is the record's; a record that breaks
   * off is an error, `stream_ended` or `timeout`. The request ends with it, with its cancellation, or with the signal.
   */
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
}

const mediaTypes = {
  jsonl: 'application/x-ndjson',
  json: 'application/json',
  md: 'text/markdown',
} as const satisfies Record<ExportFormat, string>;

/** Asks for a session's record; resolves when it begins to arrive. @throws HoldfastError session_not_found */
export async function downloadSession(
  { transport, sessionId }: SessionLink,
  format: ExportFormat,
  signal: AbortSignal | undefined,
): Promise<SessionDownload> {
  signal?.throwIfAborted();
  const scope = new AbortScope(transport.runtime, signal);
  const { timeoutMs } = transport;
  const mediaType = mediaTypes[format];

  /** Waits for what comes next, no longer than for an answer. */
  const within = async <T>(next: Promise<T>): Promise<T> => {
    scope.expectWithin(timeoutMs);
    try {
      return await next;
    } catch (thrown) {
      const { hasTimedOut } = scope;
      scope.close();
      signal?.throwIfAborted();
      if (thrown instanceof HoldfastError || hasTimedOut) throw transport.explain(thrown, scope);
      throw new HoldfastError({
        code: 'stream_ended',
        message: 'The download broke off',
        isRetryable: true,
        cause: thrown,
      });
    } finally {
      scope.settle();
    }
  };

  const input = { params: { id: sessionId }, query: { format } };
  const response = await within(transport.open(routes.exportSession, input, scope, mediaType));
  const reader = response.body?.getReader();
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        const value = reader && (await within(reader.read())).value;
        if (value === undefined) {
          scope.close();
          controller.close();
        } else controller.enqueue(value);
      },
      cancel: () => scope.close(),
    },
    { highWaterMark: 0 },
  );
  return { fileName: `session-${sessionId}.${format}`, mediaType, body };
}
