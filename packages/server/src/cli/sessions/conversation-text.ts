import type { MessagePage, RecordedTurn } from '@holdfast/protocol';
import { type Paint, plain } from '../paint.ts';
import { printable } from '../run/answer-view.ts';

export interface ConversationOptions {
  readonly paint?: Paint;
  /** Whether messages are shown at their full length. */
  readonly isFull: boolean;
}

/** Lines of a message that are shown of a long one, and their length. */
const shownLines = 12;
const shownChars = 2_000;

/** What was said: each prompt after `>`, its tools in a line each, the answer, and how the turn ended unless well. */
export function conversationText(
  { entries = [], previousCursor }: Pick<MessagePage, 'entries' | 'previousCursor'>,
  { paint = plain, isFull }: ConversationOptions,
): string {
  const parts = entries.map((entry) =>
    entry.kind === 'gap'
      ? paint('red', `events ${entry.firstEventId} to ${entry.lastEventId} are damaged\n`)
      : turnText(entry, { paint, isFull }),
  );
  const earlier =
    previousCursor !== undefined && entries.length > 0 ? [paint('dim', '… earlier turns: --turns N\n')] : [];
  return [...earlier, ...parts].join('\n');
}

function turnText(turn: RecordedTurn, { paint, isFull }: { paint: Paint; isFull: boolean }): string {
  const { user, agentText, tools, isTruncated } = turn;
  const shorten = (text: string) => (isFull ? printable(text).trim() : shortened(printable(text).trim()));
  const prompt = shorten(user.text).replaceAll('\n', '\n  ');
  const lines = [
    paint('bold', `> ${prompt}`),
    ...tools.map(({ title, status }) =>
      paint('dim', `${toolMark(status)} ${printable(title).replaceAll('\n', ' ')}`),
    ),
    ...(agentText.trim() === '' ? [] : [shorten(agentText)]),
    ...(isTruncated ? [paint('dim', '… the rest is in sessions export')] : []),
    ...endOf(turn, paint),
  ];
  return `${lines.join('\n')}\n`;
}

const toolMark = (status: string | undefined) =>
  status === 'completed' ? '✓' : status === 'failed' ? '✗' : '▸';

function endOf({ state, stopReason, error }: RecordedTurn, paint: Paint): readonly string[] {
  if (error !== undefined) return [paint('red', `— failed (${error.code}): ${printable(error.message)}`)];
  if (state === 'running') return [paint('green', '— running')];
  return stopReason === undefined || stopReason === 'end_turn'
    ? []
    : [paint('dim', `— ${printable(stopReason)}`)];
}

function shortened(text: string): string {
  const lines = text.slice(0, shownChars).split('\n');
  const isCut = lines.length > shownLines || text.length > shownChars;
  return isCut ? `${lines.slice(0, shownLines).join('\n').trimEnd()}\n… (--full shows all)` : text;
}
