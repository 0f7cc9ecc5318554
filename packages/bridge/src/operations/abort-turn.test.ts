import { promptIdOf } from '@holdfast/protocol';
import { describe, expect, it } from 'vitest';
import { settled } from '../testing/fake-clock.ts';
import { bob } from '../testing/samples.ts';
import { caller, expectRefusal, sessionIdIn, testBridge } from '../testing/test-bridge.ts';

const says = (text: string) => ({ prompt: [{ type: 'text', text }] });
const nobody = { ...caller, clientId: undefined };

describe('an abort', () => {
  it('tells the running turn to stop, says so twice, and once it ended that it has', async () => {
    const { bridge, agents, create, prompt, told } = await testBridge();
    const sessionId = await create();
    const promptId = await prompt(sessionId, 'one');
    const cancelling = { prompts: [{ promptId, state: 'cancelling' }], cleared: [] };
    expect(await bridge.abortTurn(sessionId, {}, nobody)).toEqual(cancelling);
    expect(await bridge.abortTurn(sessionId, { promptId }, nobody)).toEqual(cancelling);
    expect(agents.process.calls.filter((call) => call === 'cancel agent-1')).toHaveLength(1);
    (await agents.turn(0)).answer();
    expect((await told(sessionId)).slice(-2)).toEqual(['prompt_cancelled p1', 'turn_complete p1 cancelled']);
    expect(await bridge.abortTurn(sessionId, { promptId }, nobody)).toEqual({
      prompts: [{ promptId, state: 'already_ended' }],
      cleared: [],
    });
    expect(await bridge.abortTurn(sessionId, {}, nobody)).toEqual({ prompts: [], cleared: [] });
  });

  it('removes a prompt that waits, and clears the queue when asked to', async () => {
    const { bridge, create, prompt } = await testBridge();
    const sessionId = await create();
    const ids: string[] = [];
    for (const text of ['one', 'two', 'three', 'four']) ids.push(await prompt(sessionId, text));
    const [one, two, three, four] = ids;
    expect(await bridge.abortTurn(sessionId, { promptId: two }, caller)).toEqual({
      prompts: [{ promptId: two, state: 'cancelled' }],
      cleared: [],
    });
    expect(await bridge.abortTurn(sessionId, { clearQueue: true }, caller)).toEqual({
      prompts: [{ promptId: one, state: 'cancelling' }],
      cleared: [three, four],
    });
  });

  it('waits for the terminal as long as it is asked to', async () => {
    const { bridge, agents, clock, create, prompt } = await testBridge();
    const sessionId = await create();
    const promptId = await prompt(sessionId, 'one');
    const impatient = bridge.abortTurn(sessionId, { waitMs: 100 }, caller);
    await clock.advance(100);
    expect((await impatient).prompts).toEqual([{ promptId, state: 'cancelling' }]);
    const patient = bridge.abortTurn(sessionId, { waitMs: 30_000 }, caller);
    await settled();
    (await agents.turn(0)).answer();
    expect((await patient).prompts).toEqual([{ promptId, state: 'cancelled' }]);
  });

  it('waits for the grace of an agent that ignores it', async () => {
    const { bridge, clock, create, prompt } = await testBridge();
    const sessionId = await create();
    const promptId = await prompt(sessionId, 'one');
    const patient = bridge.abortTurn(sessionId, { waitMs: 30_000 }, caller);
    await clock.advance(15_000);
    expect((await patient).prompts).toEqual([{ promptId, state: 'cancelled' }]);
  });

  it('does not claim an end that could not be recorded', async () => {
    const { bridge, agents, store, clock, create, prompt } = await testBridge();
    const sessionId = await create();
    const promptId = await prompt(sessionId, 'one');
    const aborted = bridge.abortTurn(sessionId, { waitMs: 100 }, caller);
    await settled();
    store.refuses = () => true;
    const ended = bridge.abortTurn(sessionId, { promptId, waitMs: 100 }, caller);
    (await agents.turn(0)).answer();
    await clock.advance(100);
    expect((await aborted).prompts).toEqual([{ promptId, state: 'cancelling' }]);
    expect((await ended).prompts).toEqual([{ promptId, state: 'cancelling' }]);
    store.refuses = undefined;
    await clock.advance(1_000);
    expect(await bridge.getPrompt(sessionId, promptIdOf(promptId))).toMatchObject({ state: 'cancelled' });
  });

  it('does not claim a turn that ran past its deadline', async () => {
    const { bridge, agents, clock, create } = await testBridge();
    const sessionId = await create();
    const late = await bridge.promptSession(sessionId, { ...says('one'), deadlineMs: 50 }, caller);
    late.release();
    await clock.advance(60);
    const aborted = bridge.abortTurn(sessionId, { waitMs: 1_000 }, caller);
    await settled();
    (await agents.turn(0)).answer();
    const { promptId } = late.answer;
    expect((await aborted).prompts).toEqual([{ promptId, state: 'already_ended' }]);
    expect(await bridge.getPrompt(sessionId, promptIdOf(promptId))).toMatchObject({
      state: 'failed',
      error: { code: 'prompt_deadline_exceeded' },
    });
  });

  it('waits for the answer of the prompt it ends', async () => {
    const { bridge, create, told } = await testBridge();
    const sessionId = await create();
    const { answer, release } = await bridge.promptSession(sessionId, says('one'), caller);
    const aborted = bridge.abortTurn(sessionId, {}, caller);
    expect(await told(sessionId)).toEqual(['session_created']);
    release();
    const { prompts } = await aborted;
    expect(prompts).toMatchObject([{ promptId: answer.promptId }]);
  });

  it('ends a prompt whose agent session is still being opened, which then never starts', async () => {
    const { bridge, agents, create, prompt, told } = await testBridge();
    agents.capabilities = { ...agents.capabilities, canLoad: false, canResume: false };
    const sessionId = await create();
    agents.process.die();
    const opened = agents.hold('new');
    const promptId = await prompt(sessionId, 'one');
    expect(await bridge.abortTurn(sessionId, {}, nobody)).toEqual({
      prompts: [{ promptId, state: 'cancelled' }],
      cleared: [],
    });
    opened();
    await settled();
    expect(agents.turns).toHaveLength(0);
    expect((await told(sessionId)).slice(-3)).toEqual([
      'turn_complete p1 cancelled',
      'agent_started',
      'session_restored fresh',
    ]);
  });

  it('ends the first prompt of a session that is still being made, which then never starts', async () => {
    const { bridge, agents, told } = await testBridge();
    const sessionId = sessionIdIn('00000000-0000-4000-8000-00000000c0de');
    const opened = agents.hold('new');
    const creating = bridge.createSession({ sessionId, ...says('one') }, caller);
    await settled();
    const aborted = bridge.abortTurn(sessionId, {}, nobody);
    await settled();
    opened();
    const { promptId } = (await creating).answer;
    expect(await aborted).toEqual({ prompts: [{ promptId, state: 'cancelled' }], cleared: [] });
    expect(await told(sessionId)).toEqual(['session_created', 'turn_complete p1 cancelled']);
    expect(agents.turns).toHaveLength(0);
  });

  it('of a session that could not be made hears that there is none', async () => {
    const { bridge, agents } = await testBridge();
    const sessionId = sessionIdIn('00000000-0000-4000-8000-00000000c0de');
    const opened = agents.hold('new');
    const creating = bridge.createSession({ sessionId }, caller);
    const failed = expect(creating).rejects.toThrow();
    await settled();
    const aborted = expectRefusal(bridge.abortTurn(sessionId, {}, nobody), 'session_not_found');
    agents.process.die();
    opened();
    await failed;
    await aborted;
  });

  it('is refused for the prompt of another session, for one that never was, and from a stranger', async () => {
    const { bridge, create, prompt } = await testBridge();
    const [one, other] = [await create(), await create()];
    await prompt(one, 'mine');
    const promptId = await prompt(other, 'theirs');
    await expectRefusal(bridge.abortTurn(one, { promptId, clearQueue: true }, caller), 'prompt_mismatch', {
      promptId,
      ownerSessionId: other,
    });
    await expectRefusal(bridge.abortTurn(one, { promptId: 'prompt_never' }, caller), 'prompt_not_found');
    const stranger = { ...caller, clientId: bob };
    await expectRefusal(bridge.abortTurn(one, {}, stranger), 'invalid_client_id');
  });

  it('of a closed session finds only what ended', async () => {
    const { bridge, agents, create, prompt } = await testBridge();
    const sessionId = await create();
    const promptId = await prompt(sessionId, 'one');
    (await agents.turn(0)).answer();
    await settled();
    await bridge.closeSession(sessionId, caller);
    const { prompts } = await bridge.abortTurn(sessionId, { promptId }, nobody);
    expect(prompts).toEqual([{ promptId, state: 'already_ended' }]);
    await expectRefusal(bridge.abortTurn(sessionId, {}, nobody), 'session_not_found', { state: 'closed' });
  });
});
