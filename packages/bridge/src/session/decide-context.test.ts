import { describe, expect, it } from 'vitest';
import { given, type Lived, live, unborn } from '../testing/given.ts';
import { agentSession, bob, c, prompt } from '../testing/samples.ts';
import { maxCheckpoints } from './checkpoints.ts';
import type { SessionCommand } from './command.ts';
import { currentLineage, keptGenerations, lineageAt, lineageOf } from './generations.ts';
import type { SessionState } from './state.ts';

const turn = (name: string, binding = 1): SessionCommand[] => [
  c.prompt(name),
  c.advance,
  c.answered(name, 'end_turn', binding),
];
const bound = (opening: number) => c.bound({ opening, context: 'fresh' });

/** Lives through commands and gives what it came to. */
function after(...commands: readonly SessionCommand[]): Lived & { readonly state: SessionState } {
  const lived = commands.reduce((before, command) => live(before, command), unborn);
  if (lived.state === null) throw new Error('no session');
  return { ...lived, state: lived.state };
}

describe('a reset', () => {
  it('begins another generation on a fresh agent session, and leaves a checkpoint of the one before', () => {
    const { state, decision, lastSeq } = given(c.create(), ...turn('p1'))
      .when(c.reset({ reason: 'new' }))
      .yields(
        [
          'checkpoint_created reset',
          '(generation_started new)',
          'session_reset new',
          '(opening_started reset)',
        ],
        ['part_from_agent', 'open_agent'],
      );
    // session_created 1, user 2, turn_complete 3, checkpoint 4, session_reset 5
    expect(lastSeq).toBe(5);
    expect(decision.entries[0]?.data).toMatchObject({ checkpointId: 'cp-reset', generation: 1, eventId: 3 });
    expect(state).toMatchObject({ generation: 2, binding: { isSeeded: false, number: 1 } });
    expect(state?.generations.map(({ afterEventId, upToEventId }) => [afterEventId, upToEventId])).toEqual([
      [0, 4],
      [4, null],
    ]);
  });

  it('has nothing to keep where no turn has ended', () => {
    given(c.create())
      .when(c.reset())
      .yields(
        ['(generation_started reset)', 'session_reset reset', '(opening_started reset)'],
        ['part_from_agent', 'open_agent'],
      );
  });

  it('ends the running turn as cancelled first, answers what it asked, and keeps it in the checkpoint', () => {
    const { decision } = given(c.create(), c.prompt('p1'), c.advance, c.ask('r1'))
      .when(c.reset())
      .yields(
        [
          'permission_resolved r1 cancelled cancelled',
          'prompt_cancelled p1',
          '(turn_ending p1 cancelled)',
          'turn_complete p1 cancelled',
          'checkpoint_created reset',
          '(generation_started reset)',
          'session_reset reset',
          '(opening_started reset)',
        ],
        ['answer_permission r1 cancelled', 'part_from_agent', 'open_agent'],
      );
    // created 1, user 2, asked 3, resolved 4, cancelled 5, complete 6
    expect(decision.entries[4]?.data).toMatchObject({ eventId: 6 });
  });

  it('keeps what waits for the new generation, or ends it as cancelled', () => {
    const busy = [c.create(), c.prompt('p1'), c.advance, c.prompt('p2')];
    const kept = after(...busy, c.reset());
    expect(kept.state.phase).toMatchObject({ kind: 'opening', queue: [{ promptId: 'p2' }] });
    const dropped = after(...busy, c.reset({ queue: 'drop' }));
    expect(dropped.state.phase).toMatchObject({ kind: 'opening', queue: [] });
    const types = dropped.decision.entries.map(({ type, data }) => [type, Reflect.get(data, 'promptId')]);
    expect(types).toContainEqual(['turn_complete', 'p2']);
  });

  it('does not let the end of a dropped prompt overtake its answer', () => {
    const { state } = given(c.create(), c.prompt('p1'))
      .holding(prompt('p1'))
      .when(c.reset({ queue: 'drop' }))
      .yields(
        ['(generation_started reset)', 'session_reset reset', '(opening_started reset)'],
        ['part_from_agent', 'open_agent'],
      );
    expect(state?.phase).toMatchObject({ queue: [{ promptId: 'p1' }] });
  });

  it('is refused where another generation began meanwhile', () => {
    given(c.create())
      .when(c.reset({ expectedGeneration: 2 }))
      .refuses('session_changed', { generation: 1, expectedGeneration: 2 });
  });

  it('is refused to a stranger, but not of a closed session, where nobody is registered', () => {
    given(c.create())
      .when(c.reset({ clientId: bob }))
      .refuses('invalid_client_id');
    given(c.create(), c.close)
      .when(c.reset({ clientId: bob }))
      .yields(['(generation_started reset)']);
  });

  it('of a closed session is told when it is back, on an agent session of its own', () => {
    const closed = after(c.create(), ...turn('p1'), c.close, c.reset());
    expect(closed.decision.entries.map(({ type }) => type)).toEqual([
      'checkpoint_kept',
      'generation_started',
    ]);
    expect(closed.state).toMatchObject({
      phase: { kind: 'closed', reason: 'client_close' },
      generation: 2,
      checkpoints: [{ reason: 'reset', generation: 1, eventId: 3 }],
      binding: { isSeeded: false },
    });
    given(c.create(), c.close, c.reset(), { kind: 'reopen', intent: 'load' })
      .when(c.bound({ context: 'fresh' }))
      .yields(
        ['agent_started', 'session_reset reset', '(agent_bound)', 'session_restored fresh'],
        ['advance'],
      );
  });

  it('of a stranded session needs no agent until a prompt does', () => {
    const stranded = [c.create(), ...turn('p1'), c.gone()];
    given(...stranded)
      .when(c.reset())
      .yields(['checkpoint_created reset', '(generation_started reset)', 'session_reset reset']);
    const { state } = after(...stranded, c.reset());
    expect(state.phase.kind).toBe('stranded');
    // The number goes on: what the agent session before says changes nothing any more.
    expect(after(...stranded, c.reset(), c.prompt('p2'), bound(1)).state.binding?.number).toBe(2);
  });

  it('is refused while an agent session is being acquired', () => {
    given(c.create(), c.gone(), c.prompt('p1')).when(c.reset()).refuses('restore_in_progress');
  });

  it('makes late words of the agent session before mean nothing', () => {
    const reset = [c.create(), ...turn('p1'), c.reset()];
    given(...reset)
      .when(c.says('late'))
      .yields([]);
    given(...reset, bound(1))
      .when(c.says('late'))
      .yields([]);
    given(...reset, bound(1))
      .when(c.gone(1))
      .yields([]);
    given(...reset, bound(1))
      .when(c.says('new', 2))
      .yields(['session_update agent_message_chunk new']);
  });
});

describe('a checkpoint', () => {
  const eventIdOf = (...commands: SessionCommand[]) =>
    after(...commands, c.checkpoint('cp-1')).state.checkpoints.at(-1)?.eventId;

  it('points to the end of the last finished turn', () => {
    expect(eventIdOf(c.create(), ...turn('p1'))).toBe(3);
    expect(eventIdOf(c.create(), ...turn('p1'), { kind: 'rename', displayName: 'x' }, c.says('late'))).toBe(
      3,
    );
  });

  it('inside a running turn rounds down', () => {
    expect(eventIdOf(c.create(), ...turn('p1'), c.prompt('p2'), c.advance, c.says('a'))).toBe(3);
    expect(eventIdOf(c.create(), c.prompt('p1'), c.advance, c.says('a'))).toBe(0);
  });

  it('before the first turn of a generation points to its beginning', () => {
    expect(eventIdOf(c.create(), ...turn('p1'), c.reset(), bound(1))).toBe(4);
  });

  it('of a closed session is kept without a word to readers', () => {
    given(c.create(), c.close).when(c.checkpoint('cp-1', 'mine')).yields(['(checkpoint_kept user)']);
  });

  it('gives way over the limit: the oldest automatic one first, then the oldest of all', () => {
    const many = Array.from({ length: maxCheckpoints - 1 }, (_, nth) => c.checkpoint(`cp-${nth}`));
    const before = [c.create(), ...turn('p1'), c.checkpoint('cp-first'), c.reset(), ...many];
    const ids = ({ state }: ReturnType<typeof after>) =>
      state.checkpoints.map(({ checkpointId }) => checkpointId);
    const full = ids(after(...before));
    expect(full).toHaveLength(maxCheckpoints);
    expect(full).not.toContain('cp-reset');
    expect(full).toContain('cp-first');
    expect(ids(after(...before, c.checkpoint('cp-last')))).not.toContain('cp-first');
  });
});

describe('the restore of a checkpoint', () => {
  const history = [c.create(), ...turn('p1'), c.checkpoint('cp-1'), ...turn('p2')];

  it('begins a generation with the history up to it, and keeps a way back', () => {
    const restored = given(...history)
      .when(c.restoreCheckpoint('cp-1'))
      .yields(
        [
          'checkpoint_created restore',
          '(generation_started restore)',
          'session_reset restore',
          '(opening_started restore)',
        ],
        ['part_from_agent', 'open_agent'],
      );
    // created 1, user 2, complete 3, checkpoint 4, user 5, complete 6, checkpoint 7, session_reset 8
    expect(restored.state && currentLineage(restored.state)).toEqual([
      { afterEventId: 0, upToEventId: 3, summaryOf: null },
      { afterEventId: 7, upToEventId: Number.MAX_SAFE_INTEGER, summaryOf: null },
    ]);
  });

  it('reaches the generation it came from by the checkpoint made before', () => {
    const { state } = after(
      ...history,
      c.restoreCheckpoint('cp-1'),
      bound(1),
      c.restoreCheckpoint('cp-restore', { checkpointId: 'cp-again' }),
    );
    expect(state.generation).toBe(3);
    expect(currentLineage(state)[0]).toEqual({ afterEventId: 0, upToEventId: 6, summaryOf: null });
  });

  it('interrupts, and is refused where another generation began or nothing is known of it', () => {
    given(...history, c.prompt('p3'), c.advance)
      .when(c.restoreCheckpoint('cp-1'))
      .yields(
        [
          'prompt_cancelled p3',
          '(turn_ending p3 cancelled)',
          'turn_complete p3 cancelled',
          'checkpoint_created restore',
          '(generation_started restore)',
          'session_reset restore',
          '(opening_started restore)',
        ],
        ['part_from_agent', 'open_agent'],
      );
    given(...history)
      .when(c.restoreCheckpoint('cp-1', { expectedGeneration: 4 }))
      .refuses('session_changed', { generation: 1 });
    given(...history)
      .when(c.restoreCheckpoint('cp-no'))
      .refuses('checkpoint_not_found');
  });
});

describe('generations', () => {
  it('are remembered up to a limit, those that something rests on longest', () => {
    const resets = Array.from({ length: keptGenerations + 5 }, () => c.reset({ checkpointId: 'cp-same' }));
    const { state } = after(c.create(), ...turn('p1'), c.checkpoint('cp-1'), c.close, ...resets);
    expect(state.generations).toHaveLength(keptGenerations);
    // The first has the checkpoint; the second went.
    expect(state.generations.slice(0, 2).map(({ generation }) => generation)).toEqual([1, 8]);
    expect(lineageOf(state, 1, 3)).toEqual([{ afterEventId: 0, upToEventId: 3, summaryOf: null }]);
  });

  it('tell for any event which conversation it was part of', () => {
    const { state } = after(c.create(), ...turn('p1'), c.reset(), bound(1), ...turn('p2', 2));
    expect(lineageAt(state, 2)).toEqual([{ afterEventId: 0, upToEventId: 2, summaryOf: null }]);
    expect(lineageAt(state, 8)).toEqual([{ afterEventId: 4, upToEventId: 8, summaryOf: null }]);
  });
});

it('an agent session of an older generation is not one to come back to', () => {
  const { state } = after(
    c.create({ agentSessionId: agentSession('old') }),
    ...turn('p1'),
    c.reset(),
    c.interrupt,
  );
  expect(state.binding).toMatchObject({ isSeeded: false, number: 1 });
});
