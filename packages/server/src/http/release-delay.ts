import type { IncomingHttpHeaders } from 'node:http';

/**
 * How long after its 202 a turn may begin (ms). Clients of the published protocol, which call themselves
 * `X-Qwen-Client-Id`, begin to wait for a prompt's end when they have read its 202, and never see an end that they read
 * before. Their kernel may hand them the stream first although the 202 came first, when they were kept from running
 * in between. Ours follow a prompt from a cursor and need no such head start.
 */
export const releaseDelayMs = (headers: IncomingHttpHeaders): number =>
  headers['x-qwen-client-id'] === undefined ? 0 : 25;
