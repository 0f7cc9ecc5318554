import { describe, expect, it } from 'vitest';
import { settled } from '../testing/fake-clock.ts';
import { bob, unavailable } from '../testing/samples.ts';
import { caller, expectRefusal, type TestBridge, testBridge, withKey } from '../testing/test-bridge.ts';

const says = (text: string) => ({ prompt: [{ type: 'text', text }] });

/** The daemon is gone without a word: what it recorded is all there is. */
const afterCrash = ({ records }: TestBridge) => testBridge({ records: structuredClone(records) });

describe('a prompt that interrupts', () => {
  it('is durable before anything is cancelled, and starts before what waited', async () => {
    const { bridge, agents, create, prompt, told } = await testBridge();
    const sessionId = await create();
    await prompt(sessionId, 'one');
    await prompt(sessionId, 'two');
    const { answer, release } = await bridge.steerTurn(sessionId, says('this instead'), caller);
    expect(answer).toMatchObject({ state: 'queued', position: 1 });
    expect(agents.process.calls).toContain('cancel agent-1');
    release();
    (await agents.turn(0)).answer('end_turn');
    (await agents.turn(1)).answer();
    (await agents.turn(2)).answer();
    expect((await told(sessionId)).slice(3)).toEqual([
      'pending_prompt_added p2 queued',
      'prompt_cancelled p3',
      'turn_complete p3 cancelled',
      'pending_prompt_started p2 running',
      'session_update user_message_chunk this instead',
      'pending_prompt_completed p2 completed',
      'turn_complete p2 end_turn',
      'pending_prompt_started p1 running',
      'session_update user_message_chunk two',
      'pending_prompt_completed p1 completed',
      'turn_complete p1 end_turn',
    ]);
    expect(agents.turns.map(({ texts }) => texts[0])).toEqual(['one', 'this instead', 'two']);
  });

  it('does the same as mode interrupt of a prompt', async () => {
    const { bridge, agents, create, prompt } = await testBridge();
    const sessionId = await create();
    await prompt(sessionId, 'one');
    const { release } = await bridge.promptSession(sessionId, { ...says('two'), mode: 'interrupt' }, caller);
    release();
    expect(agents.process.calls).toContain('cancel agent-1');
    (await agents.turn(0)).answer();
    expect((await agents.turn(1)).texts).toEqual(['two']);
  });

  it('sent again with its key gives the first answer and cancels nothing: in flight, stored, and after a crash', async () => {
    const before = await testBridge();
    const { bridge, agents, create, prompt } = before;
    const sessionId = await create();
    await prompt(sessionId, 'one');
    const keyed = withKey('steer-1');
    const first = bridge.steerTurn(sessionId, says('two'), keyed);
    await expectRefusal(bridge.steerTurn(sessionId, says('two'), keyed), 'idempotency_in_flight');
    const { answer, release } = await first;
    release();
    (await agents.turn(0)).answer();
    await agents.turn(1);
    const cancels = () => agents.process.calls.filter((call) => call.startsWith('cancel'));
    expect(cancels()).toHaveLength(1);
    const again = await bridge.steerTurn(sessionId, says('two'), keyed);
    expect(again).toMatchObject({ answer, isReplayed: true });
    await settled();
    expect(cancels()).toHaveLength(1);
    expect(agents.turns).toHaveLength(2);

    const after = await afterCrash(before);
    const ran = await after.prompt(sessionId, 'three');
    await after.agents.turn(0);
    const replayed = await after.bridge.steerTurn(sessionId, says('two'), keyed);
    expect(replayed).toMatchObject({ answer, isReplayed: true });
    await settled();
    expect(after.agents.process.calls.some((call) => call.startsWith('cancel'))).toBe(false);
    expect(await after.bridge.getPrompt(sessionId, ran as never)).toMatchObject({ state: 'running' });
    await expectRefusal(
      after.bridge.steerTurn(sessionId, says('other'), withKey('steer-1', 'other')),
      'idempotency_mismatch',
    );
  });

  it('cancels nothing when it cannot be written', async () => {
    const { bridge, agents, store, clock, create, prompt } = await testBridge();
    const sessionId = await create();
    await prompt(sessionId, 'one');
    store.refuses = () => true;
    await expect(bridge.steerTurn(sessionId, says('two'), caller)).rejects.toMatchObject(unavailable());
    store.refuses = undefined;
    await clock.advance(1_000);
    expect(agents.process.calls).not.toContain('cancel agent-1');
    (await agents.turn(0)).answer();
    await settled();
    expect(agents.turns).toHaveLength(1);
  });

  it('goes before a prompt whose answer is still on its way, which then runs', async () => {
    const { bridge, agents, create } = await testBridge();
    const sessionId = await create();
    const held = await bridge.promptSession(sessionId, says('one'), caller);
    const steering = await bridge.steerTurn(sessionId, says('two'), caller);
    expect(steering.answer).toMatchObject({ state: 'started', position: 0 });
    steering.release();
    expect((await agents.turn(0)).texts).toEqual(['two']);
    held.release();
    (await agents.turn(0)).answer();
    expect((await agents.turn(1)).texts).toEqual(['one']);
  });

  it('gets a stranded session its agent, and runs first', async () => {
    const { bridge, agents, create, prompt } = await testBridge();
    const sessionId = await create();
    const resume = agents.hold('resume');
    agents.process.die();
    await prompt(sessionId, 'one');
    (await bridge.steerTurn(sessionId, says('two'), caller)).release();
    resume();
    expect((await agents.turn(0)).texts).toEqual(['two']);
    (await agents.turn(0)).answer();
    expect((await agents.turn(1)).texts).toEqual(['one']);
  });

  it('runs on a new process when the agent ignores its cancel, and another session goes on with the old one', async () => {
    const { bridge, agents, clock, create, prompt, told } = await testBridge();
    const [stubborn, other] = [await create(), await create()];
    await prompt(stubborn, 'one');
    await prompt(other, 'elsewhere');
    (await bridge.steerTurn(stubborn, says('two'), caller)).release();
    await clock.advance(15_000);
    const next = await agents.turn(2);
    expect(next.texts.at(-1)).toBe('two');
    expect(agents.processes).toHaveLength(2);
    expect(agents.processes[0]).toMatchObject({ isRetired: true, exit: undefined });
    (await agents.turn(1)).answer();
    expect((await told(other)).at(-1)).toBe('turn_complete p1 end_turn');
    next.answer();
    expect((await told(stubborn)).filter((line) => line.startsWith('turn_complete'))).toEqual([
      'turn_complete p2 cancelled',
      'turn_complete p1 end_turn',
    ]);
  });
});

describe('a prompt that is to join the running turn', () => {
  const inject = (text: string, onUnsupported?: 'queue' | 'interrupt') => ({
    ...says(text),
    mode: 'inject' as const,
    onUnsupported,
  });

  it('joins it where the agent can, and ends with it', async () => {
    const { bridge, agents, create, prompt, told } = await testBridge();
    const sessionId = await create();
    const host = await prompt(sessionId, 'one');
    const { answer, release } = await bridge.promptSession(sessionId, inject('and this'), caller);
    expect(answer).toMatchObject({ state: 'injected', position: 0 });
    const turn = await agents.turn(0);
    await settled();
    expect(turn.heard).toEqual([]);
    release();
    await settled();
    expect(turn.heard).toEqual([{ type: 'text', text: 'and this' }]);
    const { pendingPrompts } = await bridge.listPendingPrompts(sessionId);
    expect(pendingPrompts).toMatchObject([
      { promptId: host, state: 'running' },
      { promptId: answer.promptId, state: 'running', text: 'and this' },
    ]);
    turn.answer();
    expect((await told(sessionId)).slice(2)).toEqual([
      'session_update user_message_chunk and this',
      'turn_complete p1 end_turn',
      'turn_complete p2 end_turn',
    ]);
    expect(agents.turns).toHaveLength(1);
    expect(await bridge.getPrompt(sessionId, answer.promptId as never)).toMatchObject({
      state: 'completed',
      stopReason: 'end_turn',
    });
  });

  it('waits in sight when the agent refuses it, and runs once', async () => {
    const { bridge, agents, create, prompt, told } = await testBridge();
    agents.injection = 'refused';
    const sessionId = await create();
    await prompt(sessionId, 'one');
    (await bridge.promptSession(sessionId, inject('and this'), caller)).release();
    expect((await told(sessionId)).at(-1)).toBe('pending_prompt_added p1 queued');
    (await agents.turn(0)).answer();
    const turn = await agents.turn(1);
    expect(turn.texts).toEqual(['and this']);
    turn.answer();
    await settled();
    expect(agents.turns).toHaveLength(2);
  });

  it('runs by itself when the turn ends while it is on its way', async () => {
    const { bridge, agents, create, prompt, told } = await testBridge();
    const sessionId = await create();
    await prompt(sessionId, 'one');
    const letThrough = agents.hold('inject');
    (await bridge.promptSession(sessionId, inject('and this'), caller)).release();
    await settled();
    (await agents.turn(0)).answer();
    await settled();
    // The end of the turn waits until it is known what became of it.
    expect((await told(sessionId)).at(-1)).toBe('session_update user_message_chunk one');
    letThrough();
    expect((await agents.turn(1)).texts).toEqual(['and this']);
    expect((await told(sessionId)).slice(2)).toEqual([
      'pending_prompt_added p1 queued',
      'turn_complete p2 end_turn',
      'pending_prompt_started p1 running',
      'session_update user_message_chunk and this',
    ]);
  });

  it.each([
    ['queue', ['one', 'two'], 0],
    ['interrupt', ['one', 'two'], 1],
  ] as const)(
    'is one to %s where the agent cannot and that is asked for',
    async (onUnsupported, texts, cancels) => {
      const { bridge, agents, create, prompt } = await testBridge();
      agents.capabilities = { ...agents.capabilities, canInject: false };
      const sessionId = await create();
      await prompt(sessionId, 'one');
      const { answer, release } = await bridge.promptSession(sessionId, inject('two', onUnsupported), caller);
      expect(answer).toMatchObject({ state: 'queued', position: 1 });
      release();
      (await agents.turn(0)).answer();
      await agents.turn(1);
      expect(agents.turns.map((turn) => turn.texts[0])).toEqual(texts);
      expect(agents.process.calls.filter((call) => call.startsWith('cancel'))).toHaveLength(cancels);
    },
  );

  it('ends interrupted by a crash once the agent was given it, and runs when it was not', async () => {
    const before = await testBridge();
    const sessionId = await before.create();
    await before.prompt(sessionId, 'one');
    const given = await before.bridge.promptSession(sessionId, inject('given'), caller);
    given.release();
    await settled();
    const kept = await before.bridge.promptSession(sessionId, inject('kept'), caller);
    const after = await afterCrash(before);
    const turn = await after.agents.turn(0);
    expect(turn.texts.at(-1)).toBe('kept');
    const outcome = (id: string) => after.bridge.getPrompt(sessionId, id as never);
    expect(await outcome(given.answer.promptId)).toMatchObject({
      state: 'failed',
      error: { code: 'interrupted' },
    });
    turn.answer();
    await settled();
    expect(await outcome(kept.answer.promptId)).toMatchObject({ state: 'completed' });
    expect(after.agents.turns).toHaveLength(1);
  });

  it('is refused from a stranger', async () => {
    const { bridge, create, prompt } = await testBridge();
    const sessionId = await create();
    await prompt(sessionId, 'one');
    const stranger = { ...caller, clientId: bob };
    await expectRefusal(bridge.promptSession(sessionId, inject('two'), stranger), 'invalid_client_id');
  });
});
