import type { SessionCommand } from './command.ts';
import { decideAbort, decideRemove } from './decide-abort.ts';
import { decideAgentGone, decideBound, decideNotBound, decideReopen, decideUpdates } from './decide-agent.ts';
import { decideCompact } from './decide-compaction.ts';
import { decideCheckpoint, decideReset, decideRestoreCheckpoint } from './decide-context.ts';
import { decidePutExtension, decideRemoveExtension } from './decide-extensions.ts';
import { decideInjectionAnswered } from './decide-injection.ts';
import {
  decideBranched,
  decideClose,
  decideCreate,
  decideDetach,
  decideInterrupted,
  decideLapse,
  decideRegister,
  decideRename,
  decideRewound,
  watchDeadlines,
} from './decide-lifecycle.ts';
import { decideEdit, decideOrphan, decidePurge } from './decide-metadata.ts';
import {
  decideAsk,
  decideDismiss,
  decideForbiddenVote,
  decideLateVote,
  decideVote,
} from './decide-permissions.ts';
import { decidePrompt } from './decide-prompt.ts';
import { decideConfigured, decideModelRefused, decideOptionSet, decideWant } from './decide-settings.ts';
import { decideTrim } from './decide-trim.ts';
import {
  decideAdvance,
  decideAnswered,
  decideDeadline,
  decideFailed,
  decideGraceOver,
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
    case 'lapse':
      return decideLapse(state, command);
    case 'rename':
      return decideRename(state, command);
    case 'edit':
      return decideEdit(state, command);
    case 'purge':
      return decidePurge(state, command);
    case 'orphan':
      return decideOrphan(state);
    case 'put_extension':
      return decidePutExtension(state, command);
    case 'remove_extension':
      return decideRemoveExtension(state, command);
    case 'prompt':
      return decidePrompt(state, command, context);
    case 'advance':
      return decideAdvance(state, context);
    case 'abort':
      return decideAbort(state, command);
    case 'deadline':
      return decideDeadline(state, command, context);
    case 'grace_over':
      return decideGraceOver(state, command);
    case 'answered':
      return decideAnswered(state, command);
    case 'failed':
      return decideFailed(state, command);
    case 'injection_answered':
      return decideInjectionAnswered(state, command);
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
    case 'option_set':
      return decideOptionSet(state, command);
    case 'model_refused':
      return decideModelRefused(state, command);
    case 'close':
      return decideClose(state, command);
    case 'compact':
      return decideCompact(state, command, context);
    case 'reset':
      return decideReset(state, command, context);
    case 'trim':
      return decideTrim(state, command);
    case 'checkpoint':
      return decideCheckpoint(state, command);
    case 'restore_checkpoint':
      return decideRestoreCheckpoint(state, command, context);
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
