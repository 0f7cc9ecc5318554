import { type Bridge, type Clock, OpenFileGauge, systemClock } from '@holdfast/bridge';
import { type Operation, type OperationName, operations } from '@holdfast/protocol';
import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import { bearerToken, type TokenAuth } from '../auth/bearer-token.ts';
import { agentHandlers } from '../routes/agents.ts';
import { catalogHandlers } from '../routes/catalog.ts';
import type { RouteContext, ServerInfo } from '../routes/context.ts';
import { contextHandlers } from '../routes/context-plane.ts';
import { deletionHandlers } from '../routes/deletion.ts';
import { eventHandlers } from '../routes/events.ts';
import { lifecycleHandlers } from '../routes/lifecycle.ts';
import { metadataHandlers } from '../routes/metadata.ts';
import { readingHandlers } from '../routes/reading.ts';
import { restoreHandlers } from '../routes/restore.ts';
import { settingHandlers } from '../routes/settings.ts';
import { systemHandlers } from '../routes/system.ts';
import { turnHandlers } from '../routes/turns.ts';
import { addAccessLog } from '../telemetry/access-log.ts';
import { DaemonMetrics } from '../telemetry/daemon-metrics.ts';
import { allowedMethods } from './allowed-methods.ts';
import { connectionRoom } from './connection-room.ts';
import { acceptJsonOnly } from './json-body.ts';
import { mountOperation } from './mount-operation.ts';
import type { OperationHandler, OperationHandlers } from './operation-handler.ts';
import { sendProblem } from './problem-handler.ts';
import { addRequestGate } from './request-gate.ts';
import { IndexFeed } from './sse/index-feed.ts';
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
  /** What this process is short of, so that no more connections should be served; default: file descriptors. */
  readonly shortage?: () => string | undefined;
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
  const gauge = new OpenFileGauge(clock);
  const room = connectionRoom(app, options.shortage ?? (() => gauge.shortage()));
  const feeds = new SessionFeeds({
    clock,
    heartbeatIntervalMs: options.heartbeatIntervalMs,
    writerIdleTimeoutMs: options.writerIdleTimeoutMs,
    onFault: (thrown, sessionId) => app.log.error({ err: thrown, sessionId }, 'an event stream failed'),
  });
  const indexFeed = new IndexFeed({
    clock,
    heartbeatIntervalMs: options.heartbeatIntervalMs,
    writerIdleTimeoutMs: options.writerIdleTimeoutMs,
    onFault: (thrown) => app.log.error({ err: thrown }, 'a stream of the session index failed'),
  });
  const metrics = new DaemonMetrics(bridge);
  const context: RouteContext = {
    bridge,
    metrics,
    feeds,
    indexFeed,
    clock,
    serverInfo: options.serverInfo,
    isAuthRequired: auth !== null,
    hasAllowedOrigins: options.allowedOrigins.length > 0,
    bodyLimitBytes,
    maxConnections: options.maxConnections,
    startedAt: clock.elapsedMs(),
    shortage: () => room.shortage(),
  };

  acceptJsonOnly(app);
  app.setErrorHandler((thrown, request, reply) => sendProblem(thrown, request, reply));
  addAccessLog(app, clock, metrics);
  addRequestGate(app, {
    ...options,
    authenticate: bearerToken(auth),
    isClosing: () => isClosing,
    allowedMethods: allowedMethods(Object.values(operations)),
    refusalOf: (socket) => room.refusalOf(socket),
  });
  const handlers = handlersOf(context);
  for (const name of Object.keys(operations)) {
    // Object.keys widens the names; OperationHandlers has for each the handler of exactly that operation.
    const operation: Operation = operations[name as OperationName];
    const handler = handlers[name as OperationName] as unknown as OperationHandler<Operation>;
    mountOperation(app, operation, handler, { bridge, bodyLimitBytes });
  }
  return {
    stop() {
      isClosing = true;
      feeds.end();
      indexFeed.end();
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
    ...metadataHandlers(context),
    ...deletionHandlers(context),
    ...restoreHandlers(context),
    ...settingHandlers(context),
    ...turnHandlers(context),
    ...contextHandlers(context),
    ...eventHandlers(context),
    ...readingHandlers(context),
  };
}
