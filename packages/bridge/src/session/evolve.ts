import type { PermissionRequestId } from '@holdfast/protocol';
import type { SessionEntry, SessionEvent, SessionFact } from './entry.ts';
import { evolveAgentState, reportedState, withSettings } from './evolve-agent-state.ts';
import {
  checkpointed,
  generationStarted,
  generationTold,
  historyTrimmed,
  withCompactionNews,
} from './evolve-context.ts';
import { withExtension, withoutExtension } from './evolve-extensions.ts';
import {
  closed,
  edited,
  importFinished,
  opened,
  opening,
  renamed,
  restoreFailed,
  withClient,
  withSetting,
} from './evolve-lifecycle.ts';
import {
  admitted,
  ended,
  injected,
  started,
  withPermission,
  withQueue,
  withQueued,
  withTurn,
} from './evolve-turns.ts';
import type { Moment } from './position.ts';
import { settingsAfter } from './settings.ts';
import { type OpenPermission, type QueuedPrompt, queueOf, type SessionState, textOf } from './state.ts';

/** How much of the first prompt the row keeps, in UTF-16 units. */
export const firstPromptChars = 200;

/**
 * Folds one recorded entry into the state; the same for live decisions and for recovery. Returns the very same object
 * when the entry means nothing to the state, so that a change is a changed reference.
 */
export function evolve(state: SessionState | null, entry: SessionEntry, moment: Moment): SessionState | null {
  if (state === null)
    return entry.kind === 'fact' && entry.type === 'session_opened' ? opened(entry, moment.at) : null;
  return entry.kind === 'fact' ? evolveFact(state, entry, moment) : evolveEvent(state, entry, moment);
}

function evolveFact(state: SessionState, entry: SessionFact, moment: Moment): SessionState {
  const { phase } = state;
  const { at } = moment;
  switch (entry.type) {
    case 'session_opened':
      return state;
    case 'client_registered':
      return withClient(state, entry.data.clientId, +1);
    case 'client_detached':
      return withClient(state, entry.data.clientId, -1);
    case 'renamed':
      return renamed(state, entry.data.displayName);
    case 'metadata_edited':
      return edited(state, entry.data);
    case 'prompt_admitted': {
      const { promptId, content, clientId, deadlineAt, meta, mode, compaction = null } = entry.data;
      const prompt: QueuedPrompt = {
        promptId,
        content,
        clientId,
        queuedAt: at,
        deadlineAt,
        meta,
        isAnnounced: false,
        isInterrupting: mode === 'interrupt',
        injection: mode === 'inject' ? 'waiting' : null,
        compaction,
      };
      const firstPrompt =
        compaction === null
          ? (state.firstPrompt ?? textOf(content).slice(0, firstPromptChars))
          : state.firstPrompt;
      return { ...withQueue(state, admitted(queueOf(phase), prompt)), firstPrompt };
    }
    case 'prompt_started':
      return started(state, entry.data.promptId, at);
    case 'injection_sent':
      return withQueued(state, entry.data.promptId, (prompt) => ({ ...prompt, injection: 'sent' }));
    case 'prompt_injected':
      return injected(state, entry.data.promptId, at);
    case 'generation_started':
      return generationStarted(state, entry.data, moment);
    case 'history_trimmed':
      return historyTrimmed(state, entry.data);
    case 'checkpoint_kept':
      return checkpointed(state, entry.data, at);
    case 'opening_started':
      return opening(state, entry.data.intent);
    case 'restore_failed':
      return { ...state, phase: restoreFailed(phase, entry.data.reason) };
    case 'orphaned':
      return { ...state, parentSessionId: null };
    case 'extension_put':
      return { ...state, extensions: withExtension(state.extensions, entry.data) };
    case 'extension_removed':
      return { ...state, extensions: withoutExtension(state.extensions, entry.data.namespace) };
    case 'settings_wanted':
      return { ...state, settings: settingsAfter(state.settings, entry.data) };
    case 'agent_bound': {
      const { agentSessionId, binding, isSeeded, applied } = entry.data;
      return {
        ...state,
        binding: { agentSessionId, number: binding, isSeeded },
        agentState: withSettings(reportedState(state.agentState, entry.data), applied ?? {}),
        phase: { kind: 'idle', queue: queueOf(phase) },
      };
    }
    case 'agent_said':
      return { ...state, preview: { role: 'agent', text: entry.data.text } };
    case 'turn_ending':
      return withTurn(state, (turn) => ({ ...turn, ending: entry.data.reason }));
    case 'permission_policy': {
      const { requestId, policy } = entry.data;
      const request = phase.kind === 'running' ? phase.turn.permissions[requestId] : undefined;
      return request === undefined ? state : withPermission(state, { ...request, policy });
    }
    case 'import_finished':
      return importFinished(state);
    case 'stranded':
      return { ...state, phase: { kind: 'stranded', cause: entry.data.cause, queue: queueOf(phase) } };
    default:
      return entry satisfies never;
  }
}

function evolveEvent(state: SessionState, entry: SessionEvent, { at, seq }: Moment): SessionState {
  switch (entry.type) {
    case 'session_update':
      return evolveAgentState(withCompactionNews(state, entry.data.update), entry.data.update);
    case 'session_reset':
      return generationTold(state);
    case 'checkpoint_created':
      return checkpointed(state, entry.data, at);
    case 'pending_prompt_added':
      // What waits in sight is not to join a turn any more.
      return withQueued(state, entry.data.promptId, (prompt) => ({
        ...prompt,
        isAnnounced: true,
        injection: null,
      }));
    case 'turn_complete': {
      const isCancelled = entry.data.stopReason === 'cancelled';
      return ended(state, entry.promptId, isCancelled ? 'cancelled' : 'completed', { at, seq });
    }
    case 'turn_error':
      return ended(state, entry.promptId, 'failed', { at, seq });
    case 'permission_request': {
      const { requestId, toolCall, options } = entry.data;
      // The event carries the id that decide put into it.
      const id = requestId as PermissionRequestId;
      const request: OpenPermission = {
        requestId: id,
        toolCall,
        options,
        requestedAt: at,
        policy: 'first-responder',
      };
      return withPermission(state, request);
    }
    case 'permission_resolved':
      return withTurn(state, (turn) => {
        const { [entry.data.requestId as PermissionRequestId]: _, ...permissions } = turn.permissions;
        return { ...turn, permissions };
      });
    case 'session_metadata_updated':
      // One with a revision follows the fact that says it all.
      return entry.data.revision === undefined ? renamed(state, entry.data.displayName ?? null) : state;
    case 'model_switched':
      return withSetting(state, { modelId: entry.data.modelId });
    case 'approval_mode_changed':
      return withSetting(state, { modeId: entry.data.next });
    case 'agent_exited':
      return { ...state, phase: { kind: 'stranded', cause: 'agent_exited', queue: queueOf(state.phase) } };
    case 'session_closed':
      return closed(state, entry.data.reason);
    case 'session_died':
      return closed(state, 'session_died');
    // Recorded for readers; the state follows from the facts beside them, or from nothing.
    default:
      return state;
  }
}
