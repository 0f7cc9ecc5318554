import type { SessionCommand } from './command.ts';
import { decideAgentGone, decideBound, decideNotBound, decideReopen, decideUpdates } from './decide-agent.ts';
import {
  decideBranched,
  decideClose,
  decideCreate,
  decideDetach,
  decideInterrupted,
  decideRegister,
  decideRename,
  decideRewound,
  watchDeadlines,
} from './decide-lifecycle.ts';
import {
  decideAsk,
  decideDismiss,
  decideForbiddenVote,
  decideLateVote,
  decideVote,
} from './decide-permissions.ts';
import { decideConfigured, decideModelRefused, decideWant } from './decide-settings.ts';
import {
  decideAdvance,
  decideAnswered,
  decideCancel,
  decideDeadline,
  decideFailed,
  decideGraceOver,
  decidePrompt,
  decideRemove,
} from './decide-turns.ts';
import { type Decision, type DecisionContext, nothing, together } from './decision.ts';
import type { SessionState } from './state.ts';

/**
 * Decides what a command means for a session, purely. `state` is null only before `create`.
 * @throws DaemonError when the command is refused; nothing has changed then
 */
export function decide(
  state: SessionState | null,
  command: SessionCommand,
  context: DecisionContext,
): Decision {
  if (command.kind === 'create') return decideCreate(command);
  if (state === null) return nothing;
  switch (command.kind) {
    case 'register':
      return decideRegister(state, command);
    case 'detach':
      return decideDetach(state, command);
    case 'rename':
      return decideRename(state, command);
    case 'prompt':
      return decidePrompt(state, command, context);
    case 'advance':
      return decideAdvance(state, context);
    case 'cancel':
      return decideCancel(state, command);
    case 'deadline':
      return decideDeadline(state, command, context);
    case 'grace_over':
      return decideGraceOver(state, command);
    case 'answered':
      return decideAnswered(state, command);
    case 'failed':
      return decideFailed(state, command);
    case 'updates':
      return decideUpdates(state, command);
    case 'ask':
      return decideAsk(state, command);
    case 'vote':
      return decideVote(state, command);
    case 'forbidden_vote':
      return decideForbiddenVote(state, command);
    case 'dismiss':
      return decideDismiss(state, command);
    case 'late_vote':
      return decideLateVote(state, command);
    case 'reopen':
      return decideReopen(state, command);
    case 'bound':
      return decideBound(state, command);
    case 'not_bound':
      return decideNotBound(state, command, context);
    case 'agent_gone':
      return decideAgentGone(state, command);
    case 'branched':
      return decideBranched(state, command);
    case 'remove':
      return decideRemove(state, command);
    case 'want':
      return decideWant(state, command);
    case 'configured':
      return decideConfigured(state, command);
    case 'model_refused':
      return decideModelRefused(state, command);
    case 'close':
      return decideClose(state, command);
    case 'interrupt':
      return decideInterrupted(state);
    case 'recover':
      return together(decideInterrupted(state), watchDeadlines(state));
    case 'rewound':
      return together(decideInterrupted(state), decideRewound(state));
    default:
      return command satisfies never;
  }
}
