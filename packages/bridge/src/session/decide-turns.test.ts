import { describe, expect, it } from 'vitest';
import { firstAt, given } from '../testing/given.ts';
import { bob, c, chunk, client, prompt } from '../testing/samples.ts';

const idle = [c.create()];
const running = [...idle, c.prompt('p1'), c.advance];
const queued = [...running, c.prompt('p2')];
const stranded = [...idle, c.gone()];
const opening = [...stranded, c.prompt('p1')];

describe('a prompt is accepted', () => {
  it('and does not start by itself', () => {
    given(...idle)
      .when(c.prompt('p1'))
      .yields(['(prompt_admitted p1 ann)']);
  });

  it('behind another and readers hear that it waits', () => {
    const { decision } = given(...running)
      .when(c.prompt('p2'))
      .yields(['(prompt_admitted p2 ann)', 'pending_prompt_added p2 queued']);
    expect(decision.entries[1]).toMatchObject({
      promptId: 'p2',
      clientId: 'ann',
      data: { text: 'text of p2', state: 'queued', queuedAt: firstAt + 3_000 },
    });
  });

  it('behind one that is held, and readers hear that it waits', () => {
    given(...idle, c.prompt('p1'))
      .holding(prompt('p1'))
      .when(c.prompt('p2'))
      .yields(['(prompt_admitted p2 ann)', 'pending_prompt_added p2 queued']);
  });

  it('by a stranded session, which gets an agent for it at once', () => {
    given(...stranded)
      .when(c.prompt('p1'))
      .yields(['(prompt_admitted p1 ann)', '(opening_started continue)'], ['open_agent']);
  });

  it('while the agent is being opened, which opens no second one', () => {
    given(...opening)
      .when(c.prompt('p2'))
      .yields(['(prompt_admitted p2 ann)', 'pending_prompt_added p2 queued']);
  });

  it('with a deadline that counts from its admission', () => {
    const { decision } = given(...idle)
      .when(c.prompt('p1', { deadlineMs: 250 }))
      .yields(['(prompt_admitted p1 ann)'], ['watch_deadline p1']);
    expect(decision.effects).toMatchObject([{ deadlineAt: firstAt + 1_250 }]);
  });

  it('from somebody anonymous', () => {
    given(...idle)
      .when(c.prompt('p1', { clientId: null }))
      .yields(['(prompt_admitted p1)']);
  });
});

describe('a prompt is refused', () => {
  it('by a closed session, which says why it was closed and that it can be loaded', () => {
    given(...idle, c.close)
      .when(c.prompt('p1'))
      .refuses('session_not_found', { state: 'closed', reason: 'client_close', loadable: true });
  });

  it('from a client that is not registered, but only once the session is known to be open', () => {
    given(...idle)
      .when(c.prompt('p1', { clientId: bob }))
      .refuses('invalid_client_id', { clientId: 'bob' });
    given(...idle, c.close)
      .when(c.prompt('p1', { clientId: bob }))
      .refuses('session_not_found');
  });

  it('when the limit of pending prompts is reached, the running one included', () => {
    given(...queued)
      .allowing(2)
      .when(c.prompt('p3'))
      .refuses('prompt_queue_full', { limit: 2, pendingCount: 2 });
    given(...queued)
      .allowing(3)
      .when(c.prompt('p3'))
      .yields(['(prompt_admitted p3 ann)', 'pending_prompt_added p3 queued']);
  });

  it('with mode reject while another one runs or waits', () => {
    given(...running)
      .when(c.prompt('p2', { onBusy: 'reject' }))
      .refuses('prompt_in_progress');
    given(...opening)
      .when(c.prompt('p2', { onBusy: 'reject' }))
      .refuses('prompt_in_progress');
    given(...idle)
      .when(c.prompt('p1', { onBusy: 'reject' }))
      .yields(['(prompt_admitted p1 ann)']);
  });
});

describe('a turn starts', () => {
  it('with the words of the user, a chunk for each block, in order', () => {
    const content = [
      { type: 'text', text: 'look' },
      { type: 'image', data: 'aGk=', mimeType: 'image/png' },
      { type: 'text', text: 'here' },
    ];
    const { decision } = given(...idle, c.prompt('p1', { content, meta: { traceId: 't' } }))
      .when(c.advance)
      .yields(
        [
          '(prompt_started p1)',
          'session_update user_message_chunk look',
          'session_update user_message_chunk',
          'session_update user_message_chunk here',
        ],
        ['send_prompt p1'],
      );
    expect(decision.effects).toMatchObject([{ content, meta: { traceId: 't' } }]);
    expect(decision.entries[1]).toMatchObject({ promptId: 'p1', clientId: 'ann' });
  });

  it('not before its answer left', () => {
    given(...idle, c.prompt('p1'))
      .holding(prompt('p1'))
      .when(c.advance)
      .yields([]);
  });

  it('not before one that was admitted earlier, although that one is held', () => {
    given(...idle, c.prompt('p1'), c.prompt('p2'))
      .holding(prompt('p1'))
      .when(c.advance)
      .yields([]);
  });

  it('not while another one runs, or while there is no agent yet', () => {
    given(...queued)
      .when(c.advance)
      .yields([]);
    given(...opening)
      .when(c.advance)
      .yields([]);
    given(...idle)
      .when(c.advance)
      .yields([]);
  });

  it('after it waited, and readers hear that it waits no more', () => {
    given(...queued, c.answered('p1'))
      .when(c.advance)
      .yields(
        [
          '(prompt_started p2)',
          'pending_prompt_started p2 running',
          'session_update user_message_chunk text of p2',
        ],
        ['send_prompt p2'],
      );
  });

  it('with an agent first where there is none', () => {
    given(...queued, c.gone())
      .when(c.advance)
      .yields(['(opening_started continue)'], ['open_agent']);
  });
});

describe('a turn ends', () => {
  it('as the agent says', () => {
    given(...running)
      .when(c.answered('p1', 'max_tokens'))
      .yields(['turn_complete p1 max_tokens'], ['advance']);
  });

  it('with the usage the agent reports, as it came', () => {
    const usage = { inputTokens: 3, x: { y: 1 } };
    const { decision } = given(...running)
      .when({ ...c.answered('p1'), kind: 'answered', answer: { stopReason: 'end_turn', usage } } as never)
      .yields(['turn_complete p1 end_turn'], ['advance']);
    expect(decision.entries[0]).toMatchObject({ data: { usage } });
  });

  it('after it was queued with both of its endings, the queue told first', () => {
    given(...queued, c.answered('p1'), c.advance)
      .when(c.answered('p2'))
      .yields(['pending_prompt_completed p2 completed', 'turn_complete p2 end_turn'], ['advance']);
  });

  it('with the error and the number the agent gave', () => {
    const { decision } = given(...running)
      .when(c.failed('p1', { agentCode: -32_603 }))
      .yields(['turn_error p1 agent_error'], ['advance']);
    expect(decision.entries[0]).toMatchObject({ data: { message: 'no luck', agentCode: -32_603 } });
  });

  it('once: what the agent says of a turn that is over changes nothing', () => {
    given(...running, c.answered('p1'))
      .when(c.answered('p1'))
      .yields([]);
    given(...running, c.answered('p1'))
      .when(c.failed('p1'))
      .yields([]);
    given(...queued)
      .when(c.answered('p2'))
      .yields([]);
    given(...running, c.close)
      .when(c.answered('p1'))
      .yields([]);
  });

  it('not by an answer of an earlier binding', () => {
    given(...running)
      .when(c.answered('p1', 'end_turn', 2))
      .yields([]);
  });

  it('not by the failed call of an agent that died: its death says so itself', () => {
    given(...running)
      .when(c.failed('p1', { code: 'agent_exited' }))
      .yields([]);
  });

  it('and cancels what the agent still asked', () => {
    given(...running, c.ask('r1'), c.ask('r2'))
      .when(c.answered('p1'))
      .yields(
        [
          'permission_resolved r1 cancelled turn_ended',
          'permission_resolved r2 cancelled turn_ended',
          'turn_complete p1 end_turn',
        ],
        ['answer_permission r1 cancelled', 'answer_permission r2 cancelled', 'advance'],
      );
  });
});

describe('a cancel', () => {
  it('stops the running turn, whose terminal waits for the agent', () => {
    given(...running)
      .when(c.cancel)
      .yields(['prompt_cancelled p1', '(turn_ending p1 cancelled)'], ['send_cancel p1']);
  });

  it('lets late updates through and ends as cancelled, whatever the agent answers', () => {
    given(...running, c.cancel)
      .when(c.says('late'))
      .yields(['session_update agent_message_chunk late']);
    given(...running, c.cancel)
      .when(c.answered('p1', 'end_turn'))
      .yields(['turn_complete p1 cancelled'], ['advance']);
    given(...running, c.cancel)
      .when(c.failed('p1'))
      .yields(['turn_complete p1 cancelled'], ['advance']);
    given(...running, c.cancel)
      .when(c.gone())
      .yields(['turn_complete p1 cancelled', 'agent_exited'], ['release_agent']);
  });

  it('answers the open permission requests first', () => {
    given(...running, c.ask('r1'))
      .when(c.cancel)
      .yields(
        ['permission_resolved r1 cancelled cancelled', 'prompt_cancelled p1', '(turn_ending p1 cancelled)'],
        ['answer_permission r1 cancelled', 'send_cancel p1'],
      );
  });

  it('leaves what waits behind the turn alone', () => {
    const { state } = given(...queued, c.cancel, c.answered('p1'));
    expect(state?.phase).toMatchObject({ kind: 'idle', queue: [{ promptId: 'p2' }] });
  });

  it('twice is once, and without a turn nothing', () => {
    given(...running, c.cancel)
      .when(c.cancel)
      .yields([]);
    given(...idle)
      .when(c.cancel)
      .yields([]);
    given(...stranded)
      .when(c.cancel)
      .yields([]);
  });

  it('while the agent is being opened takes the prompt that was about to run, and only that', () => {
    given(...opening)
      .when(c.cancel)
      .yields(['turn_complete p1 cancelled'], ['advance']);
    given(...opening, c.prompt('p2'))
      .when(c.cancel)
      .yields(['turn_complete p1 cancelled'], ['advance']);
  });

  it('is refused from a client that is not registered, and by a closed session', () => {
    given(...running)
      .when({ ...c.cancel, clientId: bob })
      .refuses('invalid_client_id');
    given(...running, c.close)
      .when(c.cancel)
      .refuses('session_not_found');
  });
});

describe('an agent that ignores its cancel for the whole grace', () => {
  it('is left behind: the turn ends, what waits goes on elsewhere', () => {
    given(...queued, c.cancel)
      .when(c.graceOver('p1'))
      .yields(['turn_complete p1 cancelled', '(stranded agent_unavailable)'], ['abandon_agent', 'advance']);
  });

  it('is not left behind when the turn ended in time, or was never cancelled', () => {
    given(...running, c.cancel, c.answered('p1'))
      .when(c.graceOver('p1'))
      .yields([]);
    given(...running)
      .when(c.graceOver('p1'))
      .yields([]);
    given(...queued, c.cancel, c.answered('p1'), c.advance, c.cancel)
      .when(c.graceOver('p1'))
      .yields([]);
  });
});

describe('a deadline', () => {
  const timed = [...idle, c.prompt('p1', { deadlineMs: 1 }), c.advance];

  it('stops the running turn, which ends with its own code whatever the agent answers', () => {
    given(...timed)
      .when(c.deadline('p1'))
      .yields(['prompt_cancelled p1', '(turn_ending p1 deadline)'], ['send_cancel p1']);
    given(...timed, c.deadline('p1'))
      .when(c.answered('p1'))
      .yields(['turn_error p1 prompt_deadline_exceeded'], ['advance']);
    given(...timed, c.deadline('p1'))
      .when(c.graceOver('p1'))
      .yields(
        ['turn_error p1 prompt_deadline_exceeded', '(stranded agent_unavailable)'],
        ['abandon_agent', 'advance'],
      );
  });

  it('ends a prompt that waits, and never starts it', () => {
    given(...running, c.prompt('p2', { deadlineMs: 1 }))
      .when(c.deadline('p2'))
      .yields(['pending_prompt_completed p2 removed', 'turn_error p2 prompt_deadline_exceeded'], ['advance']);
  });

  it('of a turn that is cancelled already, or over, changes nothing', () => {
    given(...timed, c.cancel)
      .when(c.deadline('p1'))
      .yields([]);
    given(...timed, c.answered('p1'))
      .when(c.deadline('p1'))
      .yields([]);
  });
});

describe('a waiting prompt is removed', () => {
  const remove = { kind: 'remove', promptId: prompt('p2') } as const;

  it('and ends as cancelled without ever starting', () => {
    given(...queued)
      .when(remove)
      .yields(['pending_prompt_completed p2 removed', 'turn_complete p2 cancelled'], ['advance']);
  });

  it('but not the running one, nor one that is not there', () => {
    given(...running)
      .when({ ...remove, promptId: prompt('p1') })
      .yields([]);
    given(...running)
      .when({ ...remove, promptId: prompt('p9') })
      .yields([]);
  });

  it('by somebody registered, in an open session', () => {
    given(...queued)
      .when({ ...remove, clientId: client('eve') })
      .refuses('invalid_client_id');
    given(...queued, c.close)
      .when(remove)
      .refuses('session_not_found');
  });
});

describe('the row of a session', () => {
  it('keeps when its last turn started and ended, and how', () => {
    const { state } = given(...running, c.says('hi'), c.answered('p1'));
    expect(state).toMatchObject({
      activityAt: firstAt + 4_000,
      turnCount: 1,
      firstPrompt: 'text of p1',
      lastTurn: { promptId: 'p1', state: 'completed', startedAt: firstAt + 2_000, endedAt: firstAt + 4_000 },
    });
  });

  it('keeps the running turn when one that waited behind it was removed', () => {
    const { state } = given(...queued, { kind: 'remove', promptId: prompt('p2') });
    expect(state?.lastTurn).toMatchObject({ promptId: 'p1', state: 'running' });
  });

  it('counts cancelled and failed turns as such', () => {
    expect(given(...running, c.cancel, c.answered('p1')).state?.lastTurn?.state).toBe('cancelled');
    expect(given(...running, c.failed('p1')).state?.lastTurn?.state).toBe('failed');
  });

  it('records updates of the agent under the turn they came in, and without one outside', () => {
    const inTurn = given(...running).when({ kind: 'updates', binding: 1, updates: [chunk('a'), chunk('b')] });
    const { decision } = inTurn.yields([
      'session_update agent_message_chunk a',
      'session_update agent_message_chunk b',
    ]);
    expect(decision.entries[0]).toMatchObject({ promptId: 'p1' });
    const outside = given(...idle)
      .when(c.says('a'))
      .yields(['session_update agent_message_chunk a']);
    expect(
      outside.decision.entries[0]?.kind === 'event' && outside.decision.entries[0].promptId,
    ).toBeUndefined();
  });
});
