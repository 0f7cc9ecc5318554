import { operations } from '@holdfast/protocol';
import { docsPage, docsPagePolicy } from '../http/docs-page.ts';
import { openApiDocument } from '../http/openapi-document.ts';
import type { OperationHandlers } from '../http/operation-handler.ts';
import type { RouteContext } from './context.ts';
import { featureTags } from './features.ts';

type SystemHandlers = Pick<
  OperationHandlers,
  'health' | 'livez' | 'readyz' | 'capabilities' | 'openapi' | 'docs' | 'metrics'
>;

/** What the daemon says of itself. */
export function systemHandlers(context: RouteContext): SystemHandlers {
  const { serverInfo, isAuthRequired } = context;
  const document = openApiDocument(Object.values(operations), {
    version: serverInfo.version,
    isAuthRequired,
  });
  return {
    health({ query }) {
      const fault = faultOf(context);
      if (fault !== undefined) return { status: 503, body: { status: 'degraded', reason: fault } };
      const isDeep = query.deep === '1' || query.deep === 'true';
      return { status: 200, body: { status: 'ok', ...(isDeep ? figures(context) : {}) } };
    },
    livez: () => ({ status: 200, body: { status: 'ok' } }),
    readyz() {
      const fault = faultOf(context);
      return fault === undefined
        ? { status: 200, body: { status: 'ok' } }
        : { status: 503, body: { status: 'unavailable', reason: fault } };
    },
    capabilities: () => ({ status: 200, body: capabilities(context) }),
    openapi: () => ({ status: 200, body: document }),
    docs: () => ({
      status: 200,
      headers: { 'content-security-policy': docsPagePolicy },
      contentType: 'text/html; charset=utf-8',
      body: docsPage(Object.values(operations), serverInfo.version),
    }),
    metrics: async () => ({ status: 200, ...(await context.metrics.read()) }),
  };
}

/** Why not everything is served; undefined when all is well. */
function faultOf({ bridge, shortage }: RouteContext): string | undefined {
  const readiness = bridge.readiness();
  return readiness.isReady ? shortage() : readiness.reason;
}

function figures({ bridge, clock, startedAt }: RouteContext) {
  const { sessions, pendingPermissions, activePrompts, connectedClients } = bridge.figures();
  return {
    sessions,
    pendingPermissions,
    activePrompts,
    connectedClients,
    uptimeMs: Math.round(clock.elapsedMs() - startedAt),
  };
}

function capabilities(context: RouteContext) {
  const { bridge, serverInfo, isAuthRequired, hasAllowedOrigins } = context;
  const { limits } = bridge;
  const hasPromptDeadline = limits.promptDeadlineMs > 0;
  return {
    v: 1 as const,
    protocolVersions: { current: 'v1' as const, supported: ['v1'] },
    mode: 'http-bridge' as const,
    server: { name: serverInfo.name, version: serverInfo.version },
    features: [
      ...featureTags(Object.values(operations), { isAuthRequired, hasAllowedOrigins, hasPromptDeadline }),
    ],
    agents: [...bridge.listAgents()],
    modelServices: [],
    workspaceCwd: bridge.workspaces[0]?.cwd ?? '',
    workspaces: bridge.workspaces.map(({ id, cwd, isPrimary }) => ({
      id,
      cwd,
      primary: isPrimary,
      trusted: true,
    })),
    limits: {
      maxSessions: limits.maxSessions,
      maxTotalSessions: limits.maxSessions,
      maxPendingPromptsPerSession: limits.maxPendingPrompts,
      maxSubscribersPerSession: limits.maxSubscribers,
      maxConnections: context.maxConnections,
      bodyLimitBytes: context.bodyLimitBytes,
      sessionRestoreTimeoutMs: limits.restoreTimeoutMs,
      sessionIdleTimeoutMs: orOff(limits.sessionIdleTimeoutMs),
      permissionTimeoutMs: orOff(limits.permissionTimeoutMs),
      promptDeadlineMs: orOff(limits.promptDeadlineMs),
    },
    policy: { permission: limits.permissionPolicy },
  };
}

/** 0 switches a duration off, which travels as null. */
const orOff = (durationMs: number): number | null => (durationMs === 0 ? null : durationMs);
