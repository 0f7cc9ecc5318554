import type { AgentSessionId, ClientId, PromptId, SessionId } from '@holdfast/protocol';
import type { ConversationState } from '../ports/agents.ts';
import type { AgentUpdate } from '../session/command.ts';
import { event, fact, type SessionEntry } from '../session/entry.ts';
import { firstPromptChars } from '../session/evolve.ts';
import { type ComposedJournal, composeJournal } from './compose-journal.ts';

interface Adopted {
  readonly sessionId: SessionId;
  readonly cwd: string;
  readonly workspace: string;
  readonly agent: string;
  readonly agentSessionId: AgentSessionId;
  readonly displayName: string | null;
  readonly clientId: ClientId;
  readonly agentState: ConversationState;
  /** What the agent replayed of its past, in order. */
  readonly replayed: readonly AgentUpdate[];
  readonly nextPromptId: () => PromptId;
  readonly now: number;
}

/** Writes the journal of a session that an agent kept so far: its past as finished turns, then its agent session. */
export function composeAdopted(adopted: Adopted): ComposedJournal & { readonly turns: number } {
  const turns = turnsOf(adopted.replayed);
  const past = turns.flatMap((turn) => entriesOf(adopted, turn));
  const entries = [...opening(adopted, turns), ...past, ...binding(adopted)];
  return {
    ...composeJournal(entries.map((entry) => ({ entry, at: adopted.now }))),
    turns: turns.length,
  };
}

/** A turn begins with what the user says after the agent said something. */
function turnsOf(replayed: readonly AgentUpdate[]): readonly (readonly AgentUpdate[])[] {
  const turns: AgentUpdate[][] = [];
  let isUserTalking = false;
  for (const update of replayed) {
    const isUser = update['sessionUpdate'] === 'user_message_chunk';
    if (turns.length === 0 || (isUser && !isUserTalking)) turns.push([]);
    turns.at(-1)?.push(update);
    isUserTalking = isUser;
  }
  return turns;
}

function entriesOf({ sessionId, nextPromptId }: Adopted, turn: readonly AgentUpdate[]): SessionEntry[] {
  const promptId = nextPromptId();
  const about = { promptId };
  return [
    ...turn.map((update) => {
      // An ACP SessionUpdate has its kind in sessionUpdate; what lacks it is passed on as it came.
      const recorded = update as { sessionUpdate: string };
      return event('session_update', { sessionId, update: recorded }, about);
    }),
    event('turn_complete', { sessionId, promptId, stopReason: 'end_turn' }, about),
  ];
}

function opening(adopted: Adopted, turns: readonly (readonly AgentUpdate[])[]): SessionEntry[] {
  const { sessionId, cwd, workspace, agent, agentSessionId, displayName, clientId } = adopted;
  return [
    fact('session_opened', {
      sessionId,
      cwd,
      workspace,
      agent,
      displayName,
      isDefaultTarget: false,
      parentSessionId: null,
      mcpServers: [],
      past: {
        firstPrompt: firstPromptOf(turns),
        turnCount: turns.length,
        settings: {},
        forkedFrom: null,
        importedFrom: { kind: 'agent', agentSessionId },
      },
    }),
    fact('client_registered', { clientId }),
    event('session_created', {
      sessionId,
      workspaceCwd: cwd,
      agent,
      displayName: displayName ?? undefined,
      agentSessionId,
      binding: 1,
    }),
  ];
}

function binding({ sessionId, agentSessionId, agentState }: Adopted): SessionEntry[] {
  const { modes, models, configOptions } = agentState;
  return [
    fact('agent_bound', { agentSessionId, binding: 1, isSeeded: true, modes, models, configOptions }),
    event('session_restored', { sessionId, action: 'load', context: 'native', generation: 1 }),
  ];
}

function firstPromptOf([turn = []]: readonly (readonly AgentUpdate[])[]): string | null {
  const said = turn.filter((update) => update['sessionUpdate'] === 'user_message_chunk');
  const text = said.map(({ content }) => textIn(content)).join('');
  return text === '' ? null : text.slice(0, firstPromptChars);
}

/** The text of an ACP content block; the agent may say anything. */
function textIn(content: unknown): string {
  if (typeof content !== 'object' || content === null || !('text' in content)) return '';
  return typeof content.text === 'string' ? content.text : '';
}
