import { DaemonError, promptIdOf } from '@holdfast/protocol';
import { describe, expect, it } from 'vitest';
import { settled } from '../testing/fake-clock.ts';
import { bob, client } from '../testing/samples.ts';
import { caller, expectRefusal, testBridge, withKey } from '../testing/test-bridge.ts';

const says = (text: string) => ({ prompt: [{ type: 'text', text }] });

describe('an accepted prompt', () => {
  it('does not start before its answer was handed over', async () => {
    const { bridge, agents, create, told } = await testBridge();
    const sessionId = await create();
    const { answer, release } = await bridge.promptSession(sessionId, says('hi'), caller);
    expect(answer).toMatchObject({ state: 'started', position: 0, lastEventId: 1 });
    expect(await told(sessionId)).toEqual(['session_created']);
    release();
    release();
    const turn = await agents.turn(0);
    expect(turn.texts).toEqual(['hi']);
    turn.say('hello');
    turn.answer();
    expect(await told(sessionId)).toEqual([
      'session_created',
      'session_update user_message_chunk hi',
      'session_update agent_message_chunk hello',
      'turn_complete p1 end_turn',
    ]);
    expect(agents.turns).toHaveLength(1);
  });

  it('starts after 250 ms when nobody says that its answer was handed over', async () => {
    const { bridge, agents, clock, create } = await testBridge();
    const sessionId = await create();
    await bridge.promptSession(sessionId, says('hi'), caller);
    await clock.advance(249);
    expect(agents.turns).toHaveLength(0);
    await clock.advance(1);
    expect(agents.turns).toHaveLength(1);
  });

  it('waits behind others in the order of admission, whoever is released first', async () => {
    const { bridge, agents, create, told } = await testBridge();
    const sessionId = await create();
    const admissions = await Promise.all(
      ['one', 'two', 'three'].map((text) => bridge.promptSession(sessionId, says(text), caller)),
    );
    expect(admissions.map(({ answer }) => [answer.state, answer.position])).toEqual([
      ['started', 0],
      ['queued', 1],
      ['queued', 2],
    ]);
    for (const { release } of admissions.toReversed()) release();
    for (const place of [0, 1, 2]) (await agents.turn(place)).answer();
    await settled();
    expect(agents.turns.map(({ texts }) => texts[0])).toEqual(['one', 'two', 'three']);
    expect((await told(sessionId)).slice(-8)).toEqual([
      'pending_prompt_started p1 running',
      'session_update user_message_chunk two',
      'pending_prompt_completed p1 completed',
      'turn_complete p1 end_turn',
      'pending_prompt_started p2 running',
      'session_update user_message_chunk three',
      'pending_prompt_completed p2 completed',
      'turn_complete p2 end_turn',
    ]);
  });

  it('is refused beyond the limit, and one that ended makes room', async () => {
    const { bridge, agents, create, prompt } = await testBridge({ limits: { maxPendingPrompts: 2 } });
    const sessionId = await create();
    await prompt(sessionId, 'one');
    await prompt(sessionId, 'two');
    const refused = bridge.promptSession(sessionId, says('three'), caller);
    await expectRefusal(refused, 'prompt_queue_full', { limit: 2, pendingCount: 2 });
    (await agents.turn(0)).answer();
    await settled();
    await prompt(sessionId, 'three');
  });

  it('does not poison the next one when it fails', async () => {
    const { agents, create, prompt, told } = await testBridge();
    const sessionId = await create();
    await prompt(sessionId, 'one');
    await prompt(sessionId, 'two');
    (await agents.turn(0)).fail(new DaemonError('agent_error', 'rate limit', { agentCode: 400 }));
    (await agents.turn(1)).answer();
    expect((await told(sessionId)).filter((line) => line.startsWith('turn_'))).toEqual([
      'turn_error p2 agent_error',
      'turn_complete p1 end_turn',
    ]);
  });

  it('with its own deadline ends by it, and the agent is told to stop', async () => {
    const { bridge, agents, clock, create, told } = await testBridge();
    const sessionId = await create();
    const { release } = await bridge.promptSession(sessionId, { ...says('hi'), deadlineMs: 1_000 }, caller);
    release();
    const turn = await agents.turn(0);
    await clock.advance(1_000);
    expect(agents.process.calls).toContain('cancel agent-1');
    turn.answer();
    expect((await told(sessionId)).slice(-2)).toEqual([
      'prompt_cancelled p1',
      'turn_error p1 prompt_deadline_exceeded',
    ]);
  });

  it('whose deadline passes before its answer left ends after it', async () => {
    const { bridge, clock, create, events } = await testBridge();
    const sessionId = await create();
    await bridge.promptSession(sessionId, { ...says('hi'), deadlineMs: 1 }, caller);
    await clock.advance(200);
    expect(await events(sessionId)).toHaveLength(1);
    await clock.advance(500);
    expect((await events(sessionId)).map(({ type }) => type)).toContain('prompt_cancelled');
  });
});

describe('a prompt is refused', () => {
  it('at another generation, from a stranger, in a session nobody knows', async () => {
    const { bridge, create } = await testBridge();
    const sessionId = await create();
    const send = (more: object, by = caller) =>
      bridge.promptSession(sessionId, { ...says('hi'), ...more }, by);
    await expectRefusal(send({ expectedGeneration: 2 }), 'session_changed', { generation: 1 });
    await expectRefusal(send({}, { ...caller, clientId: bob }), 'invalid_client_id');
    await expectRefusal(send({}, { ...caller, clientId: client('constructor') }), 'invalid_client_id');
    expect((await bridge.describeSession(sessionId)).pendingPrompts).toEqual([]);
    const unknown = (await testBridge()).create();
    await expectRefusal(bridge.promptSession(await unknown, says('hi'), caller), 'session_not_found');
  });
});

describe('a prompt with an idempotency key', () => {
  it('runs once, and its repetition hears the first answer', async () => {
    const { bridge, agents, create } = await testBridge();
    const sessionId = await create();
    const first = await bridge.promptSession(sessionId, says('hi'), withKey('k', 'h'));
    first.release();
    (await agents.turn(0)).answer();
    const again = await bridge.promptSession(sessionId, says('hi'), withKey('k', 'h'));
    again.release();
    await settled();
    expect(again).toMatchObject({ answer: first.answer, isReplayed: true });
    expect(agents.turns).toHaveLength(1);
  });

  it('waits for the answer that left first, whoever asks again meanwhile', async () => {
    const { bridge, agents, create } = await testBridge();
    const sessionId = await create();
    const first = await bridge.promptSession(sessionId, says('once'), withKey('k'));
    (await bridge.promptSession(sessionId, says('once'), withKey('k'))).release();
    await settled();
    expect(agents.turns).toHaveLength(0);
    first.release();
    await agents.turn(0);
  });

  it('is refused while the first one is being written, and for another body', async () => {
    const { bridge, create } = await testBridge();
    const sessionId = await create();
    const first = bridge.promptSession(sessionId, says('hi'), withKey('k', 'h'));
    await Promise.resolve();
    await expectRefusal(
      bridge.promptSession(sessionId, says('hi'), withKey('k', 'h')),
      'idempotency_in_flight',
    );
    (await first).release();
    await expectRefusal(
      bridge.promptSession(sessionId, says('ho'), withKey('k', 'i')),
      'idempotency_mismatch',
    );
  });

  it('means another prompt in another session', async () => {
    const { bridge, create } = await testBridge();
    const [one, other] = [await create(), await create()];
    const first = await bridge.promptSession(one, says('hi'), withKey('k', 'h'));
    const second = await bridge.promptSession(other, says('hi'), withKey('k', 'h'));
    expect(second.isReplayed).toBe(false);
    expect(second.answer.promptId).not.toBe(first.answer.promptId);
  });

  it('is remembered after a restart, and not run again', async () => {
    const before = await testBridge();
    const sessionId = await before.create();
    const first = await before.bridge.promptSession(sessionId, says('hi'), withKey('k', 'h'));
    first.release();
    (await before.agents.turn(0)).answer();
    await settled();
    await before.bridge.close({ drainTimeoutMs: 0 });
    const after = await testBridge({ records: before.records });
    const again = await after.bridge.promptSession(sessionId, says('hi'), withKey('k', 'h'));
    expect(again).toMatchObject({ answer: first.answer, isReplayed: true });
    expect(after.agents.turns).toHaveLength(0);
  });

  it('keeps nothing of a refusal: the same key may try again', async () => {
    const { bridge, agents, create, prompt } = await testBridge({ limits: { maxPendingPrompts: 1 } });
    const sessionId = await create();
    await prompt(sessionId, 'one');
    await expectRefusal(bridge.promptSession(sessionId, says('hi'), withKey('k', 'h')), 'prompt_queue_full');
    (await agents.turn(0)).answer();
    await settled();
    const second = await bridge.promptSession(sessionId, says('hi'), withKey('k', 'h'));
    expect(second.isReplayed).toBe(false);
  });
});

describe('a turn is cancelled', () => {
  it('by asking the agent, and ends as cancelled when it answers', async () => {
    const { bridge, agents, create, prompt, told } = await testBridge();
    const sessionId = await create();
    await prompt(sessionId, 'hi');
    await bridge.cancelTurn(sessionId, caller);
    expect(agents.process.calls).toContain('cancel agent-1');
    const turn = await agents.turn(0);
    turn.say('too late to stop this');
    turn.answer('end_turn');
    expect((await told(sessionId)).slice(-3)).toEqual([
      'prompt_cancelled p1',
      'session_update agent_message_chunk too late to stop this',
      'turn_complete p1 cancelled',
    ]);
  });

  it('without the agent when it ignores that for the whole grace, and the next goes on elsewhere', async () => {
    const { bridge, agents, clock, create, prompt, told } = await testBridge({
      limits: { cancelGraceMs: 5_000 },
    });
    const sessionId = await create();
    await prompt(sessionId, 'one');
    await prompt(sessionId, 'two');
    await bridge.cancelTurn(sessionId, caller);
    await clock.advance(4_999);
    expect(agents.turns).toHaveLength(1);
    await clock.advance(1);
    const next = await agents.turn(1);
    expect(next.texts).toEqual(['two']);
    expect(agents.processes.map(({ pid, isRetired }) => [pid, isRetired])).toEqual([
      [100, true],
      [101, false],
    ]);
    next.answer();
    expect((await told(sessionId)).filter((line) => line.startsWith('turn_'))).toEqual([
      'turn_complete p2 cancelled',
      'turn_complete p1 end_turn',
    ]);
  });

  it('and the late answer of an agent that was left behind disturbs no later turn, nor its grace', async () => {
    const { bridge, agents, clock, create, prompt, told } = await testBridge({
      limits: { cancelGraceMs: 1_000 },
    });
    // Another session keeps the first process running.
    await create({ sessionScope: 'thread' });
    const sessionId = await create();
    await prompt(sessionId, 'one');
    await bridge.cancelTurn(sessionId, caller);
    await clock.advance(1_000);
    await prompt(sessionId, 'two');
    await agents.turn(1);
    await bridge.cancelTurn(sessionId, caller);
    (await agents.turn(0)).answer();
    await settled();
    await clock.advance(1_000);
    expect((await told(sessionId)).filter((line) => line.startsWith('turn_'))).toEqual([
      'turn_complete p1 cancelled',
      'turn_complete p2 cancelled',
    ]);
  });

  it('while its agent is still being opened, and never starts', async () => {
    const { bridge, agents, create, prompt, told } = await testBridge();
    const sessionId = await create();
    agents.process.die();
    await settled();
    const release = agents.hold('lease');
    await prompt(sessionId, 'one');
    await bridge.cancelTurn(sessionId, caller);
    release();
    await settled();
    expect(agents.turns).toHaveLength(0);
    expect((await told(sessionId)).slice(1)).toEqual([
      'agent_exited',
      'turn_complete p1 cancelled',
      'agent_started',
      'session_restored native',
    ]);
    await prompt(sessionId, 'two');
    expect((await agents.turn(0)).texts).toEqual(['two']);
  });

  it('not before the answer of its prompt left: a cancel waits for that', async () => {
    const { bridge, create, events } = await testBridge();
    const sessionId = await create();
    const { release } = await bridge.promptSession(sessionId, says('hi'), caller);
    const cancelled = bridge.cancelTurn(sessionId, caller);
    await settled();
    expect(await events(sessionId)).toHaveLength(1);
    release();
    await cancelled;
    expect((await events(sessionId)).map(({ type }) => type)).toContain('prompt_cancelled');
  });
});

it('a waiting prompt can be taken out, and never starts', async () => {
  const { bridge, agents, create, prompt, told } = await testBridge();
  const sessionId = await create();
  await prompt(sessionId, 'one');
  const second = promptIdOf(await prompt(sessionId, 'two'));
  expect(await bridge.removePendingPrompt(sessionId, second, caller)).toEqual({ removed: true });
  expect(await bridge.removePendingPrompt(sessionId, second, caller)).toEqual({ removed: false });
  (await agents.turn(0)).answer();
  expect((await told(sessionId)).slice(-3)).toEqual([
    'pending_prompt_completed p1 removed',
    'turn_complete p1 cancelled',
    'turn_complete p2 end_turn',
  ]);
  expect(agents.turns).toHaveLength(1);
});
