import type { PermissionRequestId } from '@holdfast/protocol';
import type { SessionEntry, SessionEvent, SessionFact } from './entry.ts';
import { evolveAgentState, reportedState, withSettings } from './evolve-agent-state.ts';
import {
  closed,
  edited,
  opened,
  opening,
  renamed,
  restoreFailed,
  withClient,
  withSetting,
} from './evolve-lifecycle.ts';
import { ended, started, withPermission, withQueue, withTurn } from './evolve-turns.ts';
import { type OpenPermission, type QueuedPrompt, queueOf, type SessionState, textOf } from './state.ts';

/** How much of the first prompt the row keeps, in UTF-16 units. */
export const firstPromptChars = 200;

/**
 * Folds one recorded entry into the state; the same for live decisions and for recovery. Returns the very same object
 * when the entry means nothing to the state, so that a change is a changed reference. `at` is epoch ms.
 */
export function evolve(state: SessionState | null, entry: SessionEntry, at: number): SessionState | null {
  if (state === null)
    return entry.kind === 'fact' && entry.type === 'session_opened' ? opened(entry, at) : null;
  return entry.kind === 'fact' ? evolveFact(state, entry, at) : evolveEvent(state, entry, at);
}

function evolveFact(state: SessionState, entry: SessionFact, at: number): SessionState {
  const { phase } = state;
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
      const { promptId, content, clientId, deadlineAt, meta } = entry.data;
      const prompt: QueuedPrompt = {
        promptId,
        content,
        clientId,
        queuedAt: at,
        deadlineAt,
        meta,
        isAnnounced: false,
      };
      const firstPrompt = state.firstPrompt ?? textOf(content).slice(0, firstPromptChars);
      return { ...withQueue(state, [...queueOf(phase), prompt]), firstPrompt };
    }
    case 'prompt_started':
      return started(state, entry.data.promptId, at);
    case 'opening_started':
      return opening(state, entry.data.intent);
    case 'restore_failed':
      return { ...state, phase: restoreFailed(phase, entry.data.reason) };
    case 'settings_wanted': {
      const { modelId = state.settings.modelId, modeId = state.settings.modeId } = entry.data;
      return { ...state, settings: { modelId, modeId } };
    }
    case 'agent_bound': {
      const { agentSessionId, binding, isSeeded, applied } = entry.data;
      return {
        ...state,
        binding: { agentSessionId, number: binding, isSeeded },
        agentState: withSettings(reportedState(state.agentState, entry.data), applied ?? {}),
        phase: { kind: 'idle', queue: queueOf(phase) },
      };
    }
    case 'turn_ending':
      return withTurn(state, (turn) => ({ ...turn, ending: entry.data.reason }));
    case 'permission_policy': {
      const { requestId, policy } = entry.data;
      const request = phase.kind === 'running' ? phase.turn.permissions[requestId] : undefined;
      return request === undefined ? state : withPermission(state, { ...request, policy });
    }
    case 'stranded':
      return { ...state, phase: { kind: 'stranded', cause: entry.data.cause, queue: queueOf(phase) } };
    default:
      return entry satisfies never;
  }
}

function evolveEvent(state: SessionState, entry: SessionEvent, at: number): SessionState {
  switch (entry.type) {
    case 'session_update':
      return evolveAgentState(state, entry.data.update);
    case 'pending_prompt_added':
      return withQueue(
        state,
        queueOf(state.phase).map((prompt) =>
          prompt.promptId === entry.data.promptId ? { ...prompt, isAnnounced: true } : prompt,
        ),
      );
    case 'turn_complete': {
      const isCancelled = entry.data.stopReason === 'cancelled';
      return ended(state, entry.promptId, isCancelled ? 'cancelled' : 'completed', at);
    }
    case 'turn_error':
      return ended(state, entry.promptId, 'failed', at);
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
      return renamed(state, entry.data.displayName ?? null);
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
