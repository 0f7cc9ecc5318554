import { promptIdOf, type SessionId } from '@holdfast/protocol';
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

describe('a branch at the head of a busy session', () => {
  /** One turn runs, one prompt waits behind it, and then a branch is taken. */
  async function inLine() {
    const world = await testBridge();
    const sessionId = await world.create();
    await world.prompt(sessionId, 'one');
    const waiting = await world.prompt(sessionId, 'two');
    let isMade = false;
    const branching = world.bridge.branchSession(sessionId, {}, caller).then((delivery) => {
      isMade = true;
      return delivery.answer;
    });
    await settled();
    const end = async (place: number) => {
      (await world.agents.turn(place)).answer();
      await settled();
    };
    return { ...world, sessionId, waiting, branching, end, isMade: () => isMade };
  }

  it('waits for all prompts before it, also when the last of them is removed', async () => {
    const { bridge, sessionId, waiting, branching, end, isMade, told } = await inLine();
    await bridge.removePendingPrompt(sessionId, promptIdOf(waiting), caller);
    await settled();
    expect(isMade()).toBe(false);
    await end(0);
    const { sessionId: branch, context } = await branching;
    expect(context).toBe('native');
    const terminals = (await told(sessionIdIn(branch))).filter((line) => line.startsWith('turn_complete'));
    expect(terminals).toEqual(['turn_complete p1 cancelled', 'turn_complete p2 end_turn']);
  });

  it('goes before the prompts that came after it, and is native all the same', async () => {
    const { agents, prompt, sessionId, branching, end, events } = await inLine();
    await prompt(sessionId, 'three');
    await end(0);
    await end(1);
    const { sessionId: branch, context } = await branching;
    expect(context).toBe('native');
    expect(JSON.stringify(await events(sessionIdIn(branch)))).not.toContain('three');
    expect((await agents.turn(2)).texts).toEqual(['three']);
  });

  it('gives way to what it waited for when that is over without having run', async () => {
    const { bridge, sessionId, prompt, branching, agents } = await inLine();
    await prompt(sessionId, 'three');
    await bridge.closeSession(sessionId, caller);
    expect((await branching).context).not.toBe('native');
    expect(agents.turns).toHaveLength(1);
  });
});

describe('a branch is announced', () => {
  /** A source, a live neighbour, and a closed one. */
  async function neighbourhood() {
    const world = await testBridge();
    const [source, neighbour, closed] = [await world.create(), await world.create(), await world.create()];
    await world.bridge.closeSession(closed, caller);
    const branch = async (name?: string) =>
      (await world.bridge.branchSession(source, { name }, caller)).answer.displayName;
    const heard = async (sessionId: SessionId) =>
      (await world.events(sessionId)).flatMap(({ type, data }) =>
        type === 'session_branched' ? [Reflect.get(Object(data), 'displayName')] : [],
      );
    return { ...world, source, neighbour, closed, branch, heard };
  }

  it('in its source and in the live sessions of the workspace, in closed ones not', async () => {
    const { source, neighbour, closed, branch, heard, events } = await neighbourhood();
    await branch('Birds');
    await settled();
    expect(await heard(source)).toEqual(['Birds (Branch)']);
    expect(await heard(neighbour)).toEqual(['Birds (Branch)']);
    expect((await events(closed)).at(-1)?.type).toBe('session_closed');
  });

  it('and made, although a neighbour cannot record it', async () => {
    const { source, neighbour, branch, heard, store, bridge } = await neighbourhood();
    store.refuses = ({ appends }) => appends?.some(({ sessionId }) => sessionId === neighbour) ?? false;
    expect(await branch('Birds')).toBe('Birds (Branch)');
    await settled();
    expect(await heard(source)).toEqual(['Birds (Branch)']);
    expect(await heard(neighbour)).toEqual([]);
    expect((await bridge.listSessions({ q: 'Birds' })).sessions).toHaveLength(1);
  });

  it('moves no activity of those who hear of it', async () => {
    const { neighbour, branch, bridge, clock, heard } = await neighbourhood();
    const { updatedAt } = await bridge.getSessionStatus(neighbour);
    await clock.advance(1_000);
    await branch();
    await settled();
    expect(await heard(neighbour)).toHaveLength(1);
    expect((await bridge.getSessionStatus(neighbour)).updatedAt).toBe(updatedAt);
  });

  it('under a name without control characters, cut at 200', async () => {
    const { branch } = await neighbourhood();
    expect(await branch('Bi\u0000rds\n')).toBe('Birds (Branch)');
    expect(await branch('x'.repeat(300))).toBe(`${'x'.repeat(200)} (Branch)`);
  });
});

it.each(['live', 'closed'])(
  'a branch of a %s session has the model and mode that were chosen in it',
  async (state) => {
    const { bridge, agents, create, prompt } = await testBridge();
    const sessionId = await create();
    await prompt(sessionId, 'one');
    (await agents.turn(0)).answer();
    await settled();
    await bridge.editMetadata(sessionId, { body: { modelId: 'deep', modeId: 'plan' } }, caller);
    if (state === 'closed') await bridge.closeSession(sessionId, caller);
    await bridge.branchSession(sessionId, {}, caller);
    const chosen = agents.processes.flatMap(({ calls }) => calls).filter((call) => /^mod/.test(call));
    expect(chosen).toEqual(['model deep', 'mode plan', 'model deep', 'mode plan']);
  },
);
