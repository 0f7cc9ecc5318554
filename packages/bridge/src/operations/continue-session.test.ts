import { DaemonError, type SessionId } from '@holdfast/protocol';
import { describe, expect, it } from 'vitest';
import { settled } from '../testing/fake-clock.ts';
import { type TestBridge, testBridge } from '../testing/test-bridge.ts';

const broken = new DaemonError('agent_error', 'not implemented', { agentCode: -32_603 });

/** A session with one finished turn whose agent died. */
async function strayed(): Promise<TestBridge & { readonly sessionId: SessionId }> {
  const world = await testBridge();
  const { agents, create, prompt } = world;
  const sessionId = await create();
  await prompt(sessionId, 'my name is Ann');
  const turn = await agents.turn(0);
  turn.say('Hello Ann');
  turn.answer();
  await settled();
  agents.process.die();
  await settled();
  return { ...world, sessionId };
}

describe('a session whose agent died', () => {
  it('is resumed by the agent where it can, without being told anything again', async () => {
    const { agents, sessionId, prompt, told } = await strayed();
    await prompt(sessionId, 'who am I?');
    const turn = await agents.turn(1);
    expect(turn.texts).toEqual(['who am I?']);
    expect(agents.processes[1]?.calls).toEqual(['resume agent-1']);
    expect((await told(sessionId)).slice(-3)).toEqual([
      'agent_started',
      'session_restored native',
      'session_update user_message_chunk who am I?',
    ]);
  });

  it('is loaded where it cannot be resumed', async () => {
    const { agents, sessionId, prompt } = await strayed();
    agents.fail('resume', broken);
    await prompt(sessionId, 'who am I?');
    expect((await agents.turn(1)).texts).toEqual(['who am I?']);
    expect(agents.processes[1]?.calls).toEqual(['resume agent-1', 'load agent-1']);
  });

  it('is asked only for what the agent declares', async () => {
    const { agents, sessionId, prompt } = await strayed();
    agents.capabilities = { ...agents.capabilities, canResume: false };
    await prompt(sessionId, 'who am I?');
    await agents.turn(1);
    expect(agents.processes[1]?.calls).toEqual(['load agent-1']);
  });

  it('is told the history before the prompt where the agent remembers nothing, and only once', async () => {
    const { agents, sessionId, prompt, told, events } = await strayed();
    agents.fail('resume', broken);
    agents.fail('load', broken);
    await prompt(sessionId, 'who am I?');
    const turn = await agents.turn(1);
    const [history, ...own] = turn.texts;
    expect(own).toEqual(['who am I?']);
    expect(history).toMatch(/^<conversation-history>/);
    expect(history).toContain('User: my name is Ann');
    expect(history).toContain('Assistant: Hello Ann');
    expect(history).not.toContain('who am I?');
    expect((await told(sessionId)).slice(-3)).toEqual([
      'agent_started',
      'session_restored reseeded',
      'session_update user_message_chunk who am I?',
    ]);
    const restored = (await events(sessionId)).find(({ type }) => type === 'session_restored');
    expect(restored?.data).toMatchObject({ turns: 1, omittedTurns: 0, chars: String(history).length });
    turn.answer();
    await prompt(sessionId, 'and now?');
    expect((await agents.turn(2)).texts).toEqual(['and now?']);
  });

  it('is told the history again when the agent dies before it answered the prompt that told it', async () => {
    const { agents, sessionId, prompt } = await strayed();
    agents.fail('resume', broken);
    agents.fail('load', broken);
    await prompt(sessionId, 'who am I?');
    await agents.turn(1);
    agents.processes[1]?.die();
    agents.fail('resume', undefined);
    agents.fail('load', undefined);
    await prompt(sessionId, 'once more');
    const turn = await agents.turn(2);
    expect(turn.texts).toHaveLength(2);
    expect(turn.texts[0]).toContain('User: who am I?');
    expect(agents.processes[2]?.calls).toEqual(['new agent-3']);
  });

  it('is resumed natively once the reseeded agent answered', async () => {
    const { agents, sessionId, prompt } = await strayed();
    agents.fail('resume', broken);
    agents.fail('load', broken);
    await prompt(sessionId, 'who am I?');
    (await agents.turn(1)).answer();
    await settled();
    agents.processes[1]?.die();
    agents.fail('resume', undefined);
    await prompt(sessionId, 'once more');
    expect((await agents.turn(2)).texts).toEqual(['once more']);
    expect(agents.processes[2]?.calls).toEqual(['resume agent-2']);
  });

  it('starts afresh when there is nothing to be told', async () => {
    const { agents, create, prompt, told } = await testBridge();
    const sessionId = await create();
    agents.process.die();
    await settled();
    agents.fail('resume', broken);
    agents.fail('load', broken);
    await prompt(sessionId, 'hi');
    expect((await agents.turn(0)).texts).toEqual(['hi']);
    expect(await told(sessionId)).toContain('session_restored fresh');
  });

  it('and cannot be had again ends the prompts that wait, and tries again at the next one', async () => {
    const { bridge, agents, sessionId, prompt, told } = await strayed();
    agents.fail('lease', new DaemonError('agent_start_failed', 'no such command', { agent: 'fake' }));
    await prompt(sessionId, 'who am I?');
    expect((await told(sessionId)).at(-1)).toBe('turn_error p2 context_unavailable');
    expect(bridge.figures().sessions).toBe(0);
    agents.fail('lease', undefined);
    await prompt(sessionId, 'who am I?');
    (await agents.turn(1)).answer();
    expect((await told(sessionId)).at(-1)).toBe('turn_complete p3 end_turn');
  });

  it('and whose answer has not left is not told of the failure before it', async () => {
    const { bridge, agents, sessionId, events } = await strayed();
    agents.fail('lease', new DaemonError('agent_start_failed', 'no such command', { agent: 'fake' }));
    const before = (await events(sessionId)).length;
    const { release, answer } = await bridge.promptSession(
      sessionId,
      { prompt: [{ type: 'text', text: 'hi' }] },
      { principal: 'local', isLocal: true },
    );
    await settled();
    expect(await events(sessionId)).toHaveLength(before);
    release();
    await settled();
    const ended = (await events(sessionId)).at(-1);
    expect(ended).toMatchObject({ type: 'turn_error', promptId: answer.promptId });
  });
});

it('frames of an agent that was replaced change nothing', async () => {
  const { agents, clock, bridge, create, prompt, told } = await testBridge({ limits: { cancelGraceMs: 10 } });
  await create();
  const sessionId = await create();
  await prompt(sessionId, 'one');
  const old = await agents.turn(0);
  await bridge.cancelTurn(sessionId, { principal: 'local', isLocal: true });
  await clock.advance(10);
  await prompt(sessionId, 'two');
  await agents.turn(1);
  const before = await told(sessionId);
  old.say('from the grave');
  const { answers } = old.ask();
  old.answer();
  expect(await told(sessionId)).toEqual(before);
  expect(answers).toEqual([{ outcome: 'cancelled' }]);
});
