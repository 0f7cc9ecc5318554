// What the steps of the check share.
import type { RestoredSession } from '@holdfast/protocol/view';
import type { HoldfastClient } from '@holdfast/sdk';
import type { Conversation } from './conversation.ts';
import type { Daemon } from './daemon.ts';
import type { ModelServer } from './model-server.ts';
import type { AgentProfile } from './profiles.ts';

/** One agent under check. */
export interface Check {
  readonly name: string;
  readonly profile: AgentProfile;
  readonly daemon: Daemon;
  readonly client: HoldfastClient;
  readonly model: ModelServer;
  /** Said to the agent in the first prompt; whoever is sent it was sent the earlier conversation. */
  readonly secret: string;
  /** The session the steps are made with; replaced where one begins to watch it anew. */
  conversation: Conversation;
}

/** What a step that passed has to tell. */
export interface Passed {
  /** What the agent remembers after it; `unsupported` where it offers nothing to do it with. */
  readonly context?: RestoredSession['context'] | 'unsupported';
  /** The time that the step is about, where it is not its whole duration (ms). */
  readonly ms?: number;
  readonly note?: string;
}

/** A step fails by throwing. */
export interface Step {
  readonly name: string;
  /** Whether it says anything about this agent. */
  readonly isFor?: (check: Check) => boolean;
  readonly run: (check: Check) => Promise<Passed>;
}
