import type {
  AgentSessionId,
  ClientId,
  EventData,
  PermissionRequestId,
  PromptId,
  RecordedEventType,
  SessionId,
  StrandedCause,
} from '@holdfast/protocol';
import type { SupportedPolicy } from '../permissions/mediation-policy.ts';
import type { McpServer } from '../ports/agents.ts';
import type { EditableMetadata } from './metadata.ts';

/** What the session decided to record: an event that readers see, or a fact that only the daemon needs. */
export type SessionEntry = SessionEvent | SessionFact;

/** An event before it has an id. `data` is as the wire has it. */
export type SessionEvent = {
  [T in RecordedEventType]: {
    readonly kind: 'event';
    readonly type: T;
    readonly data: EventData<T>;
    readonly promptId?: PromptId;
    readonly clientId?: ClientId;
  };
}[RecordedEventType];

/** Facts by type. They are recovered, never shown. */
export interface SessionFacts {
  session_opened: {
    readonly sessionId: SessionId;
    readonly cwd: string;
    readonly workspace: string;
    readonly agent: string;
    readonly isDefaultTarget: boolean;
    readonly parentSessionId: SessionId | null;
    readonly displayName: string | null;
    readonly metadata?: Partial<EditableMetadata>;
    readonly mcpServers: readonly McpServer[];
    /** What a branch or an imported session begins with. */
    readonly past?: {
      readonly firstPrompt: string | null;
      readonly turnCount: number;
      readonly settings: Settings;
      readonly forkedFrom: ForkedFrom | null;
      readonly importedFrom?: ImportedFrom;
    };
  };
  client_registered: { readonly clientId: ClientId };
  client_detached: { readonly clientId: ClientId };
  /** A new name of a closed session, whose stream has ended. */
  renamed: { readonly displayName: string | null };
  /** Fields that people changed, with their new values. */
  metadata_edited: Partial<EditableMetadata>;
  prompt_admitted: {
    readonly promptId: PromptId;
    readonly content: readonly PromptBlock[];
    readonly clientId: ClientId | null;
    readonly deadlineAt: number | null;
    readonly meta: unknown;
  };
  prompt_started: { readonly promptId: PromptId };
  opening_started: { readonly intent: OpeningIntent };
  agent_bound: {
    readonly agentSessionId: AgentSessionId;
    readonly binding: number;
    /** False while the agent has not been told the earlier conversation it needs. */
    readonly isSeeded: boolean;
    readonly modes: unknown;
    readonly models: unknown;
    readonly configOptions: unknown;
    /** Settings of the session that were applied to the fresh binding. */
    readonly applied?: Settings;
  };
  /** A setting to apply as soon as there is an agent. */
  settings_wanted: Settings;
  /** The restore failed; the session is what it was before. */
  restore_failed: { readonly reason: string | null };
  /** The policy a permission request is answered under. */
  permission_policy: { readonly requestId: PermissionRequestId; readonly policy: SupportedPolicy };
  turn_ending: { readonly promptId: PromptId; readonly reason: TurnEnding };
  stranded: { readonly cause: StrandedCause };
}

export type FactType = keyof SessionFacts;

export type SessionFact = {
  [T in FactType]: { readonly kind: 'fact'; readonly type: T; readonly data: SessionFacts[T] };
}[FactType];

/** A content block of a prompt, as ACP shapes it. */
export type PromptBlock = Readonly<Record<string, unknown>> & { readonly type: string };

/** Why an agent session is being acquired. */
export type OpeningIntent = 'continue' | 'load' | 'resume';

/** Where a branch was taken. */
export interface ForkedFrom {
  readonly sessionId: SessionId;
  readonly displayName?: string;
  readonly atEventId: number;
}

/** Where the past of an imported session was recorded. */
export interface ImportedFrom {
  readonly kind: 'agent';
  readonly agentSessionId: AgentSessionId;
}

/** What a client may choose of the agent. */
export interface Settings {
  readonly modelId?: string;
  readonly modeId?: string;
}

/** Why a running turn was told to stop. */
export type TurnEnding = 'cancelled' | 'deadline';

/** Makes a fact. */
export const fact = <T extends FactType>(type: T, data: SessionFacts[T]): SessionFact =>
  // The pair (type, data) is checked by the signature; TypeScript cannot correlate it with the union.
  ({ kind: 'fact', type, data }) as SessionFact;

/** Makes an event; `about` names the prompt and client it belongs to. */
export const event = <T extends RecordedEventType>(
  type: T,
  data: EventData<T>,
  about: { readonly promptId?: PromptId; readonly clientId?: ClientId } = {},
): SessionEvent =>
  // As above.
  ({ kind: 'event', type, data, ...about }) as SessionEvent;
