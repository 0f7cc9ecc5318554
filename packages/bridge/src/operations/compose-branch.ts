import type { ClientId, SessionId } from '@holdfast/protocol';
import type { JournalEntry } from '../ports/journal.ts';
import { event, type ForkedFrom, fact, type SessionEntry, type SessionEvent } from '../session/entry.ts';
import { encodeEntries } from '../session/envelope.ts';
import { evolve } from '../session/evolve.ts';
import type { SessionState } from '../session/state.ts';
import type { BranchAgent } from './branch-agent.ts';
import type { BranchHistory } from './branch-history.ts';

interface BranchParts {
  readonly sessionId: SessionId;
  readonly displayName: string;
  readonly clientId: ClientId;
  readonly history: BranchHistory;
  readonly agent: BranchAgent;
  readonly forkedFrom: ForkedFrom;
  readonly now: number;
}

interface ComposedBranch {
  readonly state: SessionState;
  readonly lastSeq: number;
  readonly entries: readonly JournalEntry[];
}

/** Writes the branch's own journal: its creation, the source's past as its events 1..n, its agent session. */
export function composeBranch(source: SessionState, parts: BranchParts): ComposedBranch {
  const { sessionId, history, now } = parts;
  const past = history.events.map(({ event: pastEvent, at }) => ({
    entry: ownedBy(sessionId, pastEvent),
    at,
  }));
  const timed = [
    ...opening(source, parts).map((entry) => ({ entry, at: now })),
    ...past,
    ...binding(source, parts).map((entry) => ({ entry, at: now })),
  ];
  let lastSeq = 0;
  let state: SessionState | null = null;
  const entries: JournalEntry[] = [];
  for (const { entry, at } of timed) {
    const encoded = encodeEntries([entry], lastSeq + 1, at);
    entries.push(...encoded.entries);
    lastSeq = encoded.lastSeq;
    state = evolve(state, entry, at);
  }
  // The first entry opens the session, so the fold ends in a state.
  return { state: { ...((state as SessionState | null) ?? source) }, lastSeq, entries };
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
      agentSessionId: agent.agentSessionId,
      binding: 1,
    }),
  ];
}

function binding({ generation }: SessionState, { sessionId, agent }: BranchParts): SessionEntry[] {
  const { agentSessionId, context, reseed } = agent;
  const { modes, models, configOptions } = agent.agentState;
  return [
    fact('agent_bound', {
      agentSessionId,
      binding: 1,
      isSeeded: context !== 'reseeded',
      modes,
      models,
      configOptions,
    }),
    event('session_restored', { sessionId, action: 'branch', context, generation, ...reseed }),
  ];
}

/** The same event as the branch's own. Every copied type carries the session's id in its data. */
const ownedBy = (sessionId: SessionId, past: SessionEvent): SessionEvent =>
  ({ ...past, data: { ...past.data, sessionId } }) as SessionEvent;
