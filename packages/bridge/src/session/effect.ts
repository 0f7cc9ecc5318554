import type { PermissionRequestId, PromptId } from '@holdfast/protocol';
import type { PermissionOutcome } from '../ports/agents.ts';
import type { PromptBlock } from './entry.ts';

/** What the outside must do once the decision is durable. Its completion comes back as a command. */
export type SessionEffect =
  | {
      readonly kind: 'send_prompt';
      readonly promptId: PromptId;
      readonly content: readonly PromptBlock[];
      readonly meta: unknown;
    }
  /** Hand the running turn a message; whether the agent took it comes back. */
  | {
      readonly kind: 'send_injection';
      readonly promptId: PromptId;
      readonly content: readonly PromptBlock[];
      readonly meta: unknown;
    }
  | { readonly kind: 'send_cancel'; readonly promptId: PromptId }
  | {
      readonly kind: 'answer_permission';
      readonly requestId: PermissionRequestId;
      readonly outcome: PermissionOutcome;
    }
  | { readonly kind: 'watch_deadline'; readonly promptId: PromptId; readonly deadlineAt: number }
  /** Get an agent session again, natively if possible. */
  | { readonly kind: 'open_agent' }
  /** The session needs its agent session no more: tell the agent, give the process back. */
  | { readonly kind: 'close_agent' }
  /** Another agent session takes over, be it on the same process: tell the agent of this one, give the process back. */
  | { readonly kind: 'part_from_agent'; readonly binding: number }
  /** The agent ignored its cancel: leave it behind. */
  | { readonly kind: 'abandon_agent' }
  /** The agent is gone already: give back what was held for it. */
  | { readonly kind: 'release_agent' }
  | { readonly kind: 'advance' };
