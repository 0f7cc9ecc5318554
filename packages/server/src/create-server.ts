import type { AddressInfo } from 'node:net';
import { systemClock } from '@holdfast/bridge';
import { type FastifyBaseLogger, type FastifyInstance, fastify, LogController } from 'fastify';
import { mountRoutes, type RoutesOptions } from './http/holdfast-routes.ts';
import { OpenResponses } from './http/open-responses.ts';
import { sendProblem } from './http/problem-handler.ts';
import { answerUnparsable } from './http/unparsable-request.ts';
import { requestIds } from './runtime/request-ids.ts';

export interface ServerOptions extends RoutesOptions {
  /** A pino logger, or one of its shape. */
  readonly logger: FastifyBaseLogger;
}

/** The daemon's HTTP side. */
export interface HoldfastServer {
  readonly app: FastifyInstance;
  /** Accepts connections; port 0 is any free one. Resolves to the base URL. */
  listen(address: { readonly host: string; readonly port: number }): Promise<string>;
  /** Lets nothing new in, ends streams, lets answers under way finish, closes every socket. Idempotent. */
  close(): Promise<void>;
}

/** How long answers under way may take once the server stops. */
const CLOSE_GRACE_MS = 1_000;

/**
 * Serves a bridge over HTTP and SSE. The bridge is the caller's: close it first, so that readers hear how turns ended,
 * then the server.
 * @throws invalid_option if the token cannot be one
 */
export function createServer(options: ServerOptions): HoldfastServer {
  const { logger, host, clock = systemClock } = options;
  const nextRequestId = requestIds();
  const app = fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: options.bodyLimitBytes,
    forceCloseConnections: true,
    return503OnClosing: false,
    routerOptions: { maxParamLength: 16_384 },
    schemaController: { compilersFactory: { buildValidator: notUsed, buildSerializer: notUsed } },
    genReqId: nextRequestId,
    clientErrorHandler: answerUnparsable(nextRequestId),
    frameworkErrors: (error, request, reply) => {
      reply.header('x-request-id', request.id);
      sendProblem(error, request, reply);
    },
  });
  const responses = new OpenResponses(app);
  const routes = mountRoutes(app, { ...options, host });
  if (options.maxConnections !== null) app.server.maxConnections = options.maxConnections;

  let closed: Promise<void> | undefined;
  return {
    app,
    async listen(address) {
      await app.listen(address);
      return urlOf(app, address.host);
    },
    close() {
      closed ??= (async () => {
        routes.stop();
        await responses.settled(CLOSE_GRACE_MS, clock);
        await app.close();
      })();
      return closed;
    },
  };
}

/** No route has a schema of Fastify's: the operations check themselves. Without these two it loads compilers at every start. */
function notUsed(): never {
  throw new Error('a route was given a schema, which this server has no compiler for');
}

function urlOf(app: FastifyInstance, host: string): string {
  // A listening TCP server has an address with a port; a path would be a Unix socket, which `listen` cannot ask for.
  const { port } = app.server.address() as AddressInfo;
  return `http://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`;
}
