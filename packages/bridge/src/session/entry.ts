import type {
  AgentSessionId,
  ClientId,
  CompactionStrategy,
  EventData,
  PermissionRequestId,
  PromptId,
  RecordedEventType,
  SessionId,
  StrandedCause,
} from '@holdfast/protocol';
import type { SupportedPolicy } from '../permissions/mediation-policy.ts';
import type { McpServer } from '../ports/agents.ts';
import type { MessagePreview } from '../ports/session-index.ts';
import type { Basis, NewGenerationReason } from './generations.ts';
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
      readonly preview?: MessagePreview;
    };
  };
  client_registered: { readonly clientId: ClientId };
  client_detached: { readonly clientId: ClientId };
  /** A new name of a closed session, whose stream has ended. */
  renamed: { readonly displayName: string | null };
  /** Fields that people changed, with their new values. */
  metadata_edited: MetadataChange;
  /** Its parent was purged. */
  orphaned: Readonly<Record<string, never>>;
  /** What a client keeps with the session. */
  extension_put: {
    readonly namespace: string;
    readonly revision: number;
    readonly sizeBytes: number;
    readonly content: unknown;
  };
  extension_removed: { readonly namespace: string };
  prompt_admitted: {
    readonly promptId: PromptId;
    readonly content: readonly PromptBlock[];
    readonly clientId: ClientId | null;
    readonly deadlineAt: number | null;
    readonly meta: unknown;
    /** Absent: it waits for its turn in the order of admission. */
    readonly mode?: AdmissionMode;
    /** Set where the turn compacts the agent's context. */
    readonly compaction?: Compaction;
  };
  prompt_started: { readonly promptId: PromptId };
  /** It was handed to the agent to join the running turn; whether it did is not known yet. */
  injection_sent: { readonly promptId: PromptId };
  /** The agent took it into the running turn. */
  prompt_injected: { readonly promptId: PromptId };
  /** The conversation begins anew after the last event; of a summary, its turn ended with that event. */
  generation_started: {
    readonly generation: number;
    readonly reason: NewGenerationReason;
    readonly basis: NewBasis;
  };
  /** The oldest turns were cut off the conversation, up to an event that ended one of them. */
  history_trimmed: { readonly generation: number; readonly upToEventId: number };
  /** A checkpoint of a closed session, whose stream has ended. */
  checkpoint_kept: Omit<EventData<'checkpoint_created'>, 'sessionId'>;
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
  settings_wanted: WantedSettings;
  /** The restore failed; the session is what it was before. */
  restore_failed: { readonly reason: string | null };
  /** The policy a permission request is answered under. */
  permission_policy: { readonly requestId: PermissionRequestId; readonly policy: SupportedPolicy };
  /** The beginning of the last message of the turn that ends now. */
  agent_said: { readonly text: string };
  turn_ending: { readonly promptId: PromptId; readonly reason: TurnEnding };
  stranded: { readonly cause: StrandedCause };
  /** All of an imported session is here. */
  import_finished: Readonly<Record<string, never>>;
}

export type FactType = keyof SessionFacts;

export type SessionFact = {
  [T in FactType]: { readonly kind: 'fact'; readonly type: T; readonly data: SessionFacts[T] };
}[FactType];

/** A content block of a prompt, as ACP shapes it. */
export type PromptBlock = Readonly<Record<string, unknown>> & { readonly type: string };

/** Why an agent session is being acquired. */
export type OpeningIntent = 'continue' | 'load' | 'resume' | 'reset' | 'restore' | 'compact';

/** How a turn compacts the agent's context, and the checkpoint made before. */
export interface Compaction {
  readonly strategy: CompactionStrategy;
  readonly checkpointId: string;
}

/** What a conversation begins with, before the id of the last event is known. */
export type NewBasis =
  | Exclude<Basis, { kind: 'summary' }>
  | Omit<Extract<Basis, { kind: 'summary' }>, 'upToEventId'>;

/** Where a branch was taken. */
export interface ForkedFrom {
  readonly sessionId: SessionId;
  readonly displayName?: string;
  readonly atEventId: number;
}

/** Where the past of an imported session was recorded: by its agent, or by a daemon that exported it. */
export type ImportedFrom =
  | { readonly kind: 'agent'; readonly agentSessionId: AgentSessionId }
  | {
      readonly kind: 'export';
      readonly sessionId: SessionId;
      readonly exportedAt: number;
      /** Whether all of it arrived: what did not is thrown away at the next start. */
      readonly isWhole: boolean;
    };

/** What a client may choose of the agent. */
export interface Settings {
  readonly modelId?: string;
  readonly modeId?: string;
  /** Config options by id. */
  readonly config?: Readonly<Record<string, ConfigValue>>;
}

/** How an accepted prompt gets past those that wait: by ending the running turn, or by joining it. */
export type AdmissionMode = 'interrupt' | 'inject';

/** A change of settings: null forgets a choice. */
export interface WantedSettings {
  readonly modelId?: string | null;
  readonly modeId?: string | null;
  readonly config?: Readonly<Record<string, ConfigValue | null>>;
}

/** The value of one of the agent's config options. Source: ACP session config options. */
export type ConfigValue = string | boolean;

/** What people changed of a session. */
export type MetadataChange = Partial<EditableMetadata> & { readonly displayName?: string | null };

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
