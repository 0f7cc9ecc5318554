import { agentSessionIdOf } from '@holdfast/protocol';
import { describe, expect, it } from 'vitest';
import { sessionIdIn, testBridge } from '../testing/test-bridge.ts';

const caller = { principal: 'local', isLocal: true } as const;
const old = agentSessionIdOf('old-1');
const said = (sessionUpdate: string, text: string) => ({ sessionUpdate, content: { type: 'text', text } });

async function withOldSession() {
  const bench = await testBridge();
  bench.agents.remembered.add(old);
  bench.agents.replays.set(old, [
    said('user_message_chunk', 'first '),
    said('user_message_chunk', 'question'),
    said('agent_message_chunk', 'first answer'),
    said('user_message_chunk', 'second question'),
    said('agent_thought_chunk', 'hm'),
    said('agent_message_chunk', 'second answer'),
  ]);
  return bench;
}

const source = { agent: 'fake', agentSessionId: old };

describe('a session of the agent that is taken over', () => {
  it('is ours with its past as finished turns, and speaks through the same agent session', async () => {
    const { bridge, agents } = await withOldSession();
    const { answer } = await bridge.importAgentSession(source, { displayName: 'Old' }, caller);
    expect(answer).toMatchObject({ turns: 2, context: 'native', displayName: 'Old', lastEventId: 0 });
    const sessionId = answer.sessionId as Parameters<typeof bridge.getTranscript>[0];
    const { events } = await bridge.getTranscript(sessionId, {});
    expect(events.map(({ type }) => type)).toEqual([
      'session_created',
      ...['session_update', 'session_update', 'session_update', 'turn_complete'],
      ...['session_update', 'session_update', 'session_update', 'turn_complete'],
      'session_restored',
    ]);
    const admission = await bridge.promptSession(
      sessionId,
      { prompt: [{ type: 'text', text: 'third' }] },
      caller,
    );
    admission.release();
    const turn = await agents.turn(0);
    expect([turn.agentSessionId, turn.texts]).toEqual([old, ['third']]);
    turn.answer();
    await bridge.close();
  });

  it('is not taken over twice, also not at the same time', async () => {
    const { bridge } = await withOldSession();
    const attempts = await Promise.allSettled([
      bridge.importAgentSession(source, {}, caller),
      bridge.importAgentSession(source, {}, caller),
    ]);
    expect(attempts.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    await expect(bridge.importAgentSession(source, {}, caller)).rejects.toMatchObject({
      code: 'session_exists',
    });
    const { sessions } = await bridge.listAgentSessions('fake', {});
    expect(sessions).toMatchObject([{ agentSessionId: old, sessionId: expect.any(String) }]);
    await bridge.close();
  });

  it('is not taken over again after a restart, whether it is open or closed here', async () => {
    const before = await withOldSession();
    const { answer } = await before.bridge.importAgentSession(source, {}, caller);
    const sessionId = sessionIdIn(answer.sessionId);
    const start = () => testBridge({ records: before.records, agents: before.agents });
    await before.bridge.close();
    const open = await start();
    const refusal = { code: 'session_exists', details: { agentSessionId: old, sessionId } };
    await expect(open.bridge.importAgentSession(source, {}, caller)).rejects.toMatchObject(refusal);
    const { sessions } = await open.bridge.listAgentSessions('fake', {});
    expect(sessions).toMatchObject([{ agentSessionId: old, sessionId }]);
    await open.bridge.closeSession(sessionId, caller);
    await open.bridge.close();
    const closed = await start();
    await expect(closed.bridge.importAgentSession(source, {}, caller)).rejects.toMatchObject(refusal);
    await closed.bridge.closeSession(sessionId, caller, { transcript: 'purge' });
    const again = await closed.bridge.importAgentSession(source, {}, caller);
    expect(again.answer).toMatchObject({ turns: 2, context: 'native' });
  });

  it('leaves nothing behind when the agent does not know it', async () => {
    const { bridge, agents } = await withOldSession();
    const unknown = { agent: 'fake', agentSessionId: agentSessionIdOf('never') };
    const refused = bridge.importAgentSession(unknown, { cwd: bridge.workspaces[0]?.cwd }, caller);
    await expect(refused).rejects.toMatchObject({ code: 'agent_error' });
    expect((await bridge.listSessions({})).sessions).toEqual([]);
    expect(bridge.figures().sessions).toBe(0);
    expect(agents.processes.flatMap(({ conversations }) => conversations)).toEqual([]);
    await bridge.close();
  });

  it('is refused for an agent that cannot replay', async () => {
    const { bridge, agents } = await withOldSession();
    agents.capabilities = { ...agents.capabilities, canLoad: false };
    await expect(bridge.importAgentSession(source, {}, caller)).rejects.toMatchObject({
      code: 'capability_missing',
      details: { capability: 'session/load' },
    });
    await bridge.close();
  });
});
