import { Type } from 'typebox';
import { ContentBlock } from '../model/content.ts';
import { loose } from '../model/loose.ts';
import { EpochMs, PromptIdText, SessionIdText } from '../model/primitives.ts';
import { StopReason, TurnErrorCode, Usage } from '../model/turn.ts';

const prompt = { sessionId: SessionIdText, promptId: PromptIdText };

/** What happens within turns and in the queue of prompts. */
export const turnEvents = {
  session_update: Type.Object(
    {
      sessionId: SessionIdText,
      update: loose(Type.Object({ sessionUpdate: Type.String() })),
    },
    { description: "The ACP update as it came; the user's prompt as `user_message_chunk`." },
  ),
  pending_prompt_added: Type.Object(
    {
      ...prompt,
      text: Type.String(),
      queuedAt: EpochMs,
      state: Type.Optional(Type.Literal('queued')),
      position: Type.Optional(
        Type.Integer({
          minimum: 0,
          description: 'How many of those that were announced start before it; absent is all.',
        }),
      ),
      content: Type.Optional(Type.Array(ContentBlock)),
    },
    { description: 'A prompt joined the queue behind a running one.' },
  ),
  pending_prompt_started: Type.Object(
    { ...prompt, text: Type.String(), queuedAt: EpochMs, state: Type.Optional(Type.Literal('running')) },
    { description: 'A queued prompt began to run.' },
  ),
  pending_prompt_completed: Type.Object(
    {
      ...prompt,
      text: Type.Optional(Type.String()),
      queuedAt: Type.Optional(EpochMs),
      state: Type.Enum(['completed', 'removed']),
    },
    { description: 'A prompt that had been queued ended, or was removed before it ran.' },
  ),
  turn_complete: Type.Object(
    { ...prompt, stopReason: StopReason, usage: Type.Optional(Usage) },
    {
      description:
        'Terminal of a prompt: it ended; `cancelled` for cancel, abort, interrupt, removal and close, whatever the agent answered.',
    },
  ),
  turn_error: Type.Object(
    {
      ...prompt,
      message: Type.String(),
      code: TurnErrorCode,
      agentCode: Type.Optional(Type.Integer({ description: "The agent's JSON-RPC error number." })),
    },
    { description: 'Terminal of a prompt: it failed.' },
  ),
  prompt_cancelled: Type.Object(prompt, {
    description: 'A running turn was asked to stop; its terminal follows.',
  }),
} as const;
