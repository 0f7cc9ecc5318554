import type { ClientId, SessionId } from '@holdfast/protocol';
import { event, type ForkedFrom, fact, type SessionEntry, type SessionEvent } from '../session/entry.ts';
import type { SessionState } from '../session/state.ts';
import type { BranchAgent } from './branch-agent.ts';
import type { BranchHistory } from './branch-history.ts';
import { type ComposedJournal, composeJournal } from './compose-journal.ts';

interface BranchParts {
  readonly sessionId: SessionId;
  readonly displayName: string;
  readonly clientId: ClientId;
  readonly history: BranchHistory;
  /** Null: it gets one with its first prompt. */
  readonly agent: BranchAgent | null;
  readonly forkedFrom: ForkedFrom;
  readonly now: number;
}

/** Writes the branch's own journal: its creation, the source's past as its events 1..n, its agent session. */
export function composeBranch(source: SessionState, parts: BranchParts): ComposedJournal {
  const { sessionId, history, now } = parts;
  const past = history.events.map(({ event: pastEvent, at }) => ({
    entry: ownedBy(sessionId, pastEvent),
    at,
  }));
  return composeJournal([
    ...opening(source, parts).map((entry) => ({ entry, at: now })),
    ...past,
    ...binding(parts).map((entry) => ({ entry, at: now })),
  ]);
}

function opening(source: SessionState, parts: BranchParts): SessionEntry[] {
  const { sessionId, displayName, clientId, history, forkedFrom, agent } = parts;
  const { cwd, workspace, mcpServers, firstPrompt, settings } = source;
  const past = {
    firstPrompt: history.point.turns === 0 ? null : firstPrompt,
    turnCount: history.point.turns,
    settings,
    forkedFrom,
  };
  const owner = {
    cwd,
    workspace,
    agent: source.agent,
    isDefaultTarget: false,
    parentSessionId: null,
    mcpServers,
  };
  return [
    fact('session_opened', { sessionId, displayName, ...owner, past }),
    fact('client_registered', { clientId }),
    event('session_created', {
      sessionId,
      workspaceCwd: cwd,
      agent: source.agent,
      displayName,
      agentSessionId: agent?.agentSessionId,
      binding: agent === null ? undefined : 1,
    }),
  ];
}

function binding({ sessionId, agent }: BranchParts): SessionEntry[] {
  if (agent === null) return [fact('stranded', { cause: 'not_started' })];
  const { agentSessionId, applied, context, reseed } = agent;
  const { modes, models, configOptions } = agent.agentState;
  return [
    fact('agent_bound', {
      agentSessionId,
      binding: 1,
      isSeeded: context !== 'reseeded',
      modes,
      models,
      configOptions,
      applied,
    }),
    event('session_restored', { sessionId, action: 'branch', context, generation: 1, ...reseed }),
  ];
}

/** The same event as the branch's own. Every copied type carries the session's id in its data. */
const ownedBy = (sessionId: SessionId, past: SessionEvent): SessionEvent =>
  ({ ...past, data: { ...past.data, sessionId } }) as SessionEvent;
