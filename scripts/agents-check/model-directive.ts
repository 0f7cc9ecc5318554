// What a prompt asks the model server to answer: a JSON object in double brackets, anywhere in the last user text,
//   [[model {"turn":3,"tool":"write_file","args":{"file_path":"/tmp/a","content":"x"}}]]
// The one of the highest turn wins, and of equals the last: a reseeded prompt also carries the directives of the
// conversation it repeats, and some agents place an embedded resource behind the user's own words.
import { member, parseObject, text } from './json-reader.ts';

export interface ModelDirective {
  readonly turn: number;
  /** The answer, word for word; without it, pseudo-random words of `length` characters. */
  readonly text: string | undefined;
  readonly length: number;
  /** Characters per streamed piece. */
  readonly chunk: number;
  /** Pause after each piece. */
  readonly delayMs: number;
  /** The tool to call once before the answer; ignored in requests that do not offer it. */
  readonly tool: string | undefined;
  readonly args: object;
  /** An HTTP status to fail with instead of answering. */
  readonly status: number | undefined;
}

const OPENING = '[[model ';
const CLOSING = ']]';

/** Reads the directive in force; absent fields and an absent directive mean the defaults. */
export function readDirective(userText: string): ModelDirective {
  const given = directivesIn(userText).reduce<object | undefined>(
    (best, next) => (turnOf(next) >= turnOf(best) ? next : best),
    undefined,
  );
  const args = member(given, 'args');
  return {
    turn: turnOf(given),
    text: optionalText(member(given, 'text')),
    length: count(member(given, 'length'), 200),
    chunk: Math.max(1, count(member(given, 'chunk'), 20)),
    delayMs: count(member(given, 'delayMs'), 0),
    tool: optionalText(member(given, 'tool')),
    args: typeof args === 'object' && args !== null ? args : {},
    status: optionalNumber(member(given, 'status')),
  };
}

/** Writes a directive as it stands in a prompt. */
export const directive = (fields: Partial<ModelDirective>): string =>
  `${OPENING}${JSON.stringify(fields)}${CLOSING}`;

/** Says the answer that a directive asks for, cut into streamed pieces. */
export function answerPieces(wanted: ModelDirective): readonly string[] {
  const answer = wanted.text ?? words(wanted.length);
  const pieces: string[] = [];
  for (let at = 0; at < answer.length; at += wanted.chunk) pieces.push(answer.slice(at, at + wanted.chunk));
  return pieces;
}

function directivesIn(userText: string): readonly object[] {
  const found: object[] = [];
  for (let at = userText.indexOf(OPENING); at >= 0; at = userText.indexOf(OPENING, at + 1)) {
    const given = objectAt(userText, at + OPENING.length);
    if (given !== undefined) found.push(given);
  }
  return found;
}

/** The object may itself contain the closing brackets, so each occurrence is tried in turn. */
function objectAt(userText: string, from: number): object | undefined {
  for (let end = userText.indexOf(CLOSING, from); end >= 0; end = userText.indexOf(CLOSING, end + 1)) {
    const found = parseObject(userText.slice(from, end));
    if (found !== undefined) return found;
  }
  return undefined;
}

const turnOf = (given: object | undefined): number => count(member(given, 'turn'), 0);

const optionalText = (value: unknown): string | undefined => text(value) || undefined;
const optionalNumber = (value: unknown): number | undefined =>
  typeof value === 'number' ? value : undefined;
const count = (value: unknown, otherwise: number): number =>
  typeof value === 'number' && value >= 0 ? Math.trunc(value) : otherwise;

const SYLLABLES = [
  'ka',
  'lo',
  'mi',
  'ren',
  'sta',
  'tu',
  'vel',
  'wo',
  'xi',
  'yar',
  'zen',
  'bru',
  'den',
  'fi',
  'gol',
  'hum',
];

/** Varied but always the same words: repetition would trip the agents' loop detectors. */
function words(length: number): string {
  let state = 0x2545f491;
  const below = (limit: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
  let answer = '';
  while (answer.length < length) {
    for (let n = 1 + below(3); n > 0; n -= 1) answer += SYLLABLES[below(SYLLABLES.length)];
    answer += below(9) === 0 ? '. ' : ' ';
  }
  return answer.slice(0, length);
}
