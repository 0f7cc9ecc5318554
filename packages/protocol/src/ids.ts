/**
 * Identifiers. Each is a branded string, so that one can never be passed for another; only this file casts.
 * `sessionId` is always ours; the agent's own name of a conversation is `agentSessionId`.
 */

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** A session of the daemon: a lower-case UUID. */
export type SessionId = Branded<'SessionId'>;
/** The agent's own identifier of a conversation; opaque. */
export type AgentSessionId = Branded<'AgentSessionId'>;
/** A registered client of a session: `[A-Za-z0-9._:-]{1,128}`. */
export type ClientId = Branded<'ClientId'>;
/** An accepted prompt: `prompt_<uuid>`. */
export type PromptId = Branded<'PromptId'>;
/** A permission request: `perm_<uuid>`. */
export type PermissionRequestId = Branded<'PermissionRequestId'>;
/** The UUID of a database's event numbering, changed only by a restore from backup. */
export type EventEpoch = Branded<'EventEpoch'>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const CLIENT_ID = /^[A-Za-z0-9._:-]{1,128}$/;

/** Reads a UUID of either case as a session id in lower case; undefined when it is none. */
export function parseSessionId(text: string): SessionId | undefined {
  const lower = text.toLowerCase();
  return UUID.test(lower) ? (lower as SessionId) : undefined;
}

/** Reads a client id as it travels in a header; undefined when it is malformed. */
export function parseClientId(text: string): ClientId | undefined {
  return CLIENT_ID.test(text) ? (text as ClientId) : undefined;
}

/** Names a fresh session; `uuid` comes from the Ids port. */
export const sessionIdFrom = (uuid: string): SessionId => uuid as SessionId;
/** Mints a client id for a caller that sent none. */
export const clientIdFrom = (uuid: string): ClientId => `client_${uuid}` as ClientId;
/** Names an accepted prompt. */
export const promptIdFrom = (uuid: string): PromptId => `prompt_${uuid}` as PromptId;
/** Names a permission request. */
export const permissionRequestIdFrom = (uuid: string): PermissionRequestId =>
  `perm_${uuid}` as PermissionRequestId;
/** Names the numbering of a fresh database. */
export const eventEpochFrom = (uuid: string): EventEpoch => uuid as EventEpoch;

/** Takes an agent's answer at its word: ACP makes these opaque strings. */
export const agentSessionIdOf = (text: string): AgentSessionId => text as AgentSessionId;
/** Takes a string that a client sent as the name of a prompt; unknown ones are simply not found. */
export const promptIdOf = (text: string): PromptId => text as PromptId;
/** Takes a string that a client sent as the name of a permission request. */
export const permissionRequestIdOf = (text: string): PermissionRequestId => text as PermissionRequestId;
