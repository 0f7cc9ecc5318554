import type { Socket } from 'node:net';
import { DaemonError, type ErrorCode, httpStatus, toProblem } from '@holdfast/protocol';

const faults: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  HPE_HEADER_OVERFLOW: ['invalid_request', 'the request headers are too long'],
  ERR_HTTP_REQUEST_TIMEOUT: ['invalid_request', 'the request did not arrive in time'],
};

/** Answers what is not HTTP; the connection ends with it, because where the next request would begin is unknown. */
export function answerUnparsable(
  nextRequestId: () => string,
): (error: Error & { readonly code?: string }, socket: Socket) => void {
  return (error, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const [code, message] = faults[error.code ?? ''] ?? [
      'invalid_request',
      'the request is not valid HTTP/1.1',
    ];
    const body = JSON.stringify(toProblem(new DaemonError(code, message)));
    const head = [
      `HTTP/1.1 ${httpStatus[code]} Bad Request`,
      'content-type: application/problem+json',
      `content-length: ${Buffer.byteLength(body)}`,
      `x-request-id: ${nextRequestId()}`,
      'connection: close',
    ];
    socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  };
}
