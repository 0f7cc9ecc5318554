/** Bytes of a stream, ready for either way of writing them; one copy serves every reader. */
export interface WireBytes {
  /** The frames themselves. */
  readonly payload: Buffer;
  /** The same frames inside one chunk of HTTP/1.1's chunked coding. Source: RFC 9112 §7.1. */
  readonly framed: Buffer;
}

/** Room for the size of a chunk in hex, and its CR LF. */
const HEAD_BYTES = 10;
const TAIL_BYTES = 2;

/** Encodes frames once, with the chunk header already in place: a raw socket then needs one write a reader. */
export function wireBytes(frames: string): WireBytes {
  const sizeBytes = Buffer.byteLength(frames);
  // allocUnsafeSlow: a slice of the shared pool would keep 8 KiB alive for every small frame.
  const memory = Buffer.allocUnsafeSlow(HEAD_BYTES + sizeBytes + TAIL_BYTES);
  const head = `${sizeBytes.toString(16)}\r\n`;
  const start = HEAD_BYTES - head.length;
  memory.write(head, start, 'latin1');
  memory.write(frames, HEAD_BYTES, 'utf8');
  memory.write('\r\n', HEAD_BYTES + sizeBytes, 'latin1');
  return {
    payload: memory.subarray(HEAD_BYTES, HEAD_BYTES + sizeBytes),
    framed: memory.subarray(start),
  };
}
