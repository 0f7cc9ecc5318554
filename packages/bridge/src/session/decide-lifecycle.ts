import type { CommandOf, FirstPrompt } from './command.ts';
import { type Decision, nothing, requireOpen, requireRegistered, together } from './decision.ts';
import type { SessionEffect } from './effect.ts';
import { endTurn, removeAllQueued, stopTurn } from './end-turn.ts';
import { event, fact, type SessionEntry } from './entry.ts';
import { closedReasonOf, isRegistered, queueOf, type SessionState } from './state.ts';
import { cancelled, endOf } from './turn-end.ts';

/** The first entries of a session: it begins when its agent session is there. */
export function decideCreate(command: CommandOf<'create'>): Decision {
  const { sessionId, cwd, workspace, agent, isDefaultTarget, parentSessionId, displayName, mcpServers } =
    command;
  const { metadata, agentSessionId, clientIds, applied, prompt } = command;
  const { modes, models, configOptions } = command.agentState;
  const hasChosen = applied.modelId !== undefined || applied.modeId !== undefined;
  const chosen = hasChosen ? [fact('settings_wanted', applied)] : [];
  return {
    entries: [
      fact('session_opened', {
        sessionId,
        cwd,
        workspace,
        agent,
        isDefaultTarget,
        parentSessionId,
        displayName,
        metadata,
        mcpServers,
      }),
      ...clientIds.map((clientId) => fact('client_registered', { clientId })),
      event('session_created', {
        sessionId,
        workspaceCwd: cwd,
        agent,
        displayName: displayName ?? undefined,
        parentSessionId: parentSessionId ?? undefined,
        agentSessionId,
        binding: 1,
      }),
      ...chosen,
      fact('agent_bound', {
        agentSessionId,
        binding: 1,
        isSeeded: true,
        modes,
        models,
        configOptions,
        applied,
      }),
      ...(prompt === null ? [] : [fact('prompt_admitted', { ...prompt, meta: undefined })]),
    ],
    effects: prompt === null ? [] : firstEffects(prompt),
  };
}

const firstEffects = ({ promptId, deadlineAt }: FirstPrompt): SessionEffect[] => [
  ...(deadlineAt === null ? [] : [{ kind: 'watch_deadline' as const, promptId, deadlineAt }]),
  { kind: 'advance' },
];

export function decideRegister(state: SessionState, { clientId }: CommandOf<'register'>): Decision {
  requireOpen(state);
  return { entries: [fact('client_registered', { clientId })], effects: [] };
}

/** Counts one registration less. A client that is not there is no error. */
export function decideDetach(state: SessionState, { clientId }: CommandOf<'detach'>): Decision {
  return isRegistered(state, clientId)
    ? { entries: [fact('client_detached', { clientId })], effects: [] }
    : nothing;
}

/** Ends registrations, each however often its client attached. */
export const decideLapse = (state: SessionState, { clientIds }: CommandOf<'lapse'>): Decision => ({
  entries: clientIds
    .filter((clientId) => isRegistered(state, clientId))
    .flatMap((clientId) =>
      Array.from({ length: state.clients[clientId] ?? 0 }, () => fact('client_detached', { clientId })),
    ),
  effects: [],
});

export function decideRename(state: SessionState, command: CommandOf<'rename'>): Decision {
  requireRegistered(state, command.clientId);
  const { displayName, clientId } = command;
  if (displayName === state.displayName) return nothing;
  const { sessionId } = state;
  // Nothing follows a session's terminal in its stream.
  if (closedReasonOf(state.phase) !== null)
    return { entries: [fact('renamed', { displayName })], effects: [] };
  const renamed = event(
    'session_metadata_updated',
    { sessionId, displayName: displayName ?? undefined },
    { clientId },
  );
  return { entries: [renamed], effects: [] };
}

/** Readers hear of a branch; nothing follows the terminal of a closed session but its restore. */
export function decideBranched(state: SessionState, command: CommandOf<'branched'>): Decision {
  if (closedReasonOf(state.phase) !== null) return nothing;
  const { sourceSessionId, newSessionId, displayName } = command;
  return {
    entries: [event('session_branched', { sourceSessionId, newSessionId, displayName })],
    effects: [],
  };
}

/** Ends the session for everybody: its turn and its queue first, then the session; the agent hears last. */
export function decideClose(state: SessionState, command: CommandOf<'close'>): Decision {
  requireOpen(state);
  requireRegistered(state, command.clientId);
  const { phase, sessionId } = state;
  const { reason, clientId } = command;
  const turnEnd = phase.kind === 'running' ? closeTurn(state, phase) : nothing;
  const closed = event('session_closed', { sessionId, reason, closedBy: clientId }, { clientId });
  return together(turnEnd, {
    entries: [...removeAllQueued(state, cancelled), closed],
    effects: [{ kind: 'close_agent' }],
  });
}

/** Ends the running turn as cancelled, without waiting for the agent. */
export function closeTurn(
  state: SessionState,
  phase: Extract<SessionState['phase'], { kind: 'running' }>,
): Decision {
  const { turn } = phase;
  if (turn.ending !== null) return endTurn(state, turn, endOf(turn.ending, cancelled));
  const stopped = stopTurn(state, turn, 'cancelled');
  // The requests were just cancelled: the terminal must not cancel them again.
  return together(stopped, endTurn(state, { ...turn, permissions: {} }, cancelled));
}

/** The daemon stops (`interrupt`) or starts again (`recover`): no turn stays open, no prompt that waits is lost. */
export function decideInterrupted(state: SessionState): Decision {
  const { phase } = state;
  if (phase.kind === 'closed') return nothing;
  const message = 'the daemon stopped before the turn ended; send the prompt again to go on';
  const turnEnd =
    phase.kind === 'running'
      ? endTurn(state, phase.turn, endOf(phase.turn.ending, { kind: 'error', code: 'interrupted', message }))
      : nothing;
  return together(turnEnd, { entries: strand(phase), effects: [] });
}

function strand(phase: SessionState['phase']): readonly SessionEntry[] {
  if (phase.kind === 'stranded') return [];
  const reason = closedReasonOf(phase);
  return [
    reason === null ? fact('stranded', { cause: 'daemon_restart' }) : fact('restore_failed', { reason }),
  ];
}

/** What waited when the backup was made may have run since: it is not run by itself, lest it run twice. */
export function decideRewound(state: SessionState): Decision {
  const message = 'the journal was restored from a backup while this prompt waited; send it again to run it';
  return { entries: removeAllQueued(state, { kind: 'error', code: 'interrupted', message }), effects: [] };
}

/** The timers of an earlier process are gone: what waits is watched again. */
export const watchDeadlines = ({ phase }: SessionState): Decision => ({
  entries: [],
  effects: queueOf(phase).flatMap(({ promptId, deadlineAt }) =>
    deadlineAt === null ? [] : [{ kind: 'watch_deadline' as const, promptId, deadlineAt }],
  ),
});
