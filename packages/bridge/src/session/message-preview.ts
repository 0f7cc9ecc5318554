/** How much of a message a list shows, in UTF-16 units. */
const previewChars = 240;

/** The beginning of a message on one line; a string of its own, which keeps no longer one alive. */
export function previewText(text: string): string {
  const line = text
    .slice(0, previewChars * 4)
    .replace(/\s+/gu, ' ')
    .trim();
  return copied(line.length > previewChars ? `${cut(line, previewChars - 1)}…` : line);
}

/** At most `chars` of a text, no character torn apart. */
export const cut = (text: string, chars: number): string =>
  text.slice(0, chars).replace(/[\uD800-\uDBFF]$/u, '');

/** V8 keeps the whole string behind a slice of it; of bytes it makes a new one. */
export const copied = (text: string): string => Buffer.from(text, 'utf16le').toString('utf16le');
