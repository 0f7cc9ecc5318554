import type { CommandOf } from './command.ts';
import { nowWait } from './decide-prompt.ts';
import { type Decision, type DecisionContext, nothing } from './decision.ts';
import { about, removeQueued } from './end-turn.ts';
import { event, fact } from './entry.ts';
import { type QueuedPrompt, queueOf, type SessionState } from './state.ts';

/** Hands the running turn what is to join it, in order, up to the first whose answer has not left yet. */
export function sendInjections({ phase }: SessionState, { isHeld }: DecisionContext): Decision {
  const waiting = queueOf(phase).filter(({ injection }) => injection === 'waiting');
  const firstHeld = waiting.findIndex(({ promptId }) => isHeld(promptId));
  const ready = firstHeld === -1 ? waiting : waiting.slice(0, firstHeld);
  return {
    entries: ready.map(({ promptId }) => fact('injection_sent', { promptId })),
    effects: ready.map(({ promptId, content, meta }) => ({
      kind: 'send_injection',
      promptId,
      content,
      meta,
    })),
  };
}

/** What found no turn to join waits for one of its own, and readers hear of it. */
export const leftBehind = (state: SessionState): Decision => ({
  entries: nowWait(state, ({ injection }) => injection === 'waiting'),
  effects: [],
});

/** The agent said whether it took a prompt into the running turn. */
export function decideInjectionAnswered(
  state: SessionState,
  { binding, promptId, outcome }: CommandOf<'injection_answered'>,
): Decision {
  const prompt = queueOf(state.phase).find((queued) => queued.promptId === promptId);
  // Without it the turn has ended, and the prompt with it.
  if (prompt?.injection !== 'sent' || state.binding?.number !== binding) return nothing;
  switch (outcome) {
    case 'taken':
      return { entries: taken(state, prompt), effects: [] };
    case 'refused':
      return { entries: nowWait(state, (queued) => queued === prompt), effects: [{ kind: 'advance' }] };
    case 'unknown': {
      // The agent may work on it: running it again could do it twice.
      const message =
        'the agent did not say whether it took the message into its turn; send it again if it is missing';
      return {
        entries: removeQueued(state, prompt, { kind: 'error', code: 'agent_error', message }),
        effects: [{ kind: 'advance' }],
      };
    }
    default:
      return outcome satisfies never;
  }
}

const taken = ({ sessionId }: SessionState, prompt: QueuedPrompt) => [
  fact('prompt_injected', { promptId: prompt.promptId }),
  ...prompt.content.map((content) =>
    event(
      'session_update',
      { sessionId, update: { sessionUpdate: 'user_message_chunk', content } },
      about(prompt),
    ),
  ),
];
