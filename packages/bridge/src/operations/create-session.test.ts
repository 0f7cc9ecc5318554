import { fc, test } from '@fast-check/vitest';
import { DaemonError, parseClientId } from '@holdfast/protocol';
import { describe, expect, it } from 'vitest';
import { settled } from '../testing/fake-clock.ts';
import { client } from '../testing/samples.ts';
import {
  caller,
  expectRefusal,
  sessionIdIn,
  testBridge,
  withKey,
  workspace,
} from '../testing/test-bridge.ts';

const own = 'AAAAAAAA-0000-4000-8000-000000000001';
const by = (name: string) => ({ ...caller, clientId: client(name) });

describe('a create', () => {
  it('makes a session with its first client and its agent session', async () => {
    const { bridge, agents, told } = await testBridge();
    const { answer, isReplayed } = await bridge.createSession({ displayName: 'mine' }, caller);
    expect(answer).toMatchObject({
      workspaceCwd: workspace,
      agent: 'fake',
      attached: false,
      clientId: 'ann',
      hasActivePrompt: false,
      lastEventId: 0,
      eventEpoch: bridge.epoch,
    });
    expect(isReplayed).toBe(false);
    expect(agents.process.calls).toEqual(['new agent-1']);
    expect(await told(sessionIdIn(answer.sessionId))).toEqual(['session_created']);
  });

  it('names a caller that sent no name, and registers it', async () => {
    const { bridge, create } = await testBridge();
    await create();
    const { answer } = await bridge.createSession({}, { ...caller, clientId: undefined });
    expect(answer.clientId).toMatch(/^client_[0-9a-f-]{36}$/);
    const clientId = parseClientId(answer.clientId);
    await bridge.heartbeat(sessionIdIn(answer.sessionId), { ...caller, clientId });
  });

  it('of single scope attaches to the session of its directory and agent', async () => {
    const { bridge } = await testBridge();
    const { answer: first } = await bridge.createSession({}, by('ann'));
    const { answer: second } = await bridge.createSession({}, by('bob'));
    const { answer: other } = await bridge.createSession({ agent: 'other' }, caller);
    expect(second).toMatchObject({
      sessionId: first.sessionId,
      attached: true,
      clientId: 'bob',
      lastEventId: 1,
    });
    expect(other).toMatchObject({ attached: false, agent: 'other' });
    const { clientCount } = await bridge.describeSession(sessionIdIn(first.sessionId));
    expect(clientCount).toBe(2);
  });

  it('of thread scope never attaches, and is never attached to', async () => {
    const { bridge } = await testBridge();
    const { answer: thread } = await bridge.createSession({ sessionScope: 'thread' }, caller);
    const { answer: single } = await bridge.createSession({}, caller);
    expect([thread.attached, single.attached]).toEqual([false, false]);
    expect(single.sessionId).not.toBe(thread.sessionId);
  });

  it('finds its default target again after a restart', async () => {
    const before = await testBridge();
    const { answer: first } = await before.bridge.createSession({}, caller);
    await before.bridge.close();
    const { bridge } = await testBridge({ records: before.records });
    const { answer: second } = await bridge.createSession({}, caller);
    expect(second).toMatchObject({ sessionId: first.sessionId, attached: true });
  });

  it('makes a new default target once the old one is closed', async () => {
    const { bridge } = await testBridge();
    const { answer: first } = await bridge.createSession({}, caller);
    await bridge.closeSession(sessionIdIn(first.sessionId), caller);
    const { answer: second } = await bridge.createSession({}, caller);
    expect(second.attached).toBe(false);
    expect(second.sessionId).not.toBe(first.sessionId);
  });

  it('with an id of its own attaches to that session, under the same parameters only', async () => {
    const { bridge } = await testBridge();
    const { answer: first } = await bridge.createSession({ sessionId: own }, caller);
    expect(first).toMatchObject({ sessionId: own.toLowerCase(), attached: false });
    const { answer: again } = await bridge.createSession({ sessionId: own }, caller);
    expect(again.attached).toBe(true);
    await expectRefusal(bridge.createSession({ sessionId: own, agent: 'other' }, caller), 'session_exists');
    await bridge.closeSession(sessionIdIn(first.sessionId), caller);
    await expectRefusal(bridge.createSession({ sessionId: own }, caller), 'session_exists', {
      state: 'closed',
    });
  });

  it('with a prompt runs it in a session of its own', async () => {
    const { bridge, agents } = await testBridge();
    const { answer } = await bridge.createSession({ prompt: [{ type: 'text', text: 'go' }] }, caller);
    expect(answer).toMatchObject({ hasActivePrompt: true });
    expect(answer.promptId).toMatch(/^prompt_/);
    expect((await agents.turn(0)).texts).toEqual(['go']);
    const { answer: next } = await bridge.createSession({}, caller);
    expect(next.attached).toBe(false);
  });

  it.each([
    ['an unknown agent', { agent: 'nobody' }, 'agent_not_found'],
    ['a directory that does not exist', { cwd: '/nowhere/at/all' }, 'invalid_cwd'],
    ['a relative directory', { cwd: 'src' }, 'invalid_cwd'],
    ['a directory outside of the workspaces', { cwd: '/' }, 'workspace_mismatch'],
    ['an id that is no UUID', { sessionId: 'mine' }, 'invalid_session_id'],
    [
      'single scope beside an id of its own',
      { sessionId: own, sessionScope: 'single' as const },
      'invalid_session_scope',
    ],
    ['a parent nobody knows', { parentSessionId: own }, 'session_not_found'],
    ['an alias that is none', { alias: 'No Alias' }, 'invalid_metadata'],
    ['a label with a control character', { labels: ['a\u0007b'] }, 'invalid_metadata'],
    ['a name with a control character', { displayName: 'a\u0007b' }, 'invalid_metadata'],
  ])('with %s is refused and leaves nothing', async (_, body, code) => {
    const { bridge, agents } = await testBridge();
    await expectRefusal(bridge.createSession(body, caller), code);
    expect(agents.processes).toHaveLength(0);
    expect((await bridge.listSessions({})).sessions).toEqual([]);
    expect(bridge.figures().sessions).toBe(0);
  });

  it('with an empty name has none', async () => {
    const { bridge } = await testBridge();
    const { answer } = await bridge.createSession({ displayName: '' }, caller);
    const described = await bridge.describeSession(sessionIdIn(answer.sessionId));
    expect(described.displayName).toBeUndefined();
  });
});

describe('creates at the same time', () => {
  it('under single scope make one agent session, and exactly one is the first', async () => {
    const { bridge, agents, told } = await testBridge();
    const release = agents.hold('new');
    const names = ['a', 'b', 'c', 'd', 'e'];
    const creates = names.map((name) => bridge.createSession({}, by(name)));
    await settled();
    release();
    const answers = (await Promise.all(creates)).map(({ answer }) => answer);
    expect(answers.filter(({ attached }) => !attached)).toHaveLength(1);
    expect(new Set(answers.map(({ sessionId }) => sessionId)).size).toBe(1);
    expect(agents.process.calls).toEqual(['new agent-1']);
    const sessionId = sessionIdIn(answers[0]?.sessionId ?? '');
    expect((await bridge.describeSession(sessionId)).clientCount).toBe(5);
    for (const name of names) await bridge.heartbeat(sessionId, by(name));
    expect(await told(sessionId)).toEqual(['session_created']);
  });

  test.prop([fc.scheduler(), fc.array(fc.nat(3), { minLength: 2, maxLength: 6 })], { numRuns: 60 })(
    'join whenever they come: one agent session, everyone registered',
    async (scheduler, delays) => {
      const { bridge, agents } = await testBridge();
      const pass = agents.pass.bind(agents);
      agents.pass = async (method) => {
        await scheduler.schedule(Promise.resolve(), method);
        await pass(method);
      };
      const creates = delays.map(async (delay, place) => {
        for (let tick = 0; tick < delay; tick += 1)
          await scheduler.schedule(Promise.resolve(), `tick ${tick}`);
        return await bridge.createSession({}, by(`client-${place}`));
      });
      const all = Promise.all(creates);
      // Commits take an event-loop turn that the scheduler does not know of.
      for (let round = 0; round < 200 && scheduler.count() >= 0; round += 1) {
        if (scheduler.count() > 0) await scheduler.waitOne();
        await settled(2);
        if (round > 20 && scheduler.count() === 0) break;
      }
      const answers = (await all).map(({ answer }) => answer);
      expect(answers.filter(({ attached }) => !attached)).toHaveLength(1);
      expect(agents.processes.flatMap(({ calls }) => calls)).toEqual(['new agent-1']);
      const sessionId = sessionIdIn(answers[0]?.sessionId ?? '');
      for (const [place] of delays.entries()) await bridge.heartbeat(sessionId, by(`client-${place}`));
    },
  );

  it('all fail when the agent does not start, and the place is free again', async () => {
    const { bridge, agents } = await testBridge({ limits: { maxSessions: 1 } });
    agents.fail('lease', new DaemonError('agent_start_failed', 'no such command', { agent: 'fake' }));
    const outcomes = await Promise.allSettled([
      bridge.createSession({}, by('a')),
      bridge.createSession({}, by('b')),
    ]);
    expect(outcomes).toMatchObject([
      { reason: { code: 'agent_start_failed' } },
      { reason: { code: 'agent_start_failed' } },
    ]);
    expect(bridge.figures().sessions).toBe(0);
    agents.fail('lease', undefined);
    const { answer } = await bridge.createSession({}, caller);
    expect(answer.attached).toBe(false);
  });

  it('with the same id but another agent do not become one', async () => {
    const { bridge, agents } = await testBridge();
    const release = agents.hold('new');
    const first = bridge.createSession({ sessionId: own }, caller);
    await settled();
    const second = bridge.createSession({ sessionId: own, agent: 'other' }, caller);
    const refused = expectRefusal(second, 'session_exists');
    release();
    expect((await first).answer.attached).toBe(false);
    await refused;
  });
});

describe('a create that fails half-way', () => {
  it('because the agent opens no session, leaves no place taken and no process held', async () => {
    const { bridge, agents } = await testBridge();
    agents.fail('new', new DaemonError('agent_auth_required', 'log in first', { authMethods: [] }));
    await expectRefusal(bridge.createSession({}, caller), 'agent_auth_required');
    expect(agents.process.holders).toBe(0);
    expect(bridge.figures().sessions).toBe(0);
    expect((await bridge.listSessions({})).sessions).toEqual([]);
  });

  it('because the journal refuses, gives the agent session back', async () => {
    const { bridge, agents, store } = await testBridge();
    store.refuses = () => true;
    await expectRefusal(bridge.createSession({}, caller), 'journal_unavailable');
    await settled();
    expect(agents.process.calls).toEqual(['new agent-1', 'close agent-1']);
    expect(agents.process.holders).toBe(0);
    expect(bridge.figures()).toMatchObject({ sessions: 0 });
    store.refuses = undefined;
    const { answer } = await bridge.createSession({}, caller);
    expect(answer.attached).toBe(false);
  });
});

describe('the limit of sessions', () => {
  it('refuses the next create before any agent is asked; attaching is exempt', async () => {
    const { bridge, agents } = await testBridge({ limits: { maxSessions: 1 } });
    await bridge.createSession({}, caller);
    await expectRefusal(bridge.createSession({ sessionScope: 'thread' }, caller), 'session_limit_exceeded', {
      limit: 1,
    });
    expect((await bridge.createSession({}, by('bob'))).answer.attached).toBe(true);
    expect(agents.process.calls).toEqual(['new agent-1']);
  });

  it('counts a session that is being opened, and no more one that was closed or strayed', async () => {
    const { bridge, agents, create, prompt } = await testBridge({ limits: { maxSessions: 1 } });
    const release = agents.hold('new');
    const first = bridge.createSession({}, caller);
    await settled();
    await expectRefusal(bridge.createSession({ sessionScope: 'thread' }, caller), 'session_limit_exceeded');
    release();
    await bridge.closeSession(sessionIdIn((await first).answer.sessionId), caller);
    const second = await create();
    agents.process.die();
    await settled();
    const third = await create();
    await expectRefusal(prompt(second, 'hi'), 'session_limit_exceeded');
    await bridge.closeSession(third, caller);
    await prompt(second, 'hi');
  });

  it('does not lose a place to a prompt that the journal refused', async () => {
    const { bridge, agents, clock, store, create, prompt } = await testBridge({ limits: { maxSessions: 1 } });
    const sessionId = await create();
    agents.process.die();
    await settled();
    store.refuses = () => true;
    await expectRefusal(prompt(sessionId, 'hi'), 'journal_unavailable');
    store.refuses = undefined;
    await clock.advance(1_000);
    expect(bridge.figures().sessions).toBe(0);
    await create();
  });
});

describe('a create whose answer was not delivered', () => {
  const gone = async (bridge: Awaited<ReturnType<typeof testBridge>>['bridge'], id: string) =>
    (await bridge.listSessions({})).sessions.every(({ sessionId }) => sessionId !== id);

  it('leaves nothing behind', async () => {
    const { bridge, agents } = await testBridge();
    const { answer, abandon } = await bridge.createSession({}, caller);
    await abandon();
    await abandon();
    expect(await gone(bridge, answer.sessionId)).toBe(true);
    expect(agents.process.calls).toEqual(['new agent-1', 'close agent-1']);
    expect(agents.process.holders).toBe(0);
    expect(bridge.figures().sessions).toBe(0);
    await expectRefusal(bridge.describeSession(sessionIdIn(answer.sessionId)), 'session_not_found');
  });

  it('stays when somebody else attached, and only that client leaves', async () => {
    const { bridge } = await testBridge();
    const { answer, abandon } = await bridge.createSession({}, by('ann'));
    await bridge.createSession({}, by('bob'));
    await abandon();
    const sessionId = sessionIdIn(answer.sessionId);
    expect((await bridge.describeSession(sessionId)).clientCount).toBe(1);
    await expectRefusal(bridge.heartbeat(sessionId, by('ann')), 'invalid_client_id');
  });

  it('stays when it carried a key or a prompt', async () => {
    const { bridge } = await testBridge();
    const keyed = await bridge.createSession({}, withKey('k'));
    const prompted = await bridge.createSession({ prompt: [{ type: 'text', text: 'go' }] }, caller);
    await Promise.all([keyed.abandon(), prompted.abandon()]);
    expect(await gone(bridge, keyed.answer.sessionId)).toBe(false);
    expect(await gone(bridge, prompted.answer.sessionId)).toBe(false);
  });

  it('that only attached takes one registration back, once', async () => {
    const { bridge } = await testBridge();
    const { answer } = await bridge.createSession({}, by('ann'));
    const { abandon } = await bridge.createSession({}, by('ann'));
    await abandon();
    await abandon();
    await bridge.heartbeat(sessionIdIn(answer.sessionId), by('ann'));
  });

  it('that only attached closes the session when nobody is left', async () => {
    const { bridge } = await testBridge();
    const { answer } = await bridge.createSession({}, by('ann'));
    const { abandon } = await bridge.createSession({}, by('bob'));
    const sessionId = sessionIdIn(answer.sessionId);
    await bridge.detach(sessionId, by('ann'));
    await abandon();
    expect((await bridge.describeSession(sessionId)).state).toBe('closed');
  });
});

describe('a create with an idempotency key', () => {
  it('answers its repetition as the first time, and makes nothing', async () => {
    const { bridge, agents } = await testBridge();
    const first = await bridge.createSession({ sessionScope: 'thread' }, withKey('k', 'h'));
    const again = await bridge.createSession({ sessionScope: 'thread' }, withKey('k', 'h'));
    expect(again).toMatchObject({ answer: JSON.parse(JSON.stringify(first.answer)), isReplayed: true });
    expect(agents.process.calls).toEqual(['new agent-1']);
    await expectRefusal(bridge.createSession({}, withKey('k', 'other')), 'idempotency_mismatch');
  });

  it('joins the one that is still running', async () => {
    const { bridge, agents } = await testBridge();
    const release = agents.hold('new');
    const both = [1, 2].map(() => bridge.createSession({ sessionScope: 'thread' }, withKey('k', 'h')));
    await settled();
    release();
    const [first, second] = await Promise.all(both);
    expect(second?.answer).toEqual(first?.answer);
    expect([first?.isReplayed, second?.isReplayed]).toEqual([false, true]);
    expect(agents.process.calls).toEqual(['new agent-1']);
  });

  it('is remembered after a restart', async () => {
    const before = await testBridge();
    const first = await before.bridge.createSession({ sessionScope: 'thread' }, withKey('k', 'h'));
    const attached = await before.bridge.createSession({}, withKey('k2', 'h'));
    await before.bridge.close();
    const { bridge, agents } = await testBridge({ records: before.records });
    const again = await bridge.createSession({ sessionScope: 'thread' }, withKey('k', 'h'));
    expect(again).toMatchObject({ answer: JSON.parse(JSON.stringify(first.answer)), isReplayed: true });
    expect((await bridge.createSession({}, withKey('k2', 'h'))).answer).toEqual(
      JSON.parse(JSON.stringify(attached.answer)),
    );
    expect(agents.processes).toHaveLength(0);
  });

  it('keeps nothing of a failure: the same key may try again', async () => {
    const { bridge, agents } = await testBridge();
    agents.fail('new', new DaemonError('init_timeout', 'too slow', {}));
    await expectRefusal(bridge.createSession({}, withKey('k', 'h')), 'init_timeout');
    agents.fail('new', undefined);
    expect((await bridge.createSession({}, withKey('k', 'h'))).isReplayed).toBe(false);
  });
});

it('an agent that dies right after it opened a session leaves the session stranded, not lost', async () => {
  const { bridge, agents, create, prompt, told } = await testBridge();
  const sessionId = await create();
  agents.process.die();
  await settled();
  expect((await bridge.describeSession(sessionId)).state).toBe('stranded');
  await prompt(sessionId, 'hi');
  (await agents.turn(0)).answer();
  expect(await told(sessionId)).toEqual([
    'session_created',
    'agent_exited',
    'agent_started',
    'session_restored native',
    'session_update user_message_chunk hi',
    'turn_complete p1 end_turn',
  ]);
});
