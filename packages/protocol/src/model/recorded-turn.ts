import { type Static, Type } from 'typebox';
import { ContentBlock } from './content.ts';
import { EpochMs, EventId, PromptIdText } from './primitives.ts';
import { StopReason, TurnErrorCode, TurnState } from './turn.ts';

/** A tool call in one line. */
export const ToolLine = Type.Object({
  toolCallId: Type.String(),
  title: Type.String(),
  kind: Type.Optional(Type.String()),
  status: Type.Optional(Type.String()),
});
export type ToolLine = Static<typeof ToolLine>;

/** One turn as it reads afterwards: chunks joined, tool calls a line each. */
export const RecordedTurn = Type.Object({
  kind: Type.Literal('turn'),
  promptId: PromptIdText,
  generation: Type.Integer({ minimum: 1 }),
  user: Type.Object({
    text: Type.String(),
    content: Type.Array(ContentBlock, { description: 'The blocks of the prompt, as they were sent.' }),
  }),
  agentText: Type.String(),
  thoughts: Type.Optional(Type.String()),
  tools: Type.Array(ToolLine),
  isTruncated: Type.Boolean({ description: 'Whether texts or tools were left out for their size.' }),
  state: Type.Optional(TurnState),
  stopReason: Type.Optional(StopReason),
  error: Type.Optional(Type.Object({ code: TurnErrorCode, message: Type.String() })),
  startedAt: Type.Optional(EpochMs),
  endedAt: Type.Optional(EpochMs),
  firstEventId: EventId,
  lastEventId: EventId,
});
export type RecordedTurn = Static<typeof RecordedTurn>;

/** Events that are damaged and left out. */
export const TurnsGap = Type.Object({
  kind: Type.Literal('gap'),
  firstEventId: EventId,
  lastEventId: EventId,
});
export type TurnsGap = Static<typeof TurnsGap>;
