import { describe, expect, it } from 'vitest';
import { given } from '../testing/given.ts';
import { ann, bob, c, options, request } from '../testing/samples.ts';
import { maxPendingPermissions } from './decide-permissions.ts';

const running = [c.create(), c.prompt('p1'), c.advance];
const asked = [...running, c.ask('r1')];
const withBob = [...asked, { kind: 'register', clientId: bob } as const];

describe('the agent asks', () => {
  it('and readers see the question under its turn', () => {
    const { decision, state } = given(...running)
      .when(c.ask('r1', { policy: 'designated' }))
      .yields(['permission_request r1', '(permission_policy r1)']);
    expect(decision.entries[0]).toMatchObject({
      promptId: 'p1',
      data: { toolCall: { toolCallId: 'call-1' }, options },
    });
    expect(state?.phase).toMatchObject({ turn: { permissions: { r1: { policy: 'designated' } } } });
  });

  it('when nobody could be asked for it, and is answered at once', () => {
    const cancelled = ['answer_permission r1 cancelled'];
    given(c.create()).when(c.ask('r1')).yields([], cancelled);
    given(...running, c.cancel)
      .when(c.ask('r1'))
      .yields([], cancelled);
    given(...running)
      .when(c.ask('r1', { binding: 2 }))
      .yields([], cancelled);
    given(...running, c.gone())
      .when(c.ask('r1'))
      .yields([], cancelled);
  });

  it('too much, and is answered at once', () => {
    const flood = Array.from({ length: maxPendingPermissions }, (_, place) => c.ask(`r${place}`));
    given(...running, ...flood)
      .when(c.ask('more'))
      .yields([], ['answer_permission more cancelled']);
  });
});

describe('somebody answers', () => {
  it('and the agent gets the option that was chosen', () => {
    const { decision } = given(...asked)
      .when(c.vote('r1'))
      .yields(['permission_resolved r1 selected yes'], ['answer_permission r1 selected yes']);
    expect(decision.entries[0]).toMatchObject({ promptId: 'p1', clientId: 'ann' });
  });

  it('that the question is not to be answered', () => {
    given(...asked)
      .when(c.vote('r1', { outcome: { outcome: 'cancelled' } }))
      .yields(['permission_resolved r1 cancelled'], ['answer_permission r1 cancelled']);
  });

  it('with an option that was never offered: nothing is invented', () => {
    given(...asked)
      .when(c.vote('r1', { outcome: { outcome: 'selected', optionId: 'always' } }))
      .refuses('invalid_option_id', { optionId: 'always', optionIds: ['yes', 'no'] });
  });

  it('second, or what was never asked', () => {
    given(...asked, c.vote('r1'))
      .when(c.vote('r1', { clientId: undefined }))
      .refuses('permission_not_found');
    given(...asked)
      .when(c.vote('r9'))
      .refuses('permission_not_found');
    given(c.create()).when(c.vote('r1')).refuses('permission_not_found');
  });

  it('without being registered, or in a closed session', () => {
    given(...asked)
      .when(c.vote('r1', { clientId: bob }))
      .refuses('invalid_client_id');
    given(...asked, c.close)
      .when(c.vote('r1'))
      .refuses('session_not_found');
  });
});

describe('the policy is the one the question was asked under', () => {
  const designated = [
    ...running,
    { kind: 'register', clientId: bob } as const,
    c.ask('r1', { policy: 'designated' }),
  ];
  const local = [...running, c.ask('r1', { policy: 'local-only' })];
  const answered = ['permission_resolved r1 selected yes'];
  const effects = ['answer_permission r1 selected yes'];

  it('designated: only the client whose prompt it is decides, and anybody may cancel', () => {
    given(...designated)
      .when(c.vote('r1', { clientId: bob }))
      .refuses('permission_forbidden', { reason: 'designated_mismatch' });
    given(...designated)
      .when(c.vote('r1', { clientId: ann }))
      .yields(answered, effects);
    given(...designated)
      .when(c.vote('r1', { clientId: bob, outcome: { outcome: 'cancelled' } }))
      .yields(['permission_resolved r1 cancelled'], ['answer_permission r1 cancelled']);
  });

  it('designated with an anonymous prompt: anybody decides', () => {
    const anonymous = [
      c.create({ clientIds: [bob] }),
      c.prompt('p1', { clientId: null }),
      c.advance,
      c.ask('r1', { policy: 'designated' }),
    ];
    given(...anonymous)
      .when(c.vote('r1', { clientId: bob }))
      .yields(answered, effects);
  });

  it('local-only: only this machine decides', () => {
    given(...local)
      .when(c.vote('r1', { isLocal: false }))
      .refuses('permission_forbidden', { reason: 'remote_not_allowed' });
    given(...local)
      .when(c.vote('r1', { isLocal: true }))
      .yields(answered, effects);
  });

  it('and readers hear of a vote it did not admit', () => {
    given(...local)
      .when({ kind: 'forbidden_vote', requestId: request('r1'), reason: 'remote_not_allowed', clientId: ann })
      .yields(['permission_forbidden r1 ann remote_not_allowed']);
  });
});

describe('a question ends without a vote', () => {
  it('withdrawn or out of time, and the agent is answered', () => {
    given(...asked)
      .when(c.dismiss('r1', 'timeout'))
      .yields(['permission_resolved r1 cancelled timeout'], ['answer_permission r1 cancelled']);
  });

  it('only once', () => {
    given(...asked, c.vote('r1'))
      .when(c.dismiss('r1'))
      .yields([]);
    given(...asked, c.answered('p1'))
      .when(c.dismiss('r1'))
      .yields([]);
  });
});

it('a late vote lets readers hear what the answer was', () => {
  given(...withBob, c.vote('r1'))
    .when({
      kind: 'late_vote',
      requestId: request('r1'),
      outcome: { outcome: 'selected', optionId: 'yes' },
      clientId: bob,
    })
    .yields(['permission_already_resolved r1 bob selected yes'].map((line) => line.replace(' bob', '')));
});
