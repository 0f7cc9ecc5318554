import type {
  AgentSessionId,
  ClientId,
  PermissionOption,
  PermissionRequestId,
  PromptId,
  SessionId,
  StrandedCause,
  TurnState,
} from '@holdfast/protocol';
import type { SupportedPolicy } from '../permissions/mediation-policy.ts';
import type { McpServer } from '../ports/agents.ts';
import type { AgentCatalog, MessagePreview } from '../ports/session-index.ts';
import { emptyCatalog } from './agent-catalog.ts';
import type { Checkpoint } from './checkpoints.ts';
import type { CompactionReport } from './compaction-report.ts';
import type {
  Compaction,
  ForkedFrom,
  ImportedFrom,
  OpeningIntent,
  PromptBlock,
  Settings,
  TurnEnding,
} from './entry.ts';
import type { Generation } from './generations.ts';
import type { EditableMetadata, Extensions } from './metadata.ts';
import type { Trim } from './trim.ts';

/** Everything a session must know to decide; folded from its journal by `evolve`, and kept as the row's snapshot. */
export interface SessionState {
  readonly sessionId: SessionId;
  readonly cwd: string;
  readonly workspace: string;
  readonly agent: string;
  readonly parentSessionId: SessionId | null;
  /** Where it was branched off. */
  readonly forkedFrom: ForkedFrom | null;
  readonly importedFrom: ImportedFrom | null;
  /** Create with single scope attaches here. */
  readonly isDefaultTarget: boolean;
  readonly mcpServers: readonly McpServer[];
  readonly createdAt: number;
  /** The last start or end of a turn, or the creation. */
  readonly activityAt: number;
  readonly displayName: string | null;
  readonly metadata: EditableMetadata;
  readonly extensions: Extensions;
  readonly agentTitle: string | null;
  readonly firstPrompt: string | null;
  readonly generation: number;
  /** The generations it remembers, oldest first; the last is the one it is in. */
  readonly generations: readonly Generation[];
  /** Oldest first. */
  readonly checkpoints: readonly Checkpoint[];
  /** What was cut off the conversation. */
  readonly trim: Trim | null;
  /** Id of the event that ended the last finished turn; 0 before the first. */
  readonly lastTurnEndId: number;
  /** Counts edits of client-editable fields. */
  readonly revision: number;
  /** Registrations by client: how often each attached. */
  readonly clients: Readonly<Record<ClientId, number>>;
  readonly agentState: AgentReportedState;
  /** What clients chose; applied again to every new binding. */
  readonly settings: Settings;
  /** The agent session this one speaks through, or spoke through last. */
  readonly binding: Binding | null;
  /** Openings ever begun. */
  readonly openings: number;
  readonly lastTurn: TurnRecord | null;
  /** The beginning of the last message: of a prompt from its start on, of the agent from the end of its turn on. */
  readonly preview: MessagePreview | null;
  /** Turns that were handed to an agent, ever. */
  readonly turnCount: number;
  readonly phase: Phase;
}

export interface Binding {
  readonly agentSessionId: AgentSessionId;
  /** Rises with every agent session; frames of an older one change nothing. */
  readonly number: number;
  /** Whether it knows the conversation as it stands: not before it was told, nor once another generation began. */
  readonly isSeeded: boolean;
}

export type Phase =
  /** Ready. The queue is non-empty only while its head awaits its admission's release. */
  | { readonly kind: 'idle'; readonly queue: Queue }
  /** `closedReason` is set when a closed session is being restored: what it returns to when that fails. */
  | {
      readonly kind: 'opening';
      readonly intent: OpeningIntent;
      /** Tells this opening from an earlier one whose agent answers late. */
      readonly number: number;
      readonly closedReason: string | null;
      readonly queue: Queue;
    }
  | { readonly kind: 'running'; readonly turn: Turn; readonly queue: Queue }
  | { readonly kind: 'stranded'; readonly cause: StrandedCause; readonly queue: Queue }
  | { readonly kind: 'closed'; readonly reason: string };

export type Queue = readonly QueuedPrompt[];

export interface QueuedPrompt {
  readonly promptId: PromptId;
  readonly content: readonly PromptBlock[];
  readonly clientId: ClientId | null;
  readonly queuedAt: number;
  readonly deadlineAt: number | null;
  readonly meta: unknown;
  /** Whether readers were told that it waits (`pending_prompt_added`). */
  readonly isAnnounced: boolean;
  /** It goes before those that do not interrupt. */
  readonly isInterrupting: boolean;
  /** Of a prompt that is to join the running turn: whether it was handed to the agent. Null: it waits for its own. */
  readonly injection: 'waiting' | 'sent' | null;
  /** Set where its turn compacts the agent's context. */
  readonly compaction: Compaction | null;
}

/** A compaction under way. */
export interface RunningCompaction extends Compaction {
  /** Tokens in the agent's context before, where it reports them. */
  readonly tokensBefore: number | null;
  /** Whether the agent said anything: what a handoff needs. */
  readonly hasText: boolean;
  /** What the agent last said of how the compaction ended. */
  readonly report: CompactionReport | null;
}

export interface Turn {
  readonly promptId: PromptId;
  readonly clientId: ClientId | null;
  readonly text: string;
  readonly queuedAt: number;
  readonly startedAt: number;
  readonly deadlineAt: number | null;
  readonly isAnnounced: boolean;
  readonly ending: TurnEnding | null;
  readonly compaction: RunningCompaction | null;
  /** Prompts the agent took into it: they end with it. */
  readonly injected: readonly InjectedPrompt[];
  readonly permissions: Readonly<Record<PermissionRequestId, OpenPermission>>;
}

export interface InjectedPrompt {
  readonly promptId: PromptId;
  readonly clientId: ClientId | null;
  readonly text: string;
  readonly queuedAt: number;
  readonly startedAt: number;
}

export interface OpenPermission {
  readonly requestId: PermissionRequestId;
  readonly toolCall: Readonly<Record<string, unknown>>;
  readonly options: readonly PermissionOption[];
  readonly requestedAt: number;
  /** The policy in force when it was issued. */
  readonly policy: SupportedPolicy;
}

export interface TurnRecord {
  readonly promptId: PromptId;
  readonly state: TurnState;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
}

/** What the agent says of itself in a session, kept apart from what people set. */
export interface AgentReportedState {
  readonly catalog: AgentCatalog;
  readonly currentModeId: string | null;
  readonly currentModelId: string | null;
  readonly usage: Readonly<Record<string, unknown>> | null;
}

export const noAgentState: AgentReportedState = Object.freeze({
  catalog: emptyCatalog,
  currentModeId: null,
  currentModelId: null,
  usage: null,
});

/** Whether this very opening is still going on. */
export const isOpening = ({ phase }: SessionState, number: number): boolean =>
  phase.kind === 'opening' && phase.number === number;

/** Prompts that wait, in order; none in a closed session. */
export const queueOf = (phase: Phase): Queue => (phase.kind === 'closed' ? [] : phase.queue);

/** Why a session is closed; null when it is open. One that is being restored is closed until it has its agent. */
export const closedReasonOf = (phase: Phase): string | null => {
  if (phase.kind === 'opening') return phase.closedReason;
  return phase.kind === 'closed' ? phase.reason : null;
};

/** Whether a client is registered; a name that objects have by nature is none. */
export const isRegistered = ({ clients }: SessionState, clientId: ClientId): boolean =>
  Object.hasOwn(clients, clientId);

/** Prompts accepted and not yet ended, the running one and what joined it included. */
export const pendingCount = (phase: Phase): number =>
  queueOf(phase).length + (phase.kind === 'running' ? 1 + phase.turn.injected.length : 0);

/** The prompts that `pendingCount` counts, in the order they end. */
export const pendingPromptIds = (phase: Phase): readonly PromptId[] => [
  ...(phase.kind === 'running' ? turnPromptIds(phase.turn) : []),
  ...queueOf(phase).map(({ promptId }) => promptId),
];

/** The prompt of a turn, and those that joined it. */
export const turnPromptIds = ({ promptId, injected }: Turn): readonly PromptId[] => [
  promptId,
  ...injected.map((prompt) => prompt.promptId),
];

/** Whether a prompt runs or waits. */
export const isPending = (phase: Phase, promptId: PromptId): boolean =>
  pendingPromptIds(phase).includes(promptId);

/** The readable part of a prompt. */
export const textOf = (content: readonly PromptBlock[]): string =>
  content
    .map((block) => (typeof block['text'] === 'string' ? block['text'] : ''))
    .filter((text) => text !== '')
    .join('\n');
