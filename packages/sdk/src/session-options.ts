import type {
  BranchedSession,
  ContentBlock,
  CreatedSession,
  ImportedAgentSession,
  PromptBody,
} from '@holdfast/protocol/view';
import type { CallOptions, SubmitOptions } from './call-options.ts';
import type { ConnectionState } from './events/connection-state.ts';

/** What a prompt is made of: ACP content blocks, or their short form for one text. */
export type PromptInput = string | readonly ContentBlock[];

export interface PromptOptions extends SubmitOptions, Omit<PromptBody, 'prompt'> {}

/** As a prompt's; how it gets past those that wait is settled. */
export interface SteerOptions extends Omit<PromptOptions, 'mode' | 'onUnsupported'> {}

export interface EventsOptions extends CallOptions {
  /**
   * Event id to continue after; 0 replays all that is retained. Default: from where the session was created,
   * attached to, branched off or brought back here; from now, for one named by its id.
   */
  readonly after?: number;
  /** The numbering `after` was counted in, where it was kept; default the one known here. */
  readonly eventEpoch?: string;
  /** Is told whenever the connection opens, waits or ends. */
  readonly onConnection?: (state: ConnectionState) => void;
}

/** Names a session and how we take part in it. */
export interface SessionIdentity {
  readonly sessionId: string;
  /** Our registration with the session; without one we are anonymous. */
  readonly clientId?: string;
  /** What the daemon answered when this session was created, attached to or branched off. */
  readonly created?: CreatedSession | BranchedSession | ImportedAgentSession;
}
