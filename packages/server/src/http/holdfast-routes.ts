import { type Bridge, type Clock, systemClock } from '@holdfast/bridge';
import { type Operation, type OperationName, operations } from '@holdfast/protocol';
import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import { bearerToken, type TokenAuth } from '../auth/bearer-token.ts';
import { agentHandlers } from '../routes/agents.ts';
import { catalogHandlers } from '../routes/catalog.ts';
import type { RouteContext, ServerInfo } from '../routes/context.ts';
import { eventHandlers } from '../routes/events.ts';
import { lifecycleHandlers } from '../routes/lifecycle.ts';
import { restoreHandlers } from '../routes/restore.ts';
import { settingHandlers } from '../routes/settings.ts';
import { systemHandlers } from '../routes/system.ts';
import { turnHandlers } from '../routes/turns.ts';
import { addAccessLog } from '../telemetry/access-log.ts';
import { acceptJsonOnly } from './json-body.ts';
import { mountOperation } from './mount-operation.ts';
import type { OperationHandler, OperationHandlers } from './operation-handler.ts';
import { sendProblem } from './problem-handler.ts';
import { refuseOtherMethods } from './refuse-methods.ts';
import { addRequestGate } from './request-gate.ts';
import { SessionFeeds } from './sse/session-feeds.ts';

export interface RoutesOptions {
  readonly bridge: Bridge;
  /** `null` asks for no token. */
  readonly auth: TokenAuth | null;
  /** The address listened on; requests may name it in `Host`. */
  readonly host: string;
  readonly allowedOrigins: readonly string[];
  readonly allowedHosts: readonly string[];
  readonly bodyLimitBytes: number;
  /** Shown in `/capabilities`; `null` is no limit. */
  readonly maxConnections: number | null;
  readonly heartbeatIntervalMs: number;
  /** 0 = never. */
  readonly writerIdleTimeoutMs: number;
  readonly serverInfo: ServerInfo;
  readonly clock?: Clock;
}

/** The routes' hold on their open streams. */
export interface MountedRoutes {
  /** Lets nothing new in and ends all streams, without ending a session. */
  stop(): void;
}

/**
 * Mounts Holdfast's routes, checks and error answers on a Fastify instance. The app needs
 * `routerOptions.maxParamLength` of 16384: a workspace path is one segment.
 */
export function mountRoutes(app: FastifyInstance, options: RoutesOptions): MountedRoutes {
  const { bridge, auth, bodyLimitBytes, clock = systemClock } = options;
  let isClosing = false;
  const feeds = new SessionFeeds({
    clock,
    heartbeatIntervalMs: options.heartbeatIntervalMs,
    writerIdleTimeoutMs: options.writerIdleTimeoutMs,
    onFault: (thrown, sessionId) => app.log.error({ err: thrown, sessionId }, 'an event stream failed'),
  });
  const context: RouteContext = {
    bridge,
    feeds,
    clock,
    serverInfo: options.serverInfo,
    isAuthRequired: auth !== null,
    hasAllowedOrigins: options.allowedOrigins.length > 0,
    bodyLimitBytes,
    maxConnections: options.maxConnections,
    startedAt: clock.elapsedMs(),
  };

  acceptJsonOnly(app);
  app.setErrorHandler((thrown, request, reply) => sendProblem(thrown, request, reply));
  addAccessLog(app, clock);
  addRequestGate(app, { ...options, authenticate: bearerToken(auth), isClosing: () => isClosing });
  const handlers = handlersOf(context);
  for (const name of Object.keys(operations)) {
    // Object.keys widens the names; OperationHandlers has for each the handler of exactly that operation.
    const operation: Operation = operations[name as OperationName];
    const handler = handlers[name as OperationName] as unknown as OperationHandler<Operation>;
    mountOperation(app, operation, handler, { bridge, bodyLimitBytes });
  }
  refuseOtherMethods(app, Object.values(operations));
  return {
    stop() {
      isClosing = true;
      feeds.end();
    },
  };
}

/** The routes as a Fastify plugin for an app of one's own; its close ends the streams. */
export const holdfastRoutes: FastifyPluginAsync<RoutesOptions> = async (app, options) => {
  const routes = mountRoutes(app, options);
  app.addHook('preClose', async () => routes.stop());
};

function handlersOf(context: RouteContext): OperationHandlers {
  return {
    ...systemHandlers(context),
    ...agentHandlers(context),
    ...catalogHandlers(context),
    ...lifecycleHandlers(context),
    ...restoreHandlers(context),
    ...settingHandlers(context),
    ...turnHandlers(context),
    ...eventHandlers(context),
  };
}
