import type { Socket } from 'node:net';
import { DaemonError, type Operation } from '@holdfast/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Authenticate } from '../auth/bearer-token.ts';
import { type HostRules, hostGuard } from '../plugins/host-guard.ts';
import { originGuard } from '../plugins/origin-guard.ts';

export interface GateOptions extends HostRules {
  readonly authenticate: Authenticate;
  readonly allowedOrigins: readonly string[];
  /** Set once the server stops: nothing new is let in. */
  readonly isClosing: () => boolean;
  /** Why a connection is not served; undefined for one that is. */
  readonly refusalOf: (socket: Socket) => string | undefined;
  /** The methods that a path takes; none where it is no route. */
  readonly allowedMethods: (path: string) => readonly string[];
}

/** What a route tells the gate of itself. */
declare module 'fastify' {
  interface FastifyContextConfig {
    holdfastOperation?: Operation;
  }
  interface FastifyRequest {
    /** A token's name, or `local`; empty where no token is asked for. */
    holdfastPrincipal: string;
  }
}

/**
 * Everything that is checked before a request is read, in the order of the protocol: Host, Origin, preflight, token,
 * route. What comes later (size, JSON, schema) is the route's.
 */
export function addRequestGate(app: FastifyInstance, options: GateOptions): void {
  const checkHost = hostGuard(options);
  const checkOrigin = originGuard(options.allowedOrigins);
  app.decorateRequest('holdfastPrincipal', '');
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    checkHost(request.headers.host);
    const { headers, isPreflight } = checkOrigin(crossOriginParts(request));
    reply.headers(headers);
    if (isPreflight) return reply.code(204).send();
    const operation = request.routeOptions.config.holdfastOperation;
    if (operation?.scope !== 'public') {
      if (options.isClosing()) throw new DaemonError('shutting_down', 'the daemon is shutting down');
      const refusal = options.refusalOf(request.raw.socket);
      if (refusal !== undefined) {
        reply.header('connection', 'close');
        throw new DaemonError('overloaded', refusal);
      }
      request.holdfastPrincipal = identify(options.authenticate, request, reply);
    }
    if (request.is404) throw noRoute(request, reply, options.allowedMethods(pathOf(request)));
    return undefined;
  });
}

function noRoute(request: FastifyRequest, reply: FastifyReply, allowed: readonly string[]): DaemonError {
  const { method } = request;
  const path = pathOf(request);
  if (allowed.length === 0) return new DaemonError('not_found', `no route ${method} ${path}`);
  const allow = allowed.join(', ');
  reply.header('allow', allow);
  return new DaemonError('method_not_allowed', `${path} takes ${allow}, not ${method}`);
}

/** The path of a request, without its query. */
export const pathOf = (request: FastifyRequest): string => request.url.split('?', 1)[0] ?? '';

function identify(authenticate: Authenticate, request: FastifyRequest, reply: FastifyReply): string {
  try {
    return authenticate(request.headers.authorization);
  } catch (thrown) {
    reply.header('www-authenticate', 'Bearer');
    throw thrown;
  }
}

function crossOriginParts({ method, headers }: FastifyRequest) {
  const text = (value: string | string[] | undefined) => (Array.isArray(value) ? value.join(', ') : value);
  return {
    method,
    host: headers.host,
    origin: headers.origin,
    requestedMethod: text(headers['access-control-request-method']),
    requestedHeaders: text(headers['access-control-request-headers']),
  };
}
