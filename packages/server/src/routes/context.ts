import type { Bridge, Clock } from '@holdfast/bridge';
import type { SessionFeeds } from '../http/sse/session-feeds.ts';

/** What the daemon says of itself, and the rules it was started with. */
export interface ServerInfo {
  readonly name: string;
  readonly version: string;
}

/** What every handler may reach. */
export interface RouteContext {
  readonly bridge: Bridge;
  readonly feeds: SessionFeeds;
  readonly clock: Clock;
  readonly serverInfo: ServerInfo;
  readonly isAuthRequired: boolean;
  readonly hasAllowedOrigins: boolean;
  readonly bodyLimitBytes: number;
  readonly maxConnections: number | null;
  /** As `Clock.elapsedMs` counts. */
  readonly startedAt: number;
}
