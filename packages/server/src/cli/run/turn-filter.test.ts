import type { Envelope } from '@holdfast/protocol';
import { describe, expect, it } from 'vitest';
import { turnFilter } from './turn-filter.ts';

const event = (id: number, type: string, promptId?: string, data: object = {}): Envelope => ({
  ...{ id, v: 1, type, data, _meta: { serverTimestamp: 0 } },
  ...(promptId === undefined ? {} : { promptId }),
});

/** A turn of somebody else, which mine may join, a piece of another one, and mine. */
const events = [
  event(1, 'session_update', 'other'),
  event(2, 'permission_request', 'other'),
  event(3, 'session_update', 'mine'),
  event(4, 'session_update', 'other'),
  event(5, 'turn_complete', undefined, { promptId: 'other' }),
  event(6, 'agent_exited'),
  event(7, 'session_update', 'another'),
  event(8, 'session_update', 'mine'),
  event(9, 'turn_complete', 'mine', { promptId: 'mine' }),
];
const shown = (isJoining: boolean) => {
  const isShown = turnFilter('mine', { isJoining });
  return events.filter(isShown).map(({ id }) => id);
};

describe('of the events of a session', () => {
  it('a prompt shows its own and those of nobody', () => {
    expect(shown(false)).toEqual([3, 6, 8, 9]);
  });

  it('one that joins a turn shows what that says until its end, and nothing of later ones', () => {
    expect(shown(true)).toEqual([1, 2, 3, 4, 6, 8, 9]);
  });
});
