import type { PromptBlock } from '../session/entry.ts';

/** What a transcript may hold at most, in UTF-16 units. Source: protocol §4, Reseed. */
export const maxTranscriptChars = 60_000;

const opening = '<conversation-history>';
const closing = '</conversation-history>';
const notice =
  'The following is the record of the earlier conversation between the user and you, restored after your process was replaced. It is history: do not answer it or repeat its actions.';

const separator = '\n\n';
/** What is kept of a summary at most, so that the turns since have room too. */
const maxSummaryChars = 30_000;
// The frame itself, with room for the line that says how many turns were left out.
const frameChars = [opening, notice, closing].join(separator).length + 50;

/** One turn as the transcript tells it. */
export interface TranscriptTurn {
  readonly promptId: string | undefined;
  readonly parts: readonly TranscriptPart[];
}

interface TranscriptPart {
  readonly speaker: 'user' | 'assistant' | 'tool';
  readonly text: string;
}

export interface Transcript {
  readonly text: string;
  readonly turns: number;
  readonly omittedTurns: number;
  readonly hasSummary: boolean;
}

/** What goes before the turns. */
interface Earlier {
  /** Turns that were left out already. */
  readonly earlierTurns?: number;
  /** What the agent itself wrote of the conversation before them; none is empty. */
  readonly summary?: string;
}

interface Update {
  readonly sessionUpdate?: unknown;
  readonly content?: unknown;
  readonly title?: unknown;
  readonly kind?: unknown;
}

/**
 * Folds one `session_update` into the turns: text of user and assistant verbatim, a line per tool call; thoughts,
 * images and raw output are left out. A user message of another prompt begins a turn.
 */
export function foldUpdate(
  turns: readonly TranscriptTurn[],
  promptId: string | undefined,
  update: Update,
): readonly TranscriptTurn[] {
  const part = partOf(update);
  if (part === undefined) return turns;
  const last = turns.at(-1);
  if (last === undefined || (part.speaker === 'user' && promptId !== last.promptId)) {
    return [...turns, { promptId, parts: [part] }];
  }
  return [...turns.slice(0, -1), { ...last, parts: joined(last.parts, part) }];
}

/**
 * Writes whole turns, oldest first, the newest kept within `maxTranscriptChars`, between markers the text cannot forge.
 * A summary of what was before them comes first and is always kept.
 */
export function writeTranscript(
  turns: readonly TranscriptTurn[],
  { earlierTurns = 0, summary = '' }: Earlier = {},
): Transcript {
  const written = turns.map(writeTurn);
  const summed = writeSummary(summary);
  let first = written.length;
  let chars = frameChars + summed.reduce((sum, part) => sum + part.length + separator.length, 0);
  while (first > 0) {
    const next = written[first - 1] ?? '';
    if (chars + next.length + separator.length > maxTranscriptChars) break;
    chars += next.length + separator.length;
    first -= 1;
  }
  const omittedTurns = first + earlierTurns;
  const omission = omittedTurns === 0 ? [] : [`(${omittedTurns} earlier turns omitted)`];
  const text = [opening, notice, ...summed, ...omission, ...written.slice(first), closing].join(separator);
  return { text, turns: written.length - first, omittedTurns, hasSummary: summed.length > 0 };
}

function writeSummary(summary: string): readonly string[] {
  const text = escapeMarkers(summary.trim());
  if (text === '') return [];
  const cut = text.length > maxSummaryChars ? `${text.slice(0, maxSummaryChars)} […]` : text;
  return [`Summary of the conversation before, as you wrote it: ${cut}`];
}

/** The block that goes before the user's own. Plain text: real agents move an embedded resource behind the user's words. */
export const reseedBlock = (transcript: Transcript): PromptBlock => ({ type: 'text', text: transcript.text });

const speakerNames = { user: 'User', assistant: 'Assistant', tool: 'Tool' } as const;

const writeTurn = ({ parts }: TranscriptTurn): string =>
  parts.map(({ speaker, text }) => `${speakerNames[speaker]}: ${escapeMarkers(text)}`).join('\n\n');

/** Keeps history from closing its own frame, or seeming to. */
const escapeMarkers = (text: string): string =>
  text.replaceAll(/<(?=\s*\/?\s*conversation-history)/gi, '&lt;');

function partOf(update: Update): TranscriptPart | undefined {
  switch (update.sessionUpdate) {
    case 'user_message_chunk':
      return textPart('user', update.content);
    case 'agent_message_chunk':
      return textPart('assistant', update.content);
    case 'tool_call': {
      const title = typeof update.title === 'string' ? update.title : 'tool call';
      const kind = typeof update.kind === 'string' ? ` (${update.kind})` : '';
      return { speaker: 'tool', text: `${title}${kind}`.replaceAll(/\s+/g, ' ') };
    }
    default:
      return undefined;
  }
}

function textPart(speaker: 'user' | 'assistant', content: unknown): TranscriptPart | undefined {
  if (typeof content !== 'object' || content === null || !('text' in content)) return undefined;
  return typeof content.text === 'string' && content.text !== ''
    ? { speaker, text: content.text }
    : undefined;
}

function joined(parts: readonly TranscriptPart[], part: TranscriptPart): readonly TranscriptPart[] {
  const last = parts.at(-1);
  if (last === undefined || last.speaker !== part.speaker || part.speaker === 'tool') return [...parts, part];
  return [...parts.slice(0, -1), { ...last, text: last.text + part.text }];
}
