import type { AvailableCommand } from '../model/agent-state.ts';
import type { PermissionOption, PermissionToolCall } from '../model/permission.ts';
import type { LastTurn, PendingPrompt, Usage } from '../model/turn.ts';
import { emptyTranscript, type Transcript, type ViewLimits } from './transcript.ts';

/** A question of the agent that waits for an answer. */
export interface PermissionView {
  readonly requestId: string;
  readonly promptId: string | undefined;
  readonly toolCall: PermissionToolCall;
  readonly options: readonly PermissionOption[];
  readonly requestedAt: number;
  /** Under the consensus policy: votes counted and still missing. */
  readonly votes: { readonly received: number; readonly needed: number } | undefined;
}

/** The turn that runs. */
export interface TurnView {
  readonly promptId: string;
  readonly startedAt: number;
  readonly isCancelling: boolean;
}

/** How the latest turn ended. */
export interface EndedTurnView {
  readonly promptId: string;
  readonly state: Extract<LastTurn['state'], 'completed' | 'cancelled' | 'failed'>;
  readonly endedAt: number;
  readonly stopReason: string | undefined;
  readonly usage: Usage | undefined;
  readonly error:
    | {
        /** A TurnErrorCode, or a later daemon's word. */ readonly code: string;
        readonly message: string;
      }
    | undefined;
}

/** Why nothing more will come: of the session, or only of this stream. */
export type TerminalView =
  | { readonly type: 'session_closed'; readonly reason: string; readonly closedBy: string | undefined }
  | { readonly type: 'session_died'; readonly reason: string }
  | {
      readonly type: 'stream_error' | 'client_evicted';
      readonly reason: string;
      /** What was open when this stream ended; it is open again once the reader is back. */
      readonly openPermissions: readonly PermissionView[];
    };

/** One step of the agent's plan. Source: ACP PlanEntry. */
export interface PlanEntry {
  readonly content: string;
  readonly status: string;
  readonly priority: string;
}

/** All that a client shows of a session, as a value. */
export interface SessionView {
  readonly limits: ViewLimits;
  /** Greatest id seen: the cursor to come back with. */
  readonly lastEventId: number;
  readonly generation: number;
  readonly transcript: Transcript;
  readonly plan: readonly PlanEntry[];
  readonly turn: TurnView | undefined;
  readonly lastTurn: EndedTurnView | undefined;
  /** Prompts that wait behind the running one, in order. */
  readonly queue: readonly PendingPrompt[];
  readonly pendingPermissions: readonly PermissionView[];
  readonly agent: string | undefined;
  readonly isAgentRunning: boolean;
  readonly modelId: string | undefined;
  readonly modeId: string | undefined;
  readonly configOptions: readonly unknown[];
  readonly commands: readonly AvailableCommand[];
  readonly displayName: string | undefined;
  readonly agentTitle: string | undefined;
  readonly usage: Usage | undefined;
  /** What the agent remembered at the latest restore. */
  readonly context: string | undefined;
  readonly terminal: TerminalView | undefined;
  /** Whether everything up to now has been seen. */
  readonly isReplayComplete: boolean;
  /** Times the view had to be rebuilt because its cursor could not be honoured. */
  readonly resyncs: number;
  /** Known events that were ignored because they were malformed. */
  readonly malformedEvents: number;
  /** Events, and updates of the agent, of kinds this reducer does not know. */
  readonly unknownEvents: number;
}

const defaultLimits: ViewLimits = { maxItems: 2000, maxChars: 16 * 1024 * 1024, maxItemChars: 1024 * 1024 };

/** The view of a session of which nothing has been seen. */
export function initialView(limits: Partial<ViewLimits> = {}): SessionView {
  return {
    limits: { ...defaultLimits, ...limits },
    lastEventId: 0,
    generation: 1,
    transcript: emptyTranscript,
    plan: [],
    turn: undefined,
    lastTurn: undefined,
    queue: [],
    pendingPermissions: [],
    agent: undefined,
    isAgentRunning: false,
    modelId: undefined,
    modeId: undefined,
    configOptions: [],
    commands: [],
    displayName: undefined,
    agentTitle: undefined,
    usage: undefined,
    context: undefined,
    terminal: undefined,
    isReplayComplete: false,
    resyncs: 0,
    malformedEvents: 0,
    unknownEvents: 0,
  };
}

/** Applies one event's data; `malformed` and `unknown` leave the view to the caller's counters. */
export type ViewReducer = (
  view: SessionView,
  data: Readonly<Record<string, unknown>>,
  event: EventContext,
) => SessionView | 'malformed' | 'unknown';

/** What an event says beside its data. */
export interface EventContext {
  readonly promptId: string | undefined;
  readonly serverTimestamp: number;
}
