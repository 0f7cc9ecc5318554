import type { Bridge, Caller } from '@holdfast/bridge';
import {
  type ClientId,
  DaemonError,
  type Operation,
  type OperationName,
  parseSessionId,
  type SessionId,
} from '@holdfast/protocol';
import type { FastifyRequest } from 'fastify';
import { sentClientId } from './client-id.ts';
import { isLoopbackAddress } from './loopback.ts';

/** Operations that a closed session accepts: there only an unknown session is missed. */
const acceptsClosed: ReadonlySet<string> = new Set<OperationName>([
  'updateMetadata',
  'editMetadata',
  'closeSession',
  'putExtension',
  'deleteExtension',
  'loadSession',
  'resumeSession',
  'branchSession',
  'resetSession',
  'trimSession',
  'createCheckpoint',
  'branchCheckpoint',
  'restoreCheckpoint',
  // It says of a prompt that ended that it has.
  'abortTurn',
]);
/** Detaching must always work, whatever the client calls itself. */
const ignoresClientId: ReadonlySet<string> = new Set<OperationName>(['detach']);

/**
 * Says who asks, from token, headers and socket; GETs ignore the client id.
 * @throws invalid_client_id if it is malformed; session_not_found before that, as the order of checks has it
 */
export async function callerOf(
  request: FastifyRequest,
  operation: Operation,
  bridge: Bridge,
): Promise<Omit<Caller, 'idempotency'>> {
  const { remoteAddress } = request.raw.socket;
  return {
    principal: request.holdfastPrincipal,
    clientId: await clientIdOf(request, operation, bridge),
    // Without an address it is a Unix socket, or no socket at all.
    isLocal: remoteAddress === undefined || isLoopbackAddress(remoteAddress),
  };
}

/** The session a path names. @throws session_not_found if it cannot be one */
export function sessionIdOf(text: string): SessionId {
  const sessionId = parseSessionId(text);
  if (sessionId !== undefined) return sessionId;
  throw new DaemonError('session_not_found', `no session ${JSON.stringify(text)}`, { sessionId: text });
}

async function clientIdOf(
  request: FastifyRequest,
  operation: Operation,
  bridge: Bridge,
): Promise<ClientId | undefined> {
  if (operation.method === 'GET') return undefined;
  const sent = sentClientId(request.headers);
  if ('clientId' in sent) return sent.clientId;
  if (ignoresClientId.has(operation.name)) return undefined;
  const sessionId = await knownSession(request.params, operation, bridge);
  throw new DaemonError(
    'invalid_client_id',
    `Holdfast-Client-Id must be 1 to 128 characters of A-Z a-z 0-9 . _ : -; got ${JSON.stringify(sent.malformed)}`,
    { sessionId, clientId: sent.malformed },
  );
}

async function knownSession(
  params: unknown,
  operation: Operation,
  bridge: Bridge,
): Promise<SessionId | undefined> {
  const id = typeof params === 'object' && params !== null && 'id' in params ? params.id : undefined;
  if (typeof id !== 'string') return undefined;
  const sessionId = sessionIdOf(id);
  if (acceptsClosed.has(operation.name)) await bridge.describeSession(sessionId);
  else await bridge.getSessionStatus(sessionId);
  return sessionId;
}
