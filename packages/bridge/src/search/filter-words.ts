import { createHash } from 'node:crypto';

/** What a search may be limited to: each turn carries it as words of its own, so that the full-text index looks it up. */
export interface SearchFilters {
  readonly cwd?: string;
  readonly agent?: string;
  readonly sessionId?: string;
}

/** A word for each filter that is given. */
export const filterWords = ({ cwd, agent, sessionId }: SearchFilters): readonly string[] => [
  ...(cwd === undefined ? [] : [word('c', cwd)]),
  ...(agent === undefined ? [] : [word('a', agent)]),
  ...(sessionId === undefined ? [] : [word('s', sessionId)]),
];

/** Short, and one word whatever the value is made of. */
const word = (kind: string, value: string): string =>
  kind + createHash('sha256').update(value).digest('hex').slice(0, 12);
