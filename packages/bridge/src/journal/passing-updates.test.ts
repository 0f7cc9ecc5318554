import { expect, it } from 'vitest';
import { event } from '../session/entry.ts';
import { evolve } from '../session/evolve.ts';
import { live, unborn } from '../testing/given.ts';
import { c } from '../testing/samples.ts';
import { passingUpdates } from './passing-updates.ts';

const { state } = [c.create(), c.prompt('p1'), c.advance].reduce(
  (lived, command) => live(lived, command),
  unborn,
);

it.each(passingUpdates)(
  'an update of the kind %s means nothing to the state, so it may be forgotten',
  (sessionUpdate) => {
    const content = { type: 'text', text: 'hello' };
    const update = { sessionUpdate, content, title: 'a title', toolCallId: 't1', entries: [] };
    const recorded = event('session_update', { sessionId: state?.sessionId ?? '', update });
    expect(evolve(state, recorded, { at: 1, seq: 9 })).toBe(state);
  },
);
