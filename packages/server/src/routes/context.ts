import type { Bridge, Clock } from '@holdfast/bridge';
import type { IndexFeed } from '../http/sse/index-feed.ts';
import type { SessionFeeds } from '../http/sse/session-feeds.ts';
import type { DaemonMetrics } from '../telemetry/daemon-metrics.ts';

/** What the daemon says of itself, and the rules it was started with. */
export interface ServerInfo {
  readonly name: string;
  readonly version: string;
}

/** What every handler may reach. */
export interface RouteContext {
  readonly bridge: Bridge;
  readonly feeds: SessionFeeds;
  readonly indexFeed: IndexFeed;
  readonly metrics: DaemonMetrics;
  readonly clock: Clock;
  readonly serverInfo: ServerInfo;
  readonly isAuthRequired: boolean;
  readonly hasAllowedOrigins: boolean;
  readonly bodyLimitBytes: number;
  readonly maxConnections: number | null;
  /** What the process is short of, so that new connections are refused. */
  readonly shortage: () => string | undefined;
  /** As `Clock.elapsedMs` counts. */
  readonly startedAt: number;
}
