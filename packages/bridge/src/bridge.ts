import type { EventEpoch } from '@holdfast/protocol';
import type { AgentDirectory } from './api/agent-directory.ts';
import type { SessionCatalog } from './api/session-catalog.ts';
import type { SessionContextOperations } from './api/session-context.ts';
import type { SessionDeletion } from './api/session-deletion.ts';
import type { SessionHistory } from './api/session-history.ts';
import type { SessionLifecycle } from './api/session-lifecycle.ts';
import type { SessionMetadataOperations } from './api/session-metadata.ts';
import type { SessionReading } from './api/session-reading.ts';
import type { SessionSettings } from './api/session-settings.ts';
import type { SessionTurns } from './api/session-turns.ts';
import type { BridgeLimits } from './options.ts';

/** Counters for `/health?deep=1`. */
export interface BridgeFigures {
  readonly sessions: number;
  readonly pendingPermissions: number;
  readonly activePrompts: number;
  readonly connectedClients: number;
  readonly agentProcesses: number;
}

/** Whether requests can be served, and why not. */
export type Readiness = { readonly isReady: true } | { readonly isReady: false; readonly reason: string };

/**
 * Sessions of coding agents, held in this process: the whole product without HTTP. Every method throws `DaemonError`
 * with a code of the error table; what each code means is in the protocol reference.
 */
export interface Bridge
  extends SessionLifecycle,
    SessionCatalog,
    SessionTurns,
    SessionSettings,
    SessionMetadataOperations,
    SessionContextOperations,
    SessionDeletion,
    SessionHistory,
    SessionReading,
    AgentDirectory {
  readonly epoch: EventEpoch;
  /** Canonical workspace roots; the first is the default cwd. */
  readonly workspaces: readonly { readonly id: string; readonly cwd: string; readonly isPrimary: boolean }[];
  readonly defaultAgent: string;
  /** Limits and choices in force; `/capabilities` shows them. */
  readonly limits: BridgeLimits;

  figures(): BridgeFigures;
  readiness(): Readiness;
  /** Admits nothing new, ends running turns `interrupted` after `drainTimeoutMs`, closes no session. Idempotent;
   * a second call with 0 ends the waiting, for turns and for agents that do not go. */
  close(options?: { readonly drainTimeoutMs?: number }): Promise<void>;
}
