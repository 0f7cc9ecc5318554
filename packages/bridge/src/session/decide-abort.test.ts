import { describe, expect, it } from 'vitest';
import { given } from '../testing/given.ts';
import { bob, c, prompt } from '../testing/samples.ts';
import type { SessionCommand } from './command.ts';
import { planAbort } from './decide-abort.ts';

const idle = [c.create()];
const running = [...idle, c.prompt('p1'), c.advance];
const queued = [...running, c.prompt('p2'), c.prompt('p3')];
const opening = [...idle, c.gone(), c.prompt('p1')];
const joined = [...running, c.inject('i1'), c.advance, c.injection('i1')];

const stop = ['prompt_cancelled p1', '(turn_ending p1 cancelled)'];

describe('an abort', () => {
  it('stops the running turn; what waits stays', () => {
    given(...queued)
      .when(c.abort())
      .yields(stop, ['send_cancel p1']);
  });

  it('of a prompt by its id stops it while it runs and removes it while it waits', () => {
    given(...queued)
      .when(c.abort('p1'))
      .yields(stop, ['send_cancel p1']);
    given(...queued)
      .when(c.abort('p3'))
      .yields(['pending_prompt_completed p3 removed', 'turn_complete p3 cancelled'], ['advance']);
  });

  it('may clear the queue as well, in its order', () => {
    given(...queued)
      .when(c.abort(undefined, { clearsQueue: true }))
      .yields(
        [
          ...stop,
          'pending_prompt_completed p2 removed',
          'turn_complete p2 cancelled',
          'pending_prompt_completed p3 removed',
          'turn_complete p3 cancelled',
        ],
        ['send_cancel p1', 'advance'],
      );
  });

  it('of a turn that is stopping stops nothing a second time', () => {
    given(...queued, c.abort())
      .when(c.abort())
      .yields([]);
    given(...queued, c.abort())
      .when(c.abort('p1'))
      .yields([]);
  });

  it('of a prompt that ended changes nothing', () => {
    given(...queued, c.answered('p1'))
      .when(c.abort('p1'))
      .yields([]);
    given(...idle)
      .when(c.abort())
      .yields([]);
  });

  it('ends the prompt that waits for its agent before it ever ran', () => {
    given(...opening)
      .when(c.abort())
      .yields(['turn_complete p1 cancelled'], ['advance']);
    given(...opening, c.prompt('p2'))
      .when(c.abort('p1'))
      .yields(['turn_complete p1 cancelled'], ['advance']);
  });

  it('cancels what the agent asked', () => {
    given(...running, c.ask('r1'))
      .when(c.abort())
      .yields(
        ['permission_resolved r1 cancelled cancelled', ...stop],
        ['answer_permission r1 cancelled', 'send_cancel p1'],
      );
  });

  it('of a prompt that joined a turn stops that turn, and both end as cancelled', () => {
    given(...joined)
      .when(c.abort('i1'))
      .yields(stop, ['send_cancel p1']);
    given(...joined, c.abort('i1'))
      .when(c.answered('p1'))
      .yields(['turn_complete i1 cancelled', 'turn_complete p1 cancelled'], ['advance']);
  });

  it('of a prompt on its way into a turn ends it at once, and that turn, which may have taken it in', () => {
    const sent = [...running, c.inject('i1'), c.advance];
    given(...sent)
      .when(c.abort('i1'))
      .yields([...stop, 'turn_complete i1 cancelled'], ['send_cancel p1', 'advance']);
    given(...sent, c.abort('i1'))
      .when(c.injection('i1', 'refused'))
      .yields([]);
    given(...sent, c.abort('i1'))
      .when(c.answered('p1'))
      .yields(['turn_complete p1 cancelled'], ['advance']);
  });

  it('of the turn leaves a prompt on its way into it, which waits when the agent refuses it, unless the queue is cleared', () => {
    const sent = [...running, c.inject('i1'), c.advance];
    given(...sent, c.abort())
      .when(c.injection('i1', 'refused'))
      .yields(['pending_prompt_added i1 queued'], ['advance']);
    given(...sent)
      .when(c.abort(undefined, { clearsQueue: true }))
      .yields([...stop, 'turn_complete i1 cancelled'], ['send_cancel p1', 'advance']);
    given(...sent, c.prompt('p2'), c.prompt('p3'))
      .when(c.abort('p2', { clearsQueue: true }))
      .yields(
        [
          'pending_prompt_completed p2 removed',
          'turn_complete p2 cancelled',
          'pending_prompt_completed p3 removed',
          'turn_complete p3 cancelled',
        ],
        ['advance'],
      );
  });

  it('of a prompt that is to join a turn, but was not handed over, leaves the turn alone', () => {
    given(...running, c.inject('i1'))
      .when(c.abort('i1'))
      .yields(['turn_complete i1 cancelled'], ['advance']);
  });

  it('is refused from a client that is not registered, and by a closed session', () => {
    given(...running)
      .when(c.abort(undefined, { clientId: bob }))
      .refuses('invalid_client_id');
    given(...running, c.close)
      .when(c.abort())
      .refuses('session_not_found');
  });
});

describe('the plan of an abort', () => {
  const planIn = (history: readonly SessionCommand[], name?: string, clearsQueue = false) => {
    const { state } = given(...history);
    if (state === null) throw new Error('no session');
    return planAbort(state.phase, { promptId: name === undefined ? undefined : prompt(name), clearsQueue });
  };

  it('names what is told to stop, what ends at once and what is cleared', () => {
    expect(planIn(queued, undefined, true)).toEqual({
      stopping: ['p1'],
      removed: [],
      cleared: ['p2', 'p3'],
    });
    expect(planIn(queued, 'p2', true)).toEqual({ stopping: [], removed: ['p2'], cleared: ['p3'] });
    expect(planIn(opening)).toEqual({ stopping: [], removed: ['p1'], cleared: [] });
    expect(planIn(joined)).toEqual({ stopping: ['p1', 'i1'], removed: [], cleared: [] });
    expect(planIn(idle, 'p9')).toEqual({ stopping: [], removed: [], cleared: [] });
  });
});
