import { DaemonError } from '@holdfast/protocol';
import { describe, expect, it } from 'vitest';
import { settled } from '../testing/fake-clock.ts';
import { client } from '../testing/samples.ts';
import { caller, expectRefusal, testBridge, workspace } from '../testing/test-bridge.ts';

const by = (name: string) => ({ ...caller, clientId: client(name) });
const says = (text: string) => ({ prompt: [{ type: 'text', text }] });

/** A closed session with one turn. */
async function closed(limits = {}) {
  const world = await testBridge({ limits });
  const sessionId = await world.create();
  await world.prompt(sessionId, 'one');
  (await world.agents.turn(0)).answer();
  await settled();
  await world.bridge.closeSession(sessionId, caller);
  return { ...world, sessionId };
}

describe('a closed session', () => {
  it('comes back by load, whose cursor replays everything', async () => {
    const { bridge, sessionId, told } = await closed();
    const { answer } = await bridge.loadSession(sessionId, {}, by('bob'));
    expect(answer).toMatchObject({
      sessionId,
      attached: true,
      clientId: 'bob',
      context: 'native',
      lastEventId: 0,
    });
    expect((await told(sessionId)).slice(-3)).toEqual([
      'session_closed client_close',
      'agent_started',
      'session_restored native',
    ]);
    await bridge.heartbeat(sessionId, by('bob'));
    await expectRefusal(bridge.heartbeat(sessionId, by('ann')), 'invalid_client_id');
  });

  it('comes back by resume, whose cursor is the tail before it', async () => {
    const { bridge, sessionId, events } = await closed();
    const tail = (await events(sessionId)).length;
    const { answer } = await bridge.resumeSession(sessionId, {}, caller);
    expect(answer.lastEventId).toBe(tail);
    const reader = await bridge.subscribe(sessionId, { after: answer.lastEventId });
    const read = await reader.read(answer.lastEventId, { maxEvents: 10, maxBytes: 1e6 });
    expect(read.map(({ type }) => type)).toEqual(['agent_started', 'session_restored']);
  });

  it('that came back shows no reader the terminal it left behind, however it reads', async () => {
    const { bridge, sessionId } = await closed();
    await bridge.loadSession(sessionId, {}, caller);
    const reader = await bridge.subscribe(sessionId, { after: 0 });
    const types: string[] = [];
    for (let cursor = 0; ; ) {
      const page = await reader.read(cursor, { maxEvents: 1, maxBytes: 1e6 });
      const last = page.at(-1);
      if (last === undefined) break;
      types.push(last.type);
      cursor = last.seq;
    }
    expect(types).toEqual([
      'session_created',
      'session_update',
      'turn_complete',
      'agent_started',
      'session_restored',
    ]);
  });

  it('is never again what creates attach to', async () => {
    const { bridge, create } = await testBridge();
    const sessionId = await create({});
    await bridge.closeSession(sessionId, caller);
    await bridge.loadSession(sessionId, {}, caller);
    const { answer } = await bridge.createSession({}, caller);
    expect(answer.attached).toBe(false);
  });

  it('takes no prompt while it is being loaded, and stays closed when that fails', async () => {
    const { bridge, agents, sessionId, told } = await closed();
    const before = await told(sessionId);
    const release = agents.hold('lease');
    const loading = bridge.loadSession(sessionId, {}, caller);
    const failed = expectRefusal(loading, 'agent_start_failed');
    await settled();
    await expectRefusal(bridge.promptSession(sessionId, says('hi'), caller), 'session_not_found');
    await bridge.updateMetadata(sessionId, { displayName: 'x' }, { ...caller, clientId: undefined });
    agents.fail('lease', new DaemonError('agent_start_failed', 'no', { agent: 'fake' }));
    release();
    await failed;
    expect(await told(sessionId)).toEqual(before);
    expect((await bridge.describeSession(sessionId)).state).toBe('closed');
    expect(bridge.figures().sessions).toBe(0);
  });

  it('whose load nobody heard of is given up again', async () => {
    const { bridge, agents, sessionId } = await closed();
    const { abandon } = await bridge.loadSession(sessionId, {}, by('bob'));
    await abandon();
    expect((await bridge.describeSession(sessionId)).state).toBe('closed');
    expect(agents.processes.reduce((sum, { holders }) => sum + holders, 0)).toBe(0);
  });

  it.each(['lease', 'resume'] as const)(
    'whose load a stop overtakes at %s is told to try again, and stays closed',
    async (method) => {
      const { bridge, agents, sessionId, records } = await closed();
      const goOn = agents.hold(method);
      const load = bridge.loadSession(sessionId, {}, caller);
      const refused = expectRefusal(load, 'shutting_down');
      await settled();
      const stopped = bridge.close({ drainTimeoutMs: 0 });
      await settled();
      goOn();
      await refused;
      await stopped;
      const entries = records.streams.get(sessionId)?.entries ?? [];
      expect(entries.map(({ type }) => type).slice(-2)).toEqual(['opening_started', 'restore_failed']);
    },
  );

  it('counts against the limit from the moment it is asked back', async () => {
    const { bridge, agents, sessionId } = await closed({ maxSessions: 1 });
    const release = agents.hold('resume');
    const loading = bridge.loadSession(sessionId, {}, caller);
    await settled();
    await expectRefusal(bridge.createSession({}, caller), 'session_limit_exceeded');
    release();
    await loading;
  });
});

describe('a live session', () => {
  it('is attached to, unchanged', async () => {
    const { bridge, agents, create } = await testBridge();
    const sessionId = await create();
    const { answer } = await bridge.loadSession(sessionId, {}, by('bob'));
    expect(answer).toMatchObject({ context: 'unchanged', lastEventId: 0 });
    expect(agents.process.calls).toEqual(['new agent-1']);
    await bridge.heartbeat(sessionId, by('bob'));
  });

  it('is not loaded into another directory', async () => {
    const { bridge, create } = await testBridge();
    const sessionId = await create();
    const elsewhere = workspace.replace(/[^/]+$/, 'session');
    await expectRefusal(bridge.loadSession(sessionId, { cwd: '/nowhere' }, caller), 'invalid_cwd');
    await expectRefusal(bridge.loadSession(sessionId, { cwd: elsewhere }, caller), 'workspace_mismatch');
  });
});

describe('restores at the same time', () => {
  it('of the other kind are refused, whichever is first', async () => {
    for (const [first, second] of [
      ['loadSession', 'resumeSession'],
      ['resumeSession', 'loadSession'],
    ] as const) {
      const { bridge, agents, sessionId } = await closed();
      const release = agents.hold('resume');
      const running = bridge[first](sessionId, {}, by('a'));
      await settled();
      await expectRefusal(bridge[second](sessionId, {}, by('b')), 'restore_in_progress');
      release();
      await running;
    }
  });

  it('all fail together, and the next one may try again', async () => {
    const { bridge, agents, sessionId } = await closed();
    const release = agents.hold('lease');
    agents.fail('lease', new DaemonError('init_timeout', 'too slow', {}));
    const both = ['a', 'b'].map((name) =>
      expectRefusal(bridge.loadSession(sessionId, {}, by(name)), 'init_timeout'),
    );
    await settled();
    release();
    await Promise.all(both);
    agents.fail('lease', undefined);
    expect((await bridge.loadSession(sessionId, {}, by('a'))).answer.context).toBe('native');
  });
});
