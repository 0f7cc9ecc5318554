import type { PromptId, RecordedTurn } from '@holdfast/protocol';
import { dividedWords } from './search-terms.ts';

/** A turn, or a piece of a long one, as it can be found. */
export interface TurnText {
  readonly promptId: PromptId;
  readonly generation: number;
  readonly at: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** Words divided; free of the marks below. */
  readonly user: string;
  readonly agent: string;
}

/** Stand around what was found while it is cut out. */
export const marks = { start: '\u0001', end: '\u0002' } as const;

/** A found piece is gone through again for its highlights: some 0.3 ms. */
const pieceChars = 16 * 1024;

/** What can be found of an ended turn; long ones are cut into pieces at their spaces. */
export function turnTexts(turn: RecordedTurn): readonly TurnText[] {
  const user = pieces(clean(turn.user.text));
  const agent = pieces(clean(turn.agentText));
  const about = {
    // The draft it was made of is named by the events' own prompt id.
    promptId: turn.promptId as PromptId,
    generation: turn.generation,
    at: turn.endedAt ?? turn.startedAt ?? 0,
    firstSeq: turn.firstEventId,
    lastSeq: turn.lastEventId,
  };
  return Array.from({ length: Math.max(user.length, agent.length) }, (_, place) => ({
    ...about,
    user: user[place] ?? '',
    agent: agent[place] ?? '',
  }));
}

/** Without the marks, and without NUL, at which a driver may end a text. */
const clean = (text: string): string => dividedWords(text.replaceAll(/[\0\u0001\u0002]/g, ' '));

function pieces(text: string): readonly string[] {
  const found: string[] = [];
  for (let start = 0; start < text.length; ) {
    let end = Math.min(start + pieceChars, text.length);
    const space = end < text.length ? text.lastIndexOf(' ', end) : end;
    if (space > start) end = space;
    found.push(text.slice(start, end));
    start = end;
  }
  return found;
}
