import type { IncomingHttpHeaders } from 'node:http';

/**
 * How long the end of a turn keeps behind the 202 of its prompt (ms). Clients of the published protocol, which call
 * themselves `X-Qwen-Client-Id`, begin to wait for a prompt's end when they have read its 202, and never see an end
 * that they read before: a busy one may be handed its stream first although the 202 came first. Ours follow a prompt
 * from a cursor and need no head start.
 */
export const headStartMs = (headers: IncomingHttpHeaders): number =>
  headers['x-qwen-client-id'] === undefined ? 0 : 100;
