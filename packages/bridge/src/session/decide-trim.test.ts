import { describe, expect, it } from 'vitest';
import { given, live, unborn } from '../testing/given.ts';
import { bob, c } from '../testing/samples.ts';
import type { SessionCommand } from './command.ts';
import { hasPast } from './decide-context.ts';
import { currentLineage, lineageAt, lineageOf } from './generations.ts';

// session_created 1, then three events a turn: 2 user, 3 end; 4, 5; 6, 7.
const turn = (name: string): SessionCommand[] => [c.prompt(name), c.advance, c.answered(name, 'end_turn', 1)];
const talked = [c.create(), ...turn('p1'), ...turn('p2'), ...turn('p3')];

function stateAfter(...commands: readonly SessionCommand[]) {
  const { state } = commands.reduce((before, command) => live(before, command), unborn);
  if (state === null) throw new Error('no session');
  return state;
}

const reach = (lineage: ReturnType<typeof currentLineage>) =>
  lineage.map(({ afterEventId, upToEventId }) => [afterEventId, Math.min(upToEventId, 100)]);

describe('a trim', () => {
  it('cuts the conversation, and takes no event to say so', () => {
    const { state, lastSeq } = given(...talked)
      .when(c.trim(3))
      .yields(['(history_trimmed)']);
    expect(lastSeq).toBe(7);
    expect(state?.trim).toEqual({ generation: 1, upToEventId: 3, archivedUpTo: 3 });
    expect(state && reach(currentLineage(state))).toEqual([[3, 100]]);
  });

  it('is none where as much was cut before', () => {
    given(...talked, c.trim(5))
      .when(c.trim(3))
      .yields([]);
  });

  it('is possible in mid-turn, while there is no agent, and of a closed session', () => {
    const running = [c.prompt('p4'), c.advance];
    given(...talked, ...running)
      .when(c.trim(3))
      .yields(['(history_trimmed)']);
    given(...talked, c.gone())
      .when(c.trim(3))
      .yields(['(history_trimmed)']);
    given(...talked, c.close)
      .when(c.trim(3))
      .yields(['(history_trimmed)']);
  });

  it('is refused to a stranger, and where the turns were counted in another generation', () => {
    given(...talked)
      .when(c.trim(3, { clientId: bob }))
      .refuses('invalid_client_id');
    given(...talked, c.reset())
      .when(c.trim(3))
      .refuses('session_changed', { generation: 2 });
  });

  it('leaves nothing to tell where nothing but the cut turns was said', () => {
    const state = stateAfter(...talked, c.trim(7));
    expect(hasPast(state)).toBe(false);
  });

  it('leaves the past as it stood before the cut whole, for branches and checkpoints', () => {
    const state = stateAfter(...talked, c.trim(3));
    expect(reach(lineageAt(state, 3))).toEqual([[0, 3]]);
    expect(reach(lineageAt(state, 5))).toEqual([[3, 5]]);
  });

  it('cuts into what a generation began with too, and only in that generation', () => {
    const restored = [...talked, c.checkpoint('cp-1'), c.restoreCheckpoint('cp-1')];
    const state = stateAfter(...restored, c.trim(5, { generation: 2 }));
    expect(reach(currentLineage(state))[0]).toEqual([5, 7]);
    expect(reach(lineageOf(state, 1))[0]?.[0]).toBe(0);
  });

  it('never brings back to replays what an earlier one took out of them', () => {
    const restored = [c.create(), ...turn('p1'), c.checkpoint('cp-1'), ...turn('p2'), ...turn('p3')];
    const state = stateAfter(
      ...restored,
      c.trim(8),
      c.restoreCheckpoint('cp-1'),
      c.trim(3, { generation: 2 }),
    );
    expect(state.trim).toEqual({ generation: 2, upToEventId: 3, archivedUpTo: 8 });
  });
});
