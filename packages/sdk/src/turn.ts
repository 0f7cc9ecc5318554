import { type Envelope, isTurnTerminal, type PromptAccepted, type Usage } from '@holdfast/protocol/view';
import { agentText, isEvent, promptOf } from './event-guards.ts';
import type { EventStream } from './events/event-stream.ts';
import { HoldfastError } from './holdfast-error.ts';

/** How a prompt ended that did not fail. */
export interface TurnResult {
  readonly promptId: string;
  /** What the agent said, without its thoughts. */
  readonly text: string;
  /** `end_turn`, `cancelled`, `refusal`, `max_tokens`, … or a word of the agent. */
  readonly stopReason: string;
  readonly usage: Usage | undefined;
}

/** Names an accepted prompt and a cursor before its first event. */
export type AcceptedPrompt = Pick<PromptAccepted, 'promptId' | 'lastEventId'> &
  Partial<Pick<PromptAccepted, 'eventEpoch'>>;

/**
 * Picks a prompt's own events out of its session's; the last one is its terminal.
 * @throws HoldfastError resync_required when its history is gone, stream_ended when the session ended without it
 */
export async function* turnEvents(
  promptId: string,
  events: EventStream,
  signal: AbortSignal | undefined,
): AsyncGenerator<Envelope, void, undefined> {
  for await (const event of events) {
    if (isEvent(event, 'state_resync_required'))
      throw new HoldfastError({
        code: 'resync_required',
        message: `Events of ${promptId} may be missing (${event.data.reason}): look its session up again`,
        details: { promptId, ...event.data },
      });
    if (promptOf(event) !== promptId) continue;
    yield event;
    if (isTurnTerminal(event.type)) return;
  }
  if (signal?.aborted) return;
  throw new HoldfastError({
    code: 'stream_ended',
    message: `The session ended without a terminal of ${promptId}`,
    details: { promptId },
  });
}

/**
 * Gathers what a prompt came to. Rejects with the signal's reason when it aborts; the turn goes on.
 * @throws HoldfastError the code of `turn_error`
 */
export async function turnResult(
  promptId: string,
  events: AsyncIterable<Envelope>,
  signal: AbortSignal | undefined,
): Promise<TurnResult> {
  let text = '';
  for await (const event of events) {
    text += agentText(event);
    if (isEvent(event, 'turn_complete')) {
      const { stopReason, usage } = event.data;
      return { promptId, text, stopReason, usage };
    }
    if (isEvent(event, 'turn_error')) {
      const { code, message, agentCode } = event.data;
      throw new HoldfastError({ code, message, details: { promptId, text, agentCode } });
    }
  }
  signal?.throwIfAborted();
  throw new HoldfastError({ code: 'stream_ended', message: `${promptId} has no terminal` });
}
