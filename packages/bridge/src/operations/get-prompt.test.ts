import { promptIdOf } from '@holdfast/protocol';
import { describe, expect, it } from 'vitest';
import { settled } from '../testing/fake-clock.ts';
import { caller, expectRefusal, testBridge } from '../testing/test-bridge.ts';

describe('what became of a prompt', () => {
  it('is known while it waits, while it runs and once it ended', async () => {
    const { bridge, agents, clock, create, prompt } = await testBridge();
    const sessionId = await create();
    const ids = [await prompt(sessionId, 'one'), await prompt(sessionId, 'two')];
    const outcomes = () => Promise.all(ids.map((id) => bridge.getPrompt(sessionId, promptIdOf(id))));
    expect(await outcomes()).toEqual([
      {
        sessionId,
        promptId: ids[0],
        generation: 1,
        state: 'running',
        queuedAt: 1_000_000,
        startedAt: 1_000_000,
      },
      { sessionId, promptId: ids[1], generation: 1, state: 'queued', queuedAt: 1_000_000 },
    ]);
    await clock.advance(500);
    (await agents.turn(0)).answer('max_tokens');
    await settled();
    await clock.advance(250);
    await bridge.cancelTurn(sessionId, caller);
    (await agents.turn(1)).answer();
    await settled();
    expect(await outcomes()).toMatchObject([
      { state: 'completed', stopReason: 'max_tokens', startedAt: 1_000_000, endedAt: 1_000_500 },
      { state: 'cancelled', stopReason: 'cancelled', startedAt: 1_000_500, endedAt: 1_000_750 },
    ]);
  });

  it('is known of a closed session, after a crash, and when the index had to be made anew', async () => {
    const { bridge, agents, records, create, prompt } = await testBridge();
    const sessionId = await create();
    const one = await prompt(sessionId, 'one');
    (await agents.turn(0)).answer();
    await settled();
    const two = await prompt(sessionId, 'two');
    await bridge.closeSession(sessionId, caller);
    const outcomes = [
      await bridge.getPrompt(sessionId, promptIdOf(one)),
      await bridge.getPrompt(sessionId, promptIdOf(two)),
    ];
    expect(outcomes).toMatchObject([{ state: 'completed' }, { state: 'cancelled' }]);
    const left = structuredClone(records);
    left.rows.clear();
    left.prompts.clear();
    const after = await testBridge({ records: left });
    expect(await after.bridge.getPrompt(sessionId, promptIdOf(one))).toEqual(outcomes[0]);
    expect(await after.bridge.getPrompt(sessionId, promptIdOf(two))).toEqual(outcomes[1]);
  });

  it('is not told of the prompts of other sessions, the source of a branch among them', async () => {
    const { bridge, agents, create, prompt } = await testBridge();
    const sessionId = await create();
    const promptId = promptIdOf(await prompt(sessionId, 'one'));
    (await agents.turn(0)).answer();
    await settled();
    const { answer } = await bridge.branchSession(sessionId, {}, caller);
    await expectRefusal(bridge.getPrompt(answer.sessionId as typeof sessionId, promptId), 'prompt_not_found');
    await expectRefusal(bridge.getPrompt(sessionId, promptIdOf('prompt_never')), 'prompt_not_found');
    expect(await bridge.getPrompt(sessionId, promptId)).toMatchObject({ state: 'completed' });
  });
});
