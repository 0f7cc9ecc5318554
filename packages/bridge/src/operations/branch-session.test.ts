import { promptIdOf } from '@holdfast/protocol';
import { describe, expect, it } from 'vitest';
import { settled } from '../testing/fake-clock.ts';
import { caller, sessionIdIn, testBridge } from '../testing/test-bridge.ts';

describe('a branch of a session with work under way', () => {
  /** One turn has ended, one runs, one waits. */
  async function busy() {
    const world = await testBridge();
    const sessionId = await world.create();
    const first = await world.prompt(sessionId, 'one');
    const running = await world.prompt(sessionId, 'two');
    (await world.agents.turn(0)).answer();
    const turn = await world.agents.turn(1);
    turn.say('half an ans');
    const waiting = await world.prompt(sessionId, 'three');
    return { ...world, sessionId, first, running, waiting, turn };
  }

  it('has nothing of prompts that had not ended at its point', async () => {
    const { bridge, sessionId, first, events } = await busy();
    const { answer } = await bridge.branchSession(sessionId, { atPromptId: first }, caller);
    const past = (await events(sessionIdIn(answer.sessionId))).map(({ data }) => JSON.stringify(data));
    expect(past.filter((data) => data.includes('two') || data.includes('three'))).toEqual([]);
    expect(past.filter((data) => data.includes('one'))).not.toEqual([]);
  });

  it('has nothing of a running turn when a prompt behind it was removed', async () => {
    const { bridge, sessionId, waiting, told, events } = await busy();
    await bridge.removePendingPrompt(sessionId, promptIdOf(waiting), caller);
    await settled();
    const { answer } = await bridge.branchSession(sessionId, { atPromptId: waiting }, caller);
    const branch = sessionIdIn(answer.sessionId);
    expect((await told(branch)).filter((line) => line.includes('half an ans'))).toEqual([]);
    const terminals = (await events(branch)).filter(({ type }) => type === 'turn_complete');
    expect(terminals).toHaveLength(2);
  });
});
