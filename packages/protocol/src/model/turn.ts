import { type Static, Type } from 'typebox';
import type { ErrorCode } from '../errors/codes.ts';
import { loose } from './loose.ts';
import { EpochMs, PromptIdText, SessionIdText } from './primitives.ts';

/** Why a turn failed, on `turn_error`. */
export const turnErrorCodes = [
  'interrupted',
  'agent_exited',
  'agent_error',
  'prompt_deadline_exceeded',
  'context_unavailable',
] as const satisfies readonly ErrorCode[];

export const TurnErrorCode = Type.Enum(turnErrorCodes);
export type TurnErrorCode = Static<typeof TurnErrorCode>;

/** Why a turn ended well; agents may add their own. Source: ACP StopReason. */
export const StopReason = Type.String({
  description:
    '`end_turn`, `max_tokens`, `max_turn_requests`, `refusal`, `cancelled`, or a word of the agent.',
});
export type StopReason = Static<typeof StopReason>;

/** What a turn or session used, as the agent reports it. */
export const Usage = loose(
  Type.Object({
    inputTokens: Type.Optional(Type.Number()),
    outputTokens: Type.Optional(Type.Number()),
    totalTokens: Type.Optional(Type.Number()),
    used: Type.Optional(Type.Number({ description: 'Tokens in context.' })),
    size: Type.Optional(Type.Number({ description: 'Size of the context window in tokens.' })),
  }),
);
export type Usage = Static<typeof Usage>;

export const TurnState = Type.Enum(['queued', 'running', 'completed', 'cancelled', 'failed']);
export type TurnState = Static<typeof TurnState>;

/** The latest turn of a session, in its row. */
export const LastTurn = Type.Object({
  promptId: PromptIdText,
  state: TurnState,
  startedAt: Type.Optional(EpochMs),
  endedAt: Type.Optional(EpochMs),
});
export type LastTurn = Static<typeof LastTurn>;

/** A prompt that waits or runs. */
export const PendingPrompt = Type.Object({
  promptId: PromptIdText,
  text: Type.String(),
  queuedAt: EpochMs,
  state: Type.Enum(['queued', 'running']),
  originatorClientId: Type.Optional(Type.String()),
});
export type PendingPrompt = Static<typeof PendingPrompt>;

/** What became of one accepted prompt. */
export const PromptOutcome = Type.Object({
  sessionId: SessionIdText,
  promptId: PromptIdText,
  state: TurnState,
  generation: Type.Optional(Type.Integer({ minimum: 1, description: 'The generation it belongs to.' })),
  queuedAt: EpochMs,
  startedAt: Type.Optional(EpochMs),
  endedAt: Type.Optional(EpochMs),
  stopReason: Type.Optional(StopReason),
  usage: Type.Optional(Usage),
  error: Type.Optional(
    Type.Object({
      code: TurnErrorCode,
      message: Type.String(),
      agentCode: Type.Optional(Type.Integer()),
    }),
  ),
});
export type PromptOutcome = Static<typeof PromptOutcome>;
