import { describe, expect, it } from 'vitest';
import { given } from '../testing/given.ts';
import { bob, c, prompt } from '../testing/samples.ts';
import type { SessionCommand } from './command.ts';
import { placeOf } from './decide-prompt.ts';

const idle = [c.create()];
const running = [...idle, c.prompt('p1'), c.advance];
const queued = [...running, c.prompt('p2')];
const stranded = [...idle, c.gone()];
const opening = [...stranded, c.prompt('p1')];

const queueAfter = (...history: readonly SessionCommand[]) => {
  const { state } = given(...history);
  return state?.phase.kind === 'closed' ? [] : state?.phase.queue.map(({ promptId }) => promptId);
};

describe('a prompt that interrupts', () => {
  it('stops the running turn and waits in sight until that has ended', () => {
    given(...running)
      .when(c.steer('s1'))
      .yields(
        [
          '(prompt_admitted s1 interrupt ann)',
          'pending_prompt_added s1 queued',
          'prompt_cancelled p1',
          '(turn_ending p1 cancelled)',
        ],
        ['send_cancel p1'],
      );
  });

  it('starts before what waited, and the interrupted turn ends as cancelled whatever the agent says', () => {
    given(...queued, c.steer('s1'))
      .when(c.answered('p1'))
      .yields(['turn_complete p1 cancelled'], ['advance']);
    given(...queued, c.steer('s1'), c.answered('p1'))
      .when(c.advance)
      .yields(
        [
          '(prompt_started s1)',
          'pending_prompt_started s1 running',
          'session_update user_message_chunk text of s1',
        ],
        ['send_prompt s1'],
      );
  });

  it('waits behind those that interrupted before it, and loses nothing that waits', () => {
    expect(queueAfter(...queued, c.steer('s1'), c.prompt('p3'), c.steer('s2'))).toEqual([
      's1',
      's2',
      'p2',
      'p3',
    ]);
  });

  it('cancels a turn that is stopping no second time', () => {
    given(...running, c.steer('s1'))
      .when(c.steer('s2'))
      .yields(['(prompt_admitted s2 interrupt ann)', 'pending_prompt_added s2 queued']);
  });

  it('interrupts one that interrupted, once that runs', () => {
    given(...running, c.steer('s1'), c.answered('p1'), c.advance)
      .when(c.steer('s2'))
      .yields(
        [
          '(prompt_admitted s2 interrupt ann)',
          'pending_prompt_added s2 queued',
          'prompt_cancelled s1',
          '(turn_ending s1 cancelled)',
        ],
        ['send_cancel s1'],
      );
  });

  it('leaves a turn its deadline that ran past it', () => {
    given(...idle, c.prompt('p1', { deadlineMs: 1 }), c.advance, c.deadline('p1'), c.steer('s1'))
      .when(c.answered('p1'))
      .yields(['turn_error p1 prompt_deadline_exceeded'], ['advance']);
  });

  it('is a plain prompt where nothing runs', () => {
    given(...idle)
      .when(c.steer('s1'))
      .yields(['(prompt_admitted s1 interrupt ann)']);
  });

  it('goes before one whose answer is still on its way: that one waits now, and readers hear of it', () => {
    given(...idle, c.prompt('p1'))
      .holding(prompt('p1'))
      .when(c.steer('s1'))
      .yields(['(prompt_admitted s1 interrupt ann)', 'pending_prompt_added p1 queued']);
    given(...idle, c.prompt('p1'), c.steer('s1'))
      .holding(prompt('p1'))
      .when(c.advance)
      .yields(['(prompt_started s1)', 'session_update user_message_chunk text of s1'], ['send_prompt s1']);
  });

  it('goes first while the agent is being opened, and cancels nothing', () => {
    given(...opening)
      .when(c.steer('s1'))
      .yields(['(prompt_admitted s1 interrupt ann)', 'pending_prompt_added p1 queued']);
    expect(queueAfter(...opening, c.steer('s1'))).toEqual(['s1', 'p1']);
  });

  it('gets a stranded session its agent', () => {
    given(...stranded)
      .when(c.steer('s1'))
      .yields(['(prompt_admitted s1 interrupt ann)', '(opening_started continue)'], ['open_agent']);
  });

  it('takes the room of the turn it interrupts, and no more', () => {
    given(...queued)
      .allowing(2)
      .when(c.steer('s1'))
      .yields(
        [
          '(prompt_admitted s1 interrupt ann)',
          'pending_prompt_added s1 queued',
          'prompt_cancelled p1',
          '(turn_ending p1 cancelled)',
        ],
        ['send_cancel p1'],
      );
    given(...queued, c.steer('s1'))
      .allowing(2)
      .when(c.steer('s2'))
      .refuses('prompt_queue_full', { limit: 2, pendingCount: 2 });
  });

  it('is refused from a stranger and by a closed session, and then nothing is cancelled', () => {
    given(...running)
      .when(c.steer('s1', { clientId: bob }))
      .refuses('invalid_client_id');
    given(...running, c.close)
      .when(c.steer('s1'))
      .refuses('session_not_found', { loadable: true });
  });

  it('asking to stop is text like any other', () => {
    const content = [{ type: 'text', text: 'please stop' }];
    given(...queued)
      .when(c.prompt('p3', { content }))
      .yields(['(prompt_admitted p3 ann)', 'pending_prompt_added p3 queued']);
    given(...idle, c.prompt('p1', { content }))
      .when(c.advance)
      .yields(['(prompt_started p1)', 'session_update user_message_chunk please stop'], ['send_prompt p1']);
  });
});

describe('what a client is told of its place', () => {
  const placeIn = (history: readonly SessionCommand[], ...how: [Parameters<typeof placeOf>[1]]) => {
    const { state } = given(...history);
    return state === null ? undefined : placeOf(state.phase, ...how);
  };

  it('counts what runs or starts before it', () => {
    expect(placeIn(idle, 'queue')).toEqual({ state: 'started', position: 0 });
    expect(placeIn(running, 'queue')).toEqual({ state: 'queued', position: 1 });
    expect(placeIn(queued, 'queue')).toEqual({ state: 'queued', position: 2 });
    expect(placeIn(opening, 'queue')).toEqual({ state: 'queued', position: 1 });
  });

  it('counts for one that interrupts the turn that has to end, and those that interrupted before', () => {
    expect(placeIn(idle, 'interrupt')).toEqual({ state: 'started', position: 0 });
    expect(placeIn(opening, 'interrupt')).toEqual({ state: 'started', position: 0 });
    expect(placeIn(queued, 'interrupt')).toEqual({ state: 'queued', position: 1 });
    expect(placeIn([...queued, c.steer('s1')], 'interrupt')).toEqual({ state: 'queued', position: 2 });
  });

  it('is in the turn for one that joins it, and in the queue where there is none to join', () => {
    expect(placeIn(queued, 'inject')).toEqual({ state: 'injected', position: 0 });
    expect(placeIn(idle, 'inject')).toEqual({ state: 'started', position: 0 });
    expect(placeIn([...running, c.cancel], 'inject')).toEqual({ state: 'queued', position: 1 });
  });
});
