import type { SessionId } from '@holdfast/protocol';
import { describe, expect, it } from 'vitest';
import type { Caller } from '../api/caller.ts';
import { settled } from '../testing/fake-clock.ts';
import { client } from '../testing/samples.ts';
import { strictIds } from '../testing/sequential-ids.ts';
import { caller, expectRefusal, sessionIdIn, testBridge } from '../testing/test-bridge.ts';

const minted = /^client_[0-9a-f-]{36}$/;
const by = (name: string): Caller => ({ ...caller, clientId: client(name) });

/** A bridge that names clients as a daemon does, with a session of single scope. */
async function scene() {
  const world = await testBridge({ ids: strictIds() });
  const { answer } = await world.bridge.createSession({}, by('me'));
  const sessionId = sessionIdIn(answer.sessionId);
  /** Detaches so often that a client which is registered once more would still be there. */
  const countOf = async (clientId: string): Promise<number> => {
    const state = world.core.registry.find(sessionId)?.state;
    return state?.clients[client(clientId)] ?? 0;
  };
  return { ...world, sessionId, creator: answer.clientId, countOf };
}

const restores = ['loadSession', 'resumeSession'] as const;

describe('a client id that the session does not know', () => {
  it('is not what the maker of a session gets: it is given one', async () => {
    const { bridge, sessionId, creator } = await scene();
    expect(creator).toMatch(minted);
    await bridge.heartbeat(sessionId, by(creator));
    await expectRefusal(bridge.heartbeat(sessionId, by('me')), 'invalid_client_id', { clientId: 'me' });
  });

  it('is not kept by who attaches, loads or resumes', async () => {
    const { bridge, sessionId, creator } = await scene();
    const answers = [
      (await bridge.createSession({}, by('me'))).answer,
      (await bridge.loadSession(sessionId, {}, by('me'))).answer,
      (await bridge.resumeSession(sessionId, {}, by('me'))).answer,
    ];
    const ids = answers.map(({ clientId }) => clientId);
    for (const id of ids) expect(id).toMatch(minted);
    expect(new Set([creator, ...ids]).size).toBe(4);
    expect((await bridge.getSessionStatus(sessionId)).clientCount).toBe(4);
  });

  it('is not kept in a branch, and not by creates that join one another', async () => {
    const { bridge, sessionId } = await scene();
    const { answer } = await bridge.branchSession(sessionId, {}, by('me'));
    expect(answer.clientId).toMatch(minted);
    await bridge.heartbeat(sessionIdIn(answer.sessionId), by(answer.clientId));
    const both = await Promise.all([
      bridge.createSession({ agent: 'other' }, by('me')),
      bridge.createSession({ agent: 'other' }, by('me')),
    ]);
    const [one, two] = both.map((delivery) => delivery.answer.clientId);
    expect(one).not.toBe(two);
  });

  it('is one of another session, too', async () => {
    const { bridge, creator } = await scene();
    const { answer } = await bridge.createSession({ sessionScope: 'thread' }, by(creator));
    expect(answer.clientId).toMatch(minted);
    expect(answer.clientId).not.toBe(creator);
  });

  it.each(restores)('is one of before the close, at a %s', async (restore) => {
    const { bridge, sessionId, creator } = await scene();
    await bridge.closeSession(sessionId, by(creator));
    const { answer } = await bridge[restore](sessionId, {}, by(creator));
    expect(answer.clientId).not.toBe(creator);
    await bridge.heartbeat(sessionId, by(answer.clientId));
  });
});

describe('a client id that the session knows', () => {
  it('is kept by who attaches, loads or resumes, and counted', async () => {
    const { bridge, sessionId, creator, countOf } = await scene();
    const attached = await bridge.createSession({}, by(creator));
    const loaded = await bridge.loadSession(sessionId, {}, by(creator));
    const resumed = await bridge.resumeSession(sessionId, {}, by(creator));
    const ids = [attached, loaded, resumed].map(({ answer }) => answer.clientId);
    expect(ids).toEqual([creator, creator, creator]);
    expect(await countOf(creator)).toBe(4);
    expect((await bridge.getSessionStatus(sessionId)).clientCount).toBe(1);
  });

  it('is kept in a branch of it', async () => {
    const { bridge, sessionId, creator } = await scene();
    const { answer } = await bridge.branchSession(sessionId, {}, by(creator));
    expect(answer.clientId).toBe(creator);
    await bridge.heartbeat(sessionIdIn(answer.sessionId), by(creator));
  });

  it.each(restores)('is kept at a %s after the daemon or the agent died', async (restore) => {
    const { bridge, agents, sessionId, creator } = await scene();
    agents.process.die();
    await settled();
    expect((await bridge[restore](sessionId, {}, by(creator))).answer.clientId).toBe(creator);
  });

  it('names the one who prompts while attaching', async () => {
    const { bridge } = await scene();
    const sessionId = '00000000-0000-4000-8000-0000000000cc' as SessionId;
    const { answer } = await bridge.createSession({ sessionId }, caller);
    const prompt = [{ type: 'text' as const, text: 'hello' }];
    await bridge.createSession({ sessionId, prompt }, by(answer.clientId));
    const { pendingPrompts } = await bridge.listPendingPrompts(sessionId);
    expect(pendingPrompts.map(({ originatorClientId }) => originatorClientId)).toEqual([answer.clientId]);
  });
});
