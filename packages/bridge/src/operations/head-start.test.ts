import { describe, expect, it } from 'vitest';
import { settled } from '../testing/fake-clock.ts';
import { caller, type TestBridge, testBridge } from '../testing/test-bridge.ts';

const says = { prompt: [{ type: 'text' as const, text: 'go' }] };

async function running(scene: TestBridge, headStartMs?: number) {
  const sessionId = await scene.create();
  const admission = await scene.bridge.promptSession(sessionId, says, caller);
  admission.release(headStartMs);
  const turn = await scene.agents.turn(0);
  return {
    sessionId,
    turn,
    ends: async () => (await scene.told(sessionId)).filter((line) => /^turn_/.test(line)),
  };
}

describe('a turn whose client has a head start', () => {
  it('streams at once and ends when the time is over', async () => {
    const scene = await testBridge();
    const { sessionId, turn, ends } = await running(scene, 100);
    turn.say('hello');
    turn.answer();
    await settled();
    expect((await scene.told(sessionId)).at(-1)).toContain('hello');
    await scene.clock.advance(99);
    expect(await ends()).toEqual([]);
    await scene.clock.advance(1);
    expect(await ends()).toEqual(['turn_complete p1 end_turn']);
  });

  it('ends at once when it takes longer anyway', async () => {
    const scene = await testBridge();
    const { turn, ends } = await running(scene, 100);
    await scene.clock.advance(100);
    turn.answer();
    expect(await ends()).toEqual(['turn_complete p1 end_turn']);
  });

  it('ends as the agent answered, though the agent died since', async () => {
    const scene = await testBridge();
    const { turn, ends } = await running(scene, 100);
    turn.answer();
    await settled();
    scene.agents.process.die();
    expect(await ends()).toEqual([]);
    await scene.clock.advance(100);
    expect(await ends()).toEqual(['turn_complete p1 end_turn']);
  });

  it('ends with the death of its agent once the time is over', async () => {
    const scene = await testBridge();
    const { ends } = await running(scene, 100);
    scene.agents.process.die();
    expect(await ends()).toEqual([]);
    await scene.clock.advance(100);
    expect(await ends()).toEqual(['turn_error p1 agent_exited']);
  });
});

it('a turn without a head start ends as soon as the agent answers', async () => {
  const { turn, ends } = await running(await testBridge());
  turn.answer();
  expect(await ends()).toEqual(['turn_complete p1 end_turn']);
});
