import type { IncomingHttpHeaders } from 'node:http';
import { type ClientId, parseClientId } from '@holdfast/protocol';

/** What the client calls itself: a well-formed id, nothing, or something that is no id. */
export type SentClientId = { readonly clientId: ClientId | undefined } | { readonly malformed: string };

/** Reads `Holdfast-Client-Id`, or its alias `X-Qwen-Client-Id` when that is absent. */
export function sentClientId(headers: IncomingHttpHeaders): SentClientId {
  const sent = headers['holdfast-client-id'] ?? headers['x-qwen-client-id'];
  if (sent === undefined) return { clientId: undefined };
  const clientId = typeof sent === 'string' ? parseClientId(sent) : undefined;
  return clientId === undefined ? { malformed: String(sent) } : { clientId };
}
