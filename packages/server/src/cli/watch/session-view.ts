import type { Envelope } from '@holdfast/protocol';
import { isEvent } from '@holdfast/sdk';
import { answerView, oneLine, type Piece } from '../run/answer-view.ts';

/** Turns a session's events into what a person reads who watches it: its prompts, what the agent does, how turns end. */
export function sessionView() {
  const answers = answerView();
  const aside = (text: string): readonly Piece[] => [
    ...answers.endLine(),
    { to: 'answer', text: `${text}\n` },
  ];
  return {
    take(event: Envelope): readonly Piece[] {
      const line = lineOf(event);
      return line === undefined ? answers.take(event) : aside(line);
    },
    endLine: () => answers.endLine(),
  };
}

/** The line of an event that is told in one; undefined for what the agent says and does. */
function lineOf(event: Envelope): string | undefined {
  if (isEvent(event, 'session_update')) {
    const { update } = event.data;
    return update.sessionUpdate === 'user_message_chunk' ? `> ${textOf(update)}` : undefined;
  }
  if (isEvent(event, 'permission_request')) return `? ${oneLine(titleOf(event.data.toolCall))}`;
  if (isEvent(event, 'permission_resolved')) return `? ${event.data.outcome.outcome}`;
  if (isEvent(event, 'turn_complete') && event.data.stopReason !== 'end_turn')
    return `— ${event.data.stopReason}`;
  if (isEvent(event, 'turn_error')) return `— failed (${event.data.code}): ${oneLine(event.data.message)}`;
  if (isEvent(event, 'session_closed')) return `— session closed (${event.data.reason})`;
  if (isEvent(event, 'session_died')) return `— session died (${oneLine(event.data.reason)})`;
  if (isEvent(event, 'session_reset')) return `— a new generation (${event.data.generation})`;
  if (isEvent(event, 'session_restored') && event.data.context !== 'native')
    return `— context ${event.data.context}`;
  return undefined;
}

/** The readable part of a content chunk. */
function textOf(update: Readonly<Record<string, unknown>>): string {
  const { content } = update;
  const hasText = typeof content === 'object' && content !== null && 'text' in content;
  return hasText && typeof content.text === 'string' ? oneLine(content.text) : '[…]';
}

const titleOf = ({ title, toolCallId }: Readonly<Record<string, unknown>>): string =>
  typeof title === 'string' ? title : String(toolCallId ?? 'permission?');
