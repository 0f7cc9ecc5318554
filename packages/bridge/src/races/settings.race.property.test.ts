import { fc, test } from '@fast-check/vitest';
import { DaemonError } from '@holdfast/protocol';
import { describe, expect, it } from 'vitest';
import { race, runs } from '../testing/raced-bridge.ts';
import { caller, expectRefusal, sessionIdIn, testBridge } from '../testing/test-bridge.ts';

const refusal = new DaemonError('agent_error', 'unknown model', { agentCode: -32_602 });

describe('a model and a mode', () => {
  it('chosen while the agent is gone hold from the next one on', async () => {
    const { bridge, agents, create, told } = await testBridge();
    const sessionId = await create();
    agents.process.die();
    await told(sessionId);
    await bridge.setSessionModel(sessionId, 'deep', caller);
    await bridge.setSessionMode(sessionId, 'plan', caller);
    const { config } = await bridge.describeSession(sessionId);
    expect(config).toEqual({});
    await bridge.loadSession(sessionId, {}, caller);
    expect(agents.processes.at(-1)?.calls.slice(-2)).toEqual(['model deep', 'mode plan']);
    expect((await bridge.describeSession(sessionId)).config).toEqual({ modelId: 'deep', modeId: 'plan' });
  });

  it('chosen once hold for every agent session after it', async () => {
    const { bridge, agents, create, told } = await testBridge();
    const sessionId = await create();
    await bridge.setSessionModel(sessionId, 'deep', caller);
    await bridge.setSessionMode(sessionId, 'plan', caller);
    expect(await told(sessionId)).toEqual(['session_created', 'model_switched', 'approval_mode_changed']);
    await bridge.closeSession(sessionId, caller);
    await bridge.loadSession(sessionId, {}, caller);
    expect(agents.process.calls.slice(-2)).toEqual(['model deep', 'mode plan']);
  });

  it('chosen at creation are applied before anybody hears of the session', async () => {
    const { bridge, agents } = await testBridge();
    const { answer } = await bridge.createSession({ modelId: 'deep', modeId: 'plan' }, caller);
    expect(answer.modelApplied).toBe(true);
    expect(agents.process.calls).toEqual(['new agent-1', 'model deep', 'mode plan']);
    const { config } = await bridge.describeSession(sessionIdIn(answer.sessionId));
    expect(config).toEqual({ modelId: 'deep', modeId: 'plan' });
  });

  it('refused at creation leave a session that says so', async () => {
    const { bridge, agents } = await testBridge();
    agents.fail('model', refusal);
    const { answer } = await bridge.createSession({ modelId: 'no' }, caller);
    expect(answer.modelApplied).toBe(false);
    expect((await bridge.describeSession(sessionIdIn(answer.sessionId))).config).toEqual({});
  });

  it('refused by the agent are told to readers, and what was in force stays', async () => {
    const { bridge, create, agents, events } = await testBridge();
    const sessionId = await create();
    await bridge.setSessionModel(sessionId, 'deep', caller);
    agents.fail('model', refusal);
    await expectRefusal(bridge.setSessionModel(sessionId, 'no', caller), 'agent_error');
    const last = (await events(sessionId)).at(-1);
    expect(last).toMatchObject({
      type: 'model_switch_failed',
      data: { sessionId, requestedModelId: 'no', error: 'unknown model' },
    });
    expect((await bridge.describeSession(sessionId)).config).toEqual({ modelId: 'deep' });
  });

  it('in force already are not asked of the agent again', async () => {
    const { bridge, create, agents } = await testBridge();
    const sessionId = await create();
    await bridge.setSessionModel(sessionId, 'deep', caller);
    await bridge.setSessionModel(sessionId, 'deep', caller);
    expect(agents.process.calls.filter((call) => call === 'model deep')).toHaveLength(1);
  });
});

describe('a choice and a restore at the same time', () => {
  test.prop([fc.scheduler(), fc.constantFrom('stranded', 'closed')], runs(150))(
    'never leave the agent with another model than the session says',
    (scheduler, begun) =>
      race(scheduler, {}, async (raced) => {
        const { bridge, agents, told } = raced;
        const sessionId = await raced.create();
        await bridge.setSessionModel(sessionId, 'old', caller);
        if (begun === 'closed') await bridge.closeSession(sessionId, caller);
        else agents.process.die();
        await told(sessionId);
        const before = agents.processes.flatMap(({ calls }) => calls).length;
        raced.enter('load', () => bridge.loadSession(sessionId, {}, caller));
        const chosen = raced.enter('choose', () => bridge.setSessionModel(sessionId, 'new', caller));
        await raced.run();
        expect(chosen.outcome).not.toBe('waiting');
        const asked = agents.processes
          .flatMap(({ calls }) => calls)
          .slice(before)
          .filter((call) => call.startsWith('model '));
        const wanted = chosen.outcome === 'done' ? 'new' : 'old';
        expect(asked.at(-1)).toBe(`model ${wanted}`);
        expect((await bridge.describeSession(sessionId)).config).toEqual({ modelId: wanted });
      }),
  );
});
