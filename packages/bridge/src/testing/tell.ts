import type { SessionEffect } from '../session/effect.ts';
import type { SessionEntry } from '../session/entry.ts';

/** An entry in one line: its type, whom it is about, and how it went. `about` facts stand in brackets. */
export function tell(entry: SessionEntry): string {
  const line = [entry.type, ...words(entry.data)].join(' ');
  return entry.kind === 'fact' ? `(${line})` : line;
}

/** An effect in one line. */
export const tellEffect = ({ kind, ...details }: SessionEffect): string =>
  [kind, ...words(details)].join(' ');

const named = [
  'promptId',
  'mode',
  'requestId',
  'clientId',
  'reason',
  'cause',
  'intent',
  'stopReason',
  'code',
  'context',
  'state',
];

function words(data: object): string[] {
  const told = named.flatMap((name) => {
    const value: unknown = Reflect.get(data, name);
    return typeof value === 'string' ? [value] : [];
  });
  const outcome: unknown = Reflect.get(data, 'outcome');
  const update: unknown = Reflect.get(data, 'update');
  return [...told, ...outcomeWords(outcome), ...updateWords(update)];
}

function outcomeWords(outcome: unknown): string[] {
  if (typeof outcome !== 'object' || outcome === null) return [];
  return ['outcome', 'optionId', 'reason'].flatMap((name) => {
    const value: unknown = Reflect.get(outcome, name);
    return typeof value === 'string' ? [value] : [];
  });
}

function updateWords(update: unknown): string[] {
  if (typeof update !== 'object' || update === null) return [];
  const kind: unknown = Reflect.get(update, 'sessionUpdate');
  const content: unknown = Reflect.get(update, 'content');
  const text: unknown =
    typeof content === 'object' && content !== null ? Reflect.get(content, 'text') : undefined;
  return [String(kind), ...(typeof text === 'string' ? [text] : [])];
}
