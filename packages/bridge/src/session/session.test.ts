import { fc, test } from '@fast-check/vitest';
import { permissionRequestIdOf, promptIdOf } from '@holdfast/protocol';
import { describe, expect, it } from 'vitest';
import type { Commit } from '../ports/journal.ts';
import { settled } from '../testing/fake-clock.ts';
import { replayed } from '../testing/given.ts';
import { caller, expectRefusal, testBridge } from '../testing/test-bridge.ts';
import { fromRow } from './snapshot.ts';

const says = (text: string) => ({ prompt: [{ type: 'text', text }] });
const hasType = (commit: Commit, type: string): boolean =>
  (commit.appends ?? []).some(({ entries }) => entries.some((entry) => entry.type === type));

describe('what a session does follows its commit', () => {
  it('no agent is asked before the prompt that starts is durable', async () => {
    const { agents, store, create, bridge } = await testBridge();
    const sessionId = await create();
    const { release } = await bridge.promptSession(sessionId, says('hi'), caller);
    const durable: number[] = [];
    store.journal.watch(sessionId, () => void durable.push(agents.turns.length));
    release();
    await agents.turn(0);
    expect(durable).toEqual([0]);
  });

  it('a prompt that starts must survive a power loss before the agent has it: it is never run twice', async () => {
    const { agents, store, create, prompt } = await testBridge();
    const sessionId = await create();
    const commits: Commit[] = [];
    store.refuses = (commit) => {
      commits.push(commit);
      return false;
    };
    await prompt(sessionId, 'hi');
    (await agents.turn(0)).say('well');
    await settled();
    const acknowledged = (type: string) => commits.find((commit) => hasType(commit, type))?.isAcknowledged;
    expect(acknowledged('prompt_started')).toBe(true);
    expect(commits.at(-1)?.isAcknowledged).toBe(false);
  });

  it('no agent is answered before the vote is durable, and never when it could not be recorded', async () => {
    const { agents, store, clock, create, prompt, bridge } = await testBridge();
    const sessionId = await create();
    await prompt(sessionId, 'hi');
    const { answers } = (await agents.turn(0)).ask();
    await settled();
    const [pending] = (await bridge.describeSession(sessionId)).pendingPermissions;
    const requestId = permissionRequestIdOf(pending?.requestId ?? '');
    const vote = () =>
      bridge.votePermission({ requestId }, { outcome: { outcome: 'selected', optionId: 'yes' } }, caller);
    store.refuses = () => true;
    await expectRefusal(vote(), 'journal_unavailable');
    expect(answers).toEqual([]);
    store.refuses = undefined;
    await clock.advance(1_000);
    await vote();
    expect(answers).toEqual([{ outcome: 'selected', optionId: 'yes' }]);
  });
});

it('a message of the agent that was dropped is told in its place, as an ACP notice', async () => {
  const { agents, create, prompt, events } = await testBridge();
  const sessionId = await create();
  await prompt(sessionId, 'hi');
  const turn = await agents.turn(0);
  turn.say('before');
  turn.lose('a message of 40000000 bytes was dropped');
  turn.say('after');
  turn.answer();
  await settled();
  const updates = (await events(sessionId)).filter(({ type }) => type === 'session_update');
  const description = 'a message of 40000000 bytes was dropped';
  expect(updates.map(({ data }) => data)).toMatchObject([
    { update: { sessionUpdate: 'user_message_chunk' } },
    { update: { sessionUpdate: 'agent_message_chunk', content: { text: 'before' } } },
    { update: { sessionUpdate: 'notice', severity: 'warning', title: expect.any(String), description } },
    { update: { sessionUpdate: 'agent_message_chunk', content: { text: 'after' } } },
  ]);
});

describe('while the journal refuses', () => {
  it('a caller hears so, and nothing of what it asked happens', async () => {
    const { bridge, agents, store, clock, create, prompt, told } = await testBridge();
    const sessionId = await create();
    store.refuses = () => true;
    await expectRefusal(bridge.promptSession(sessionId, says('lost'), caller), 'journal_unavailable');
    await expectRefusal(bridge.closeSession(sessionId, caller), 'journal_unavailable');
    await expectRefusal(
      bridge.updateMetadata(sessionId, { displayName: 'x' }, caller),
      'journal_unavailable',
    );
    expect(bridge.readiness()).toMatchObject({ isReady: false });
    store.refuses = undefined;
    await clock.advance(1_000);
    expect(bridge.readiness()).toEqual({ isReady: true });
    await prompt(sessionId, 'kept');
    (await agents.turn(0)).answer();
    expect(await told(sessionId)).toEqual([
      'session_created',
      'session_update user_message_chunk kept',
      'turn_complete p1 end_turn',
    ]);
  });

  it('what the agent says is kept, in order, and recorded once it accepts again', async () => {
    const { agents, store, clock, create, prompt, told, bridge } = await testBridge();
    const sessionId = await create();
    await prompt(sessionId, 'hi');
    const turn = await agents.turn(0);
    store.refuses = () => true;
    turn.say('one');
    await settled();
    turn.say('two');
    const { answers } = turn.ask();
    turn.say('three');
    turn.answer();
    await clock.advance(3_000);
    expect(await told(sessionId)).toHaveLength(2);
    store.refuses = undefined;
    await clock.advance(1_000);
    expect((await told(sessionId)).slice(2)).toEqual([
      'session_update agent_message_chunk one',
      'session_update agent_message_chunk two',
      'permission_request r1',
      'session_update agent_message_chunk three',
      'permission_resolved r1 cancelled turn_ended',
      'turn_complete p1 end_turn',
    ]);
    expect(answers).toEqual([{ outcome: 'cancelled' }]);
    expect((await bridge.describeSession(sessionId)).state).toBe('idle');
  });

  it('what comes between two refusals is kept in its place', async () => {
    const { agents, store, clock, create, prompt, told } = await testBridge();
    const sessionId = await create();
    await prompt(sessionId, 'hi');
    const turn = await agents.turn(0);
    store.refuses = () => true;
    // The first is refused before the third is said, the second only after it.
    setImmediate(() => turn.say('two'));
    turn.say('one');
    setImmediate(() => turn.say('three'));
    await settled();
    store.refuses = undefined;
    await clock.advance(1_000);
    expect((await told(sessionId)).slice(2)).toEqual([
      'session_update agent_message_chunk one',
      'session_update agent_message_chunk two',
      'session_update agent_message_chunk three',
    ]);
  });

  it('the death of the agent is not forgotten either', async () => {
    const { agents, store, clock, create, prompt, told } = await testBridge();
    const sessionId = await create();
    await prompt(sessionId, 'one');
    await prompt(sessionId, 'two');
    store.refuses = () => true;
    agents.process.die();
    await clock.advance(2_000);
    store.refuses = undefined;
    await clock.advance(1_000);
    (await agents.turn(1)).answer();
    expect((await told(sessionId)).slice(3)).toEqual([
      'turn_error p2 agent_exited',
      'agent_exited',
      'agent_started',
      'session_restored native',
      'pending_prompt_started p1 running',
      'session_update user_message_chunk two',
      'pending_prompt_completed p1 completed',
      'turn_complete p1 end_turn',
    ]);
  });

  it('an agent that came back but could not be recorded is given back, and the prompt says so', async () => {
    const { agents, store, clock, create, prompt, told } = await testBridge();
    const sessionId = await create();
    agents.process.die();
    await settled();
    store.refuses = (commit) => hasType(commit, 'agent_started');
    await prompt(sessionId, 'hi');
    await clock.advance(1_000);
    store.refuses = undefined;
    await clock.advance(2_000);
    expect((await told(sessionId)).slice(2)).toEqual(['turn_error p1 context_unavailable']);
    expect(agents.processes.reduce((sum, { holders }) => sum + holders, 0)).toBe(0);
    await prompt(sessionId, 'again');
    (await agents.turn(0)).answer();
    expect((await told(sessionId)).at(-1)).toBe('turn_complete p2 end_turn');
  });

  it('a write that was lost takes those decided upon it with it', async () => {
    const { bridge, agents, store, clock, create, told } = await testBridge();
    const sessionId = await create();
    // A full disk may refuse a big prompt and still take the small one behind it.
    store.refuses = ({ appends = [] }) => JSON.stringify(appends).includes('a big prompt');
    const outcomes = await Promise.allSettled([
      bridge.promptSession(sessionId, says('a big prompt'), caller),
      bridge.updateMetadata(sessionId, { displayName: 'x' }, caller),
      bridge.createSession({}, caller),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
    store.refuses = undefined;
    await clock.advance(1_000);
    expect(agents.turns).toHaveLength(0);
    expect(await told(sessionId)).toEqual(['session_created']);
  });

  it('the end of a turn is not forgotten because a reset that was lost seemed to have ended it', async () => {
    const { bridge, agents, store, clock, create, prompt } = await testBridge();
    const sessionId = await create();
    const promptId = promptIdOf(await prompt(sessionId, 'hi'));
    store.refuses = () => true;
    const reset = bridge.resetSession(sessionId, { reason: 'reset', queue: 'keep' }, caller);
    (await agents.turn(0)).answer();
    await expectRefusal(reset, 'journal_unavailable');
    store.refuses = undefined;
    await clock.advance(1_000);
    expect(await bridge.getPrompt(sessionId, promptId)).toMatchObject({ state: 'completed' });
  });

  it('nobody is refused because of a close that was lost', async () => {
    const { bridge, store, clock, create, prompt } = await testBridge();
    const sessionId = await create();
    await prompt(sessionId, 'hi');
    store.refuses = () => true;
    const attempts = [
      bridge.closeSession(sessionId, caller),
      bridge.promptSession(sessionId, says('more'), caller),
      bridge.abortTurn(sessionId, {}, caller),
    ].map((attempt) => attempt.catch((error: unknown) => error));
    for (const refusal of await Promise.all(attempts))
      expect(refusal).toMatchObject({ code: 'journal_unavailable' });
    store.refuses = undefined;
    await clock.advance(1_000);
    expect((await bridge.getSessionStatus(sessionId)).state).toBe('running');
  });

  it('a restore that was lost before the close it followed was durable gives its place back', async () => {
    const { bridge, core, store, clock, create } = await testBridge();
    const sessionId = await create();
    const closeIsSynced = Promise.withResolvers<void>();
    const { commit } = store.journal;
    Object.assign(store.journal, {
      async commit(asked: Commit) {
        if (hasType(asked, 'session_closed')) await closeIsSynced.promise;
        await commit(asked);
      },
    });
    const closed = bridge.closeSession(sessionId, caller);
    await settled();
    store.refuses = () => true;
    await expectRefusal(bridge.resumeSession(sessionId, {}, caller), 'journal_unavailable');
    store.refuses = undefined;
    closeIsSynced.resolve();
    await closed;
    await clock.advance(1_000);
    expect(core.slots.used).toBe(0);
  });

  it('nobody waits for the end of a prompt that was lost', async () => {
    const { bridge, store, clock, create } = await testBridge();
    const sessionId = await create();
    store.refuses = () => true;
    const lost = bridge.promptSession(sessionId, says('lost'), caller);
    for (let step = 0; step < 20; step += 1) await Promise.resolve();
    const branch = bridge.branchSession(sessionId, {}, caller);
    await expectRefusal(lost, 'journal_unavailable');
    store.refuses = undefined;
    await clock.advance(1_000);
    expect((await branch).answer.forkedFrom.sessionId).toBe(sessionId);
  });
});

// What a test may do to a session, the journal's moods among it.
const act = fc.constantFrom(
  'prompt',
  'say',
  'answer',
  'ask',
  'cancel',
  'die',
  'wait',
  'refuse',
  'refuse once',
  'accept',
);

describe('whatever the journal refuses, and whenever', () => {
  test.prop([fc.array(act, { maxLength: 25 })], {
    numRuns: 150,
    // A cancel that was lost had emptied the queue when the agent's end asked for the next prompt.
    examples: [
      [['accept', 'accept', 'accept', 'accept', 'prompt', 'say', 'prompt', 'die', 'refuse', 'cancel']],
    ],
  })(
    'the state is what was recorded, each accepted prompt ends once, nothing is said twice',
    async (acts) => {
      const world = await testBridge({ limits: { cancelGraceMs: 1_000 } });
      const { bridge, agents, store, clock, create, events } = world;
      const sessionId = await create();
      const accepted: string[] = [];
      const spoken: string[] = [];
      for (const [place, action] of acts.entries()) {
        const turn = agents.turns.at(-1);
        if (action === 'prompt') {
          const admission = await bridge
            .promptSession(sessionId, says(`prompt ${place}`), caller)
            .catch(() => undefined);
          if (admission !== undefined) accepted.push(admission.answer.promptId);
          if (place % 2 === 0) admission?.release();
        }
        if (action === 'say' && turn !== undefined) {
          turn.say(`word ${place}`);
          spoken.push(`word ${place}`);
        }
        if (action === 'answer') turn?.answer();
        if (action === 'ask') turn?.ask();
        if (action === 'cancel') void bridge.cancelTurn(sessionId, caller).catch(() => {});
        if (action === 'die') agents.processes.at(-1)?.die();
        if (action === 'wait') await clock.advance(600);
        if (action === 'refuse') store.refuses = (commit) => commit.appends?.[0]?.sessionId === sessionId;
        if (action === 'refuse once') {
          store.refuses = (commit) => {
            const isMeant = commit.appends?.[0]?.sessionId === sessionId;
            if (isMeant) store.refuses = undefined;
            return isMeant;
          };
        }
        if (action === 'accept') store.refuses = undefined;
        if (place % 3 === 0) await settled(3);
      }
      store.refuses = undefined;
      await clock.advance(5_000);
      for (let round = 0; round < 10; round += 1) {
        for (const turn of agents.turns) turn.answer();
        await clock.advance(2_000);
      }
      const recorded = await events(sessionId);
      const ended = recorded.flatMap(({ type, promptId }) => (type.startsWith('turn_') ? [promptId] : []));
      expect([...ended].sort()).toEqual([...accepted].sort());
      const heard = recorded.flatMap(({ data }) => {
        const text = JSON.stringify(data).match(/word \d+/)?.[0];
        return text === undefined ? [] : [text];
      });
      expect(heard).toEqual(spoken.filter((word) => heard.includes(word)));
      expect(recorded.map(({ id }) => id)).toEqual(recorded.map((_, place) => place + 1));
      const row = await store.index.find(sessionId);
      const entries = world.records.streams.get(sessionId)?.entries ?? [];
      const { state } = await world.core.registry.wake(sessionId);
      expect(row === undefined ? null : fromRow(row)).toEqual(JSON.parse(JSON.stringify(replayed(entries))));
      expect(JSON.parse(JSON.stringify(state))).toEqual(row === undefined ? null : fromRow(row));
      await bridge.close({ drainTimeoutMs: 0 });
    },
  );
});
