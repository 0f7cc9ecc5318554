import { permissionRequestIdOf } from '@holdfast/protocol';
import { describe, expect, it } from 'vitest';
import { createBridge } from './create-bridge.ts';
import { findProcess } from './runtime/process-table.ts';
import {
  caller,
  createOn,
  demoBridge,
  makeHome,
  optionsOf,
  readerOf,
  send,
  spoken,
} from './testing/demo-bridge.ts';

const isAlive = (pid: number): boolean => {
  const found = findProcess(pid);
  return found !== undefined && !found.isZombie;
};

describe('a bridge that cannot be as it is asked to be', () => {
  it('says which permission policies there are when it lacks the one named', async () => {
    const opening = createBridge({ ...optionsOf(makeHome()), permissionPolicy: 'consensus' });
    await expect(opening).rejects.toMatchObject({
      code: 'invalid_option',
      message: expect.stringMatching(/"consensus" .*use first-responder, designated or local-only/),
    });
  });
});

describe('a bridge with a real agent', () => {
  it('streams a turn, and a reader that comes late reads the same', async () => {
    const bridge = await demoBridge(makeHome());
    const sessionId = await createOn(bridge);
    const live = await readerOf(bridge, sessionId);
    const promptId = await send(bridge, sessionId, '/say one', '/thought hm', '/say two');
    const end = await live.untilType('turn_complete', promptId);
    expect(end.data).toMatchObject({ stopReason: 'end_turn' });
    expect(live.events.map(spoken).filter((text) => text !== '')).toEqual(['one', 'two']);
    const late = await readerOf(bridge, sessionId);
    await late.untilType('turn_complete', promptId);
    expect(late.events).toEqual(live.events);
    expect(live.events.map(({ id }) => id)).toEqual(live.events.map((_, place) => place + 1));
  });

  it('asks, and the agent gets the answer', async () => {
    const bridge = await demoBridge(makeHome());
    const sessionId = await createOn(bridge);
    const reading = await readerOf(bridge, sessionId);
    const promptId = await send(bridge, sessionId, '/permission options=allow_once,reject_once');
    const { data } = await reading.untilType('permission_request');
    const requestId = permissionRequestIdOf((data as { requestId: string }).requestId);
    await bridge.votePermission(
      { requestId },
      { outcome: { outcome: 'selected', optionId: 'reject-once' } },
      caller,
    );
    await reading.untilType('turn_complete', promptId);
    expect(reading.events.map(spoken).join()).toContain('selected reject-once');
  });

  it('runs prompts one after the other, in their order', async () => {
    const home = makeHome();
    const bridge = await demoBridge(home);
    const sessionId = await createOn(bridge);
    const reading = await readerOf(bridge, sessionId);
    const texts = ['/say a', '/say b', '/say c'];
    const ids: string[] = [];
    for (const text of texts) ids.push(await send(bridge, sessionId, text));
    await reading.untilType('turn_complete', ids.at(-1));
    expect(home.executions()).toEqual(texts);
    expect(
      reading.events.filter(({ type }) => type === 'turn_complete').map(({ promptId }) => promptId),
    ).toEqual(ids);
  });

  it('cancels a turn in mid-stream', async () => {
    const bridge = await demoBridge(makeHome());
    const sessionId = await createOn(bridge);
    const reading = await readerOf(bridge, sessionId);
    const promptId = await send(bridge, sessionId, '/stream count=100000 every-ms=1');
    await reading.until((event) => spoken(event).startsWith('3 '));
    await bridge.cancelTurn(sessionId, caller);
    const end = await reading.untilType('turn_complete', promptId);
    expect(end.data).toMatchObject({ stopReason: 'cancelled' });
    expect(reading.events.filter(({ type }) => type === 'prompt_cancelled')).toHaveLength(1);
  });

  it('leaves an agent that ignores its cancel, stops it, and goes on natively with what waits', async () => {
    const home = makeHome();
    const bridge = await demoBridge(home, { cancelGraceMs: 200 });
    const sessionId = await createOn(bridge);
    const reading = await readerOf(bridge, sessionId);
    const stuck = await send(bridge, sessionId, '/say here', '/never-answer');
    const next = await send(bridge, sessionId, '/say next');
    await reading.until((event) => spoken(event) === 'here');
    await bridge.cancelTurn(sessionId, caller);
    const end = await reading.untilType('turn_complete', stuck);
    expect(end.data).toMatchObject({ stopReason: 'cancelled' });
    await reading.untilType('turn_complete', next);
    expect((await reading.untilType('session_restored')).data).toMatchObject({ context: 'native' });
    const [first = 0, second = 0] = home.agentPids();
    expect(second).not.toBe(first);
    await bridge.close();
    expect([first, second].filter(isAlive)).toEqual([]);
  });

  it('goes on by itself when the agent crashes in mid-turn with a prompt behind', async () => {
    const home = makeHome();
    const bridge = await demoBridge(home);
    const sessionId = await createOn(bridge);
    const reading = await readerOf(bridge, sessionId);
    const crashed = await send(bridge, sessionId, '/say before', '/sleep ms=100', '/crash code=3');
    const next = await send(bridge, sessionId, '/say after');
    const failure = await reading.untilType('turn_error', crashed);
    expect(failure.data).toMatchObject({ code: 'agent_exited' });
    await reading.untilType('turn_complete', next);
    expect((await reading.untilType('agent_exited')).data).toMatchObject({ exitCode: 3, signal: null });
    expect(reading.events.map(spoken).filter((text) => text !== '')).toEqual(['before', 'after']);
    expect(home.executions()).toHaveLength(2);
  });

  it('closes in mid-turn in the order readers rely on, and leaves no process', async () => {
    const home = makeHome();
    const bridge = await demoBridge(home);
    const sessionId = await createOn(bridge);
    const reading = await readerOf(bridge, sessionId);
    await send(bridge, sessionId, '/say here', '/permission');
    await send(bridge, sessionId, '/say never');
    await reading.untilType('permission_request');
    await bridge.closeSession(sessionId, caller);
    await reading.untilType('session_closed');
    const types = reading.events.map(({ type }) => type);
    expect(types.slice(types.indexOf('permission_resolved'))).toEqual([
      'permission_resolved',
      'prompt_cancelled',
      'turn_complete',
      'pending_prompt_completed',
      'turn_complete',
      'session_closed',
    ]);
    await bridge.close();
    expect(home.agentPids().filter(isAlive)).toEqual([]);
    expect(home.executions()).toHaveLength(1);
  });
});

describe('a bridge that was stopped and opened again', () => {
  it('has everything it had, and goes on natively', async () => {
    const home = makeHome();
    const before = await demoBridge(home);
    const sessionId = await createOn(before);
    const reading = await readerOf(before, sessionId);
    const told = await send(before, sessionId, 'My name is Ann');
    await reading.untilType('turn_complete', told);
    await before.close();
    expect(home.agentPids().filter(isAlive)).toEqual([]);

    const after = await demoBridge(home);
    expect(after.epoch).toBe(before.epoch);
    expect(await after.getSessionStatus(sessionId)).toMatchObject({ state: 'stranded' });
    const again = await readerOf(after, sessionId);
    const promptId = await send(after, sessionId, '/history');
    await again.untilType('turn_complete', promptId);
    expect(again.events.slice(0, reading.events.length)).toEqual(reading.events);
    expect((await again.untilType('session_restored')).data).toMatchObject({
      action: 'continue',
      context: 'native',
    });
    const history = again.events.map(spoken).find((text) => text.includes('earlierUserMessages')) ?? '';
    expect(JSON.parse(history)).toMatchObject({ earlierUserMessages: 1, promptBlocks: 1 });
  });

  it('tells an agent that remembers nothing what was said', async () => {
    const home = makeHome();
    const env = { HOLDFAST_DEMO_STORE: home.store, HOLDFAST_DEMO_ARGS: '--no-load --no-resume' };
    const options = { agents: { demo: { env } } };
    const before = await demoBridge(home, options);
    const sessionId = await createOn(before);
    const reading = await readerOf(before, sessionId);
    await reading.untilType('turn_complete', await send(before, sessionId, '/say Hello Ann'));
    await before.close();
    const after = await demoBridge(home, options);
    const again = await readerOf(after, sessionId, reading.events.length);
    await again.untilType('turn_complete', await send(after, sessionId, '/history'));
    expect((await again.untilType('session_restored')).data).toMatchObject({ context: 'reseeded', turns: 1 });
    const history = JSON.parse(
      again.events.map(spoken).find((text) => text.includes('earlierUserMessages')) ?? '{}',
    );
    expect(history).toMatchObject({ earlierUserMessages: 0, promptBlocks: 2 });
    expect(history.firstBlock).toContain('Assistant: Hello Ann');
  });

  it('lets nobody else into its directory meanwhile', async () => {
    const home = makeHome();
    const bridge = await demoBridge(home);
    await expect(createBridge(optionsOf(home))).rejects.toMatchObject({ code: 'state_dir_in_use' });
    await bridge.close();
    await demoBridge(home);
  });
});
