import { describe, expect, it } from 'vitest';
import { firstAt, given } from '../testing/given.ts';
import { ann, bob, c, client } from '../testing/samples.ts';

const idle = [c.create()];
const running = [...idle, c.prompt('p1'), c.advance];
const queued = [...running, c.prompt('p2'), c.prompt('p3')];

describe('a session is created', () => {
  it('with its clients, its first event and its first binding', () => {
    const { state, decision } = given()
      .when(c.create({ clientIds: [ann, bob, ann], displayName: 'mine' }))
      .yields([
        '(session_opened)',
        '(client_registered ann)',
        '(client_registered bob)',
        '(client_registered ann)',
        'session_created',
        '(agent_bound)',
      ]);
    expect(state).toMatchObject({
      clients: { ann: 2, bob: 1 },
      createdAt: firstAt,
      displayName: 'mine',
      binding: { agentSessionId: 'agent-1', number: 1, isSeeded: true },
      phase: { kind: 'idle', queue: [] },
    });
    expect(decision.entries[4]).toMatchObject({
      data: { agentSessionId: 'agent-1', binding: 1, displayName: 'mine' },
    });
  });

  it('and never shows what its MCP servers are told in an event', () => {
    const mcpServers = [{ name: 'db', env: [{ name: 'PASSWORD', value: 'hunter2' }] }];
    const { recorded, state } = given()
      .when(c.create({ mcpServers, clientIds: [] }))
      .yields(['(session_opened)', 'session_created', '(agent_bound)']);
    const events = recorded.filter(({ kind }) => kind === 'event').map(({ json }) => json);
    expect(events.join()).not.toContain('hunter2');
    expect(state?.mcpServers).toEqual(mcpServers);
  });

  it('before it nothing means anything', () => {
    given().when(c.cancel).yields([]);
    given().when(c.gone()).yields([]);
  });
});

describe('registrations', () => {
  it('count up and down, and are gone at zero', () => {
    given(...idle)
      .when({ kind: 'register', clientId: ann })
      .yields(['(client_registered ann)']);
    const twice = [...idle, { kind: 'register', clientId: ann } as const];
    expect(given(...twice, { kind: 'detach', clientId: ann }).state?.clients).toEqual({ ann: 1 });
    expect(given(...idle, { kind: 'detach', clientId: ann }).state?.clients).toEqual({});
  });

  it('of nobody are not taken back', () => {
    given(...idle)
      .when({ kind: 'detach', clientId: bob })
      .yields([]);
  });

  it('lapse whole, and only those there are', () => {
    const twice = [
      ...idle,
      { kind: 'register', clientId: ann },
      { kind: 'register', clientId: bob },
    ] as const;
    const odd = client('constructor');
    const { state } = given(...twice)
      .when({ kind: 'lapse', clientIds: [ann, odd] })
      .yields(['(client_detached ann)', '(client_detached ann)']);
    expect(state?.clients).toEqual({ bob: 1 });
    given(...idle, c.close)
      .when({ kind: 'lapse', clientIds: [ann] })
      .yields([]);
  });

  it('end with the session, which takes no new ones', () => {
    expect(given(...idle, c.close).state?.clients).toEqual({});
    given(...idle, c.close)
      .when({ kind: 'register', clientId: ann })
      .refuses('session_not_found');
    given(...idle, c.close)
      .when({ kind: 'detach', clientId: ann })
      .yields([]);
  });

  it('of a client named like a member of Object mean that client', () => {
    const odd = client('constructor');
    given(...idle)
      .when({ kind: 'detach', clientId: odd })
      .yields([]);
    given(...idle)
      .when({ ...c.cancel, clientId: odd })
      .refuses('invalid_client_id');
    expect(given(...idle, { kind: 'register', clientId: odd }).state?.clients).toEqual({
      ann: 1,
      constructor: 1,
    });
    const proto = client('__proto__');
    given(...idle)
      .when({ ...c.cancel, clientId: proto })
      .refuses('invalid_client_id');
  });
});

describe('a session is renamed', () => {
  const rename = (displayName: string | null) => ({ kind: 'rename', displayName }) as const;

  it('and cleared, each a revision; the same name again is none', () => {
    given(...idle)
      .when(rename('mine'))
      .yields(['session_metadata_updated']);
    given(...idle, rename('mine'))
      .when(rename('mine'))
      .yields([]);
    const { state } = given(...idle, rename('mine'), rename(null));
    expect(state).toMatchObject({ displayName: null, revision: 2 });
  });

  it('by a registered client', () => {
    given(...idle)
      .when({ ...rename('mine'), clientId: bob })
      .refuses('invalid_client_id');
  });

  it('when it is closed, without an event: nothing follows a terminal', () => {
    const { decision, state } = given(...idle, c.close)
      .when(rename('mine'))
      .yields(['(renamed)']);
    expect(decision.entries.filter(({ kind }) => kind === 'event')).toEqual([]);
    expect(state).toMatchObject({ displayName: 'mine', revision: 1, phase: { kind: 'closed' } });
  });
});

describe('a session is closed', () => {
  it('in mid-turn in the order readers rely on, and the agent hears last', () => {
    given(...queued, c.ask('r1'))
      .when({ ...c.close, clientId: ann })
      .yields(
        [
          'permission_resolved r1 cancelled cancelled',
          'prompt_cancelled p1',
          '(turn_ending p1 cancelled)',
          'turn_complete p1 cancelled',
          'pending_prompt_completed p2 removed',
          'turn_complete p2 cancelled',
          'pending_prompt_completed p3 removed',
          'turn_complete p3 cancelled',
          'session_closed client_close',
        ],
        ['answer_permission r1 cancelled', 'close_agent'],
      );
  });

  it('while a turn is being cancelled, which is said once', () => {
    given(...running, c.cancel)
      .when(c.close)
      .yields(['turn_complete p1 cancelled', 'session_closed client_close'], ['close_agent']);
  });

  it('with an announced turn, whose place in the queue ends too', () => {
    given(...queued, c.answered('p1'), c.advance)
      .when(c.close)
      .yields(
        [
          'prompt_cancelled p2',
          '(turn_ending p2 cancelled)',
          'pending_prompt_completed p2 completed',
          'turn_complete p2 cancelled',
          'pending_prompt_completed p3 removed',
          'turn_complete p3 cancelled',
          'session_closed client_close',
        ],
        ['close_agent'],
      );
  });

  it('while it waits for an agent', () => {
    given(...idle, c.gone(), c.prompt('p1'))
      .when(c.close)
      .yields(['turn_complete p1 cancelled', 'session_closed client_close'], ['close_agent']);
  });

  it('with the reason and who did it', () => {
    const { decision } = given(...idle)
      .when({ kind: 'close', reason: 'client_close', clientId: ann })
      .yields(['session_closed client_close'], ['close_agent']);
    expect(decision.entries[0]).toMatchObject({ clientId: 'ann', data: { closedBy: 'ann' } });
  });

  it('once, and by somebody registered', () => {
    given(...idle, c.close)
      .when(c.close)
      .refuses('session_not_found');
    given(...idle)
      .when({ ...c.close, clientId: bob })
      .refuses('invalid_client_id');
  });

  it('and is never again the one that creates attach to', () => {
    expect(given(...idle, c.close).state?.isDefaultTarget).toBe(false);
  });

  it('and records nothing any more', () => {
    const closed = [...queued, c.close];
    for (const late of [
      c.says('x'),
      c.answered('p1'),
      c.gone(),
      c.advance,
      c.graceOver('p1'),
      c.deadline('p2'),
      c.interrupt,
      c.recover,
      c.dismiss('r1'),
    ]) {
      given(...closed)
        .when(late)
        .yields([]);
    }
    given(...closed)
      .when(c.ask('r9'))
      .yields([], ['answer_permission r9 cancelled']);
  });
});

describe.each([
  ['the daemon stops', c.interrupt],
  ['the daemon starts again', c.recover],
])('%s', (_, command) => {
  it('and the turn an agent had ends interrupted; what waits stays', () => {
    const { state } = given(...queued)
      .when(command)
      .yields(['turn_error p1 interrupted', '(stranded daemon_restart)']);
    expect(state?.phase).toMatchObject({ kind: 'stranded', queue: [{ promptId: 'p2' }, { promptId: 'p3' }] });
  });

  it('and a turn that was being cancelled ends cancelled', () => {
    given(...running, c.cancel)
      .when(command)
      .yields(['turn_complete p1 cancelled', '(stranded daemon_restart)']);
  });

  it('and open questions are closed first', () => {
    given(...running, c.ask('r1'))
      .when(command)
      .yields(
        [
          'permission_resolved r1 cancelled interrupted',
          'turn_error p1 interrupted',
          '(stranded daemon_restart)',
        ],
        ['answer_permission r1 cancelled'],
      );
  });

  it('and a session without a turn strands; a stranded or closed one stays as it is', () => {
    given(...idle)
      .when(command)
      .yields(['(stranded daemon_restart)']);
    given(...idle, c.gone())
      .when(command)
      .yields([]);
    given(...idle, c.close)
      .when(command)
      .yields([]);
  });
});

it('a journal that was put back to an earlier day runs nothing by itself: what waited may have run since', () => {
  const { state } = given(...queued)
    .when({ kind: 'rewound' })
    .yields([
      'turn_error p1 interrupted',
      '(stranded daemon_restart)',
      'pending_prompt_completed p2 removed',
      'turn_error p2 interrupted',
      'pending_prompt_completed p3 removed',
      'turn_error p3 interrupted',
    ]);
  expect(state?.phase).toEqual({ kind: 'stranded', cause: 'daemon_restart', queue: [] });
  given(...running, c.close)
    .when({ kind: 'rewound' })
    .yields([]);
});

it('a prompt that waits with a deadline is watched again when the daemon starts again', () => {
  given(...running, c.prompt('p2', { deadlineMs: 9_000 }))
    .when(c.recover)
    .yields(['turn_error p1 interrupted', '(stranded daemon_restart)'], ['watch_deadline p2']);
});
