import { DaemonError } from '@holdfast/protocol';

/**
 * Splits a command line into words as a POSIX shell quotes them (XCU §2.2), expanding nothing: single quotes keep
 * everything, double quotes let a backslash escape `"`, `\`, `$` and a backquote, a bare backslash escapes one character.
 * @throws invalid_option for a quote that is not closed
 */
export function shellWords(line: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < line.length; at++) {
    const character = line.charAt(at);
    if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (character === "'" || character === '"') {
      const quoted = quotedPart(line, at);
      word = (word ?? '') + quoted.text;
      at = quoted.end;
    } else if (character === '\\') {
      at += 1;
      if (at === line.length)
        throw new DaemonError('invalid_option', `nothing follows the last backslash of: ${line}`);
      word = (word ?? '') + line.charAt(at);
    } else {
      word = (word ?? '') + character;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}

function quotedPart(line: string, start: number): { readonly text: string; readonly end: number } {
  const quote = line.charAt(start);
  let text = '';
  for (let at = start + 1; at < line.length; at++) {
    const character = line.charAt(at);
    if (character === quote) return { text, end: at };
    const escaped = line.charAt(at + 1);
    if (quote === '"' && character === '\\' && '"\\$`'.includes(escaped) && escaped !== '') {
      text += escaped;
      at += 1;
    } else {
      text += character;
    }
  }
  throw new DaemonError('invalid_option', `a ${quote} is not closed in: ${line}`);
}

/** One word written so that a POSIX shell reads it back unchanged. */
export const shellQuote = (word: string) =>
  /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
