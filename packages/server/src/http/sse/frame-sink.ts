import type { ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { WireBytes } from './wire-bytes.ts';

/** Where one reader's bytes go: says when the client is behind, so that nobody queues for it. */
export interface FrameSink {
  /** Hands bytes to the kernel; false when some had to stay behind: then wait for `onDrain`. */
  write(bytes: WireBytes): boolean;
  /** Since a write that answered false, until the drain that follows it. */
  readonly isBlocked: boolean;
  /** Ends the response after what was written. */
  end(): void;
}

export interface SinkListener {
  /** A blocked sink takes bytes again. */
  onDrain(): void;
  /** The response is over, whoever ended it. Comes once, last. */
  onClose(): void;
}

/**
 * Sends the headers and opens the response for frames. On a chunked HTTP/1.1 response they go straight to the
 * socket: `ServerResponse.write` would cost each reader three buffers and a tick. Otherwise (HTTP/1.0, HTTP/2,
 * pipelined requests) they go through the response. A socket that takes no byte for `writerIdleTimeoutMs` is destroyed.
 */
export function openSink(
  response: ServerResponse,
  writerIdleTimeoutMs: number,
  listener: SinkListener,
): FrameSink {
  response.flushHeaders();
  const { socket } = response;
  const isRaw = socket instanceof Socket && response.chunkedEncoding;
  const target = isRaw ? socket : response;
  let isBlocked = false;

  const onDrain = () => {
    if (!isBlocked) return;
    isBlocked = false;
    listener.onDrain();
  };
  target.on('drain', onDrain);
  response.once('close', () => {
    target.off('drain', onDrain);
    listener.onClose();
  });
  // Node calls a socket idle only when not even the kernel took a byte of what waits on it, so a slow client is never
  // taken for a dead one; a stream that merely has nothing to say is left alone. 0 switches this off.
  response.setTimeout(writerIdleTimeoutMs, () => {
    if (target.writableLength > 0) response.destroy();
  });

  return {
    write(bytes) {
      const isBelowMark = isRaw ? socket.write(bytes.framed) : response.write(bytes.payload);
      // `write` answers false for any buffer over the high-water mark, even when the kernel took all of it; and no
      // drain follows a true.
      if (!isBelowMark && target.writableLength > 0) isBlocked = true;
      return !isBlocked;
    },
    get isBlocked() {
      return isBlocked;
    },
    end: () => void response.end(),
  };
}
