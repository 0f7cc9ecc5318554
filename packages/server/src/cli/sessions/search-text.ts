import type { SearchHit, SearchMatch, SearchPage } from '@holdfast/protocol';
import { clockText } from '../age-text.ts';
import { counted } from '../counted.ts';
import { type Paint, plain } from '../paint.ts';
import { oneLine, printable } from '../run/answer-view.ts';

/** What a search found: the session and time of each turn, and the words in what was said around them. */
export function searchText({ hits }: Pick<SearchPage, 'hits'>, paint: Paint = plain): string {
  if (hits.length === 0) return 'nothing was found\n';
  return hits.map((hit) => hitText(hit, paint)).join('\n');
}

function hitText({ sessionId, title, at, matches, promptId }: SearchHit, paint: Paint): string {
  const head = `${paint('bold', oneLine(title ?? ''))}\n${paint('dim', `${sessionId}  ${clockText(at)}  ${promptId}`)}\n`;
  return (
    head + matches.map((match) => `  ${match.role === 'user' ? '>' : ' '} ${marked(match, paint)}\n`).join('')
  );
}

/** The text in one line, with the words that were found marked. */
function marked({ text, highlights }: SearchMatch, paint: Paint): string {
  let place = 0;
  const pieces: string[] = [];
  for (const { start, end } of highlights) {
    pieces.push(flat(text.slice(place, start)), paint('yellow', flat(text.slice(start, end))));
    place = end;
  }
  return [...pieces, flat(text.slice(place))].join('').trim();
}

const flat = (text: string) => printable(text.replaceAll(/\s+/g, ' '));

/** What a person must know of a search that is not whole. */
export function searchNotes({ nextCursor, isComplete, pendingSessions, hits }: SearchPage): string {
  const more =
    nextCursor === undefined
      ? ''
      : `${counted(hits.length, 'turn')}, and there are more: --limit N shows them\n`;
  const pending = isComplete
    ? ''
    : `${counted(pendingSessions, 'session')} not read yet: search again in a moment\n`;
  return more + pending;
}
