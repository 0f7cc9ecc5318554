/** Words that stand together, as typed; `isPrefix`: the last of them may go on. */
export interface SearchTerm {
  readonly text: string;
  readonly isPrefix: boolean;
}

const maxTerms = 32;
const wordLike = /[\p{L}\p{N}\p{Co}]/u;
/** Scripts that put no spaces between words: each letter is a word of its own. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const seams = new RegExp(`${unspaced.source}(?=[\\p{L}\\p{N}])|[\\p{L}\\p{N}](?=${unspaced.source})`, 'gu');

/** Divides words without taking room. */
const divider = '\u200b';

/**
 * Reads what a person typed as words; "quoted" ones belong together. There is nothing that could be wrong about it:
 * signs between words mean nothing. The last word counts as unfinished while nothing follows it.
 */
export function searchTerms(typed: string): readonly SearchTerm[] {
  const parts = [...typed.matchAll(/"([^"]*)"?|[^\s"]+/g)].map((match) => ({
    text: match[1] ?? match[0],
    isPrefix: match[1] === undefined && match.index + match[0].length === typed.length,
  }));
  return parts
    .filter(({ text }) => wordLike.test(text))
    .slice(0, maxTerms)
    .map(({ text, isPrefix }) => ({ text, isPrefix: isPrefix && isLong(text) }));
}

/** One letter alone would find half of everything. */
const isLong = (text: string): boolean => (text.match(/[\p{L}\p{N}]/gu) ?? []).length > 1;

/** Text with its words divided, also where its script does not. */
export const dividedWords = (text: string): string =>
  unspaced.test(text) ? text.replaceAll(seams, `$&${divider}`) : text;

/** The same text as it was said. */
export const undivided = (text: string): string => text.replaceAll(divider, '');
