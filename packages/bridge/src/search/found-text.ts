import type { SearchMatch } from '@holdfast/protocol';
import { undivided } from './search-terms.ts';
import { marks } from './turn-text.ts';

/** Reads a cut-out with marks around what was found; undefined where nothing was. */
export function foundText(role: SearchMatch['role'], marked: string): SearchMatch | undefined {
  const highlights: SearchMatch['highlights'] = [];
  let text = '';
  let start: number | undefined;
  for (const piece of undivided(marked).split(/([\u0001\u0002])/)) {
    if (piece === marks.start) start = text.length;
    else if (piece === marks.end && start !== undefined) {
      highlights.push({ start, end: text.length });
      start = undefined;
    } else if (piece !== marks.end) text += piece;
  }
  return highlights.length === 0 ? undefined : { role, text, highlights };
}
