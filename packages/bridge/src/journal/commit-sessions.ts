import type { SessionId } from '@holdfast/protocol';
import type { Commit } from '../ports/journal.ts';

/** The sessions a commit writes of, some of them more than once. */
export function sessionsOf({
  appends = [],
  rows = [],
  keys = [],
  forget = [],
  erase = [],
}: Commit): readonly SessionId[] {
  return [
    ...appends.map(({ sessionId }) => sessionId),
    ...rows.map(({ sessionId }) => sessionId),
    ...keys.map(({ sessionId }) => sessionId),
    ...forget.map(({ sessionId }) => sessionId),
    ...erase,
  ];
}

export const concerns = (commit: Commit, sessionId: SessionId): boolean =>
  sessionsOf(commit).includes(sessionId);
