import type { MessagePage, SessionId } from '@holdfast/protocol';
import { describe, expect, it } from 'vitest';
import { settled } from '../testing/fake-clock.ts';
import { caller, expectRefusal, testBridge } from '../testing/test-bridge.ts';

/** Turns that ended, one that runs, and what they say. */
async function talked(...agents: readonly string[]) {
  const world = await testBridge();
  const sessionId = await world.create();
  for (const [place, answer] of agents.entries()) {
    await world.prompt(sessionId, `question ${place + 1}`);
    const turn = await world.agents.turn(place);
    turn.say(answer.slice(0, 3));
    turn.say(answer.slice(3));
    turn.answer();
    await settled();
  }
  return { ...world, sessionId };
}

const told = ({ entries = [] }: MessagePage) =>
  entries.map((entry) =>
    entry.kind === 'gap' ? 'gap' : `${entry.user.text} | ${entry.agentText} | ${entry.state}`,
  );

describe('messages in turns', () => {
  it('have what user and agent said, joined, with the turn that runs last', async () => {
    const { bridge, sessionId, prompt, agents } = await talked('answer one');
    const promptId = await prompt(sessionId, 'question 2');
    (await agents.turn(1)).say('half an');
    await settled();
    const page = await bridge.readMessages(sessionId, {});
    expect(told(page)).toEqual(['question 1 | answer one | completed', 'question 2 | half an | running']);
    expect(page.entries?.[1]).toMatchObject({ promptId, generation: 1, tools: [], isTruncated: false });
    expect(page.entries?.[0]).toMatchObject({ stopReason: 'end_turn', startedAt: expect.any(Number) });
    expect([page.previousCursor, page.nextCursor]).toEqual([undefined, undefined]);
  });

  it('come by page in both directions', async () => {
    const { bridge, sessionId } = await talked('answer 1', 'answer 2', 'answer 3');
    const last = await bridge.readMessages(sessionId, { limit: 2 });
    expect(told(last).map((line) => line.slice(0, 10))).toEqual(['question 2', 'question 3']);
    const first = await bridge.readMessages(sessionId, { limit: 2, before: last.previousCursor });
    expect(told(first).map((line) => line.slice(0, 10))).toEqual(['question 1']);
    const again = await bridge.readMessages(sessionId, { limit: 5, after: first.nextCursor });
    expect(told(again)).toEqual(told(last));
    const beginning = await bridge.readMessages(sessionId, { limit: 1, after: '0' });
    expect(told(beginning)).toEqual(told(first));
  });

  it('are there of a closed session', async () => {
    const { bridge, sessionId } = await talked('answer 1');
    await bridge.closeSession(sessionId, caller);
    expect(told(await bridge.readMessages(sessionId, {}))).toEqual(['question 1 | answer 1 | completed']);
  });

  it('are those of the current conversation, of another one, or all', async () => {
    const { bridge, sessionId, prompt, agents } = await talked('answer 1');
    await bridge.resetSession(sessionId, { reason: 'reset', queue: 'drop' }, caller);
    await settled();
    expect(told(await bridge.readMessages(sessionId, {}))).toEqual([]);
    await prompt(sessionId, 'anew');
    await settled();
    (await agents.turn(1)).answer();
    await settled();
    const lines = async (generation?: string) =>
      told(await bridge.readMessages(sessionId, { generation })).map((line) => line.split(' | ')[0]);
    expect(await lines()).toEqual(['anew']);
    expect(await lines('2')).toEqual(['anew']);
    expect(await lines('1')).toEqual(['question 1']);
    expect(await lines('all')).toEqual(['question 1', 'anew']);
    await expectRefusal(
      bridge.readMessages(sessionId, { generation: '3' }),
      'generation_not_found',
      expect.objectContaining({ generation: 3 }),
    );
  });

  it('refuse a cursor that is none, and two at once', async () => {
    const { bridge, sessionId } = await talked('answer 1');
    for (const query of [{ after: 'x' }, { before: '-1' }, { after: '1', before: '2' }])
      await expect(bridge.readMessages(sessionId, query)).rejects.toMatchObject({ code: 'invalid_cursor' });
  });
});

describe('messages as recorded', () => {
  it('are the events, by page in both directions', async () => {
    const { bridge, sessionId, events } = await talked('answer 1', 'answer 2');
    const whole = await events(sessionId);
    const forward = await pages(bridge.readMessages, sessionId, 'after');
    const backward = await pages(bridge.readMessages, sessionId, 'before');
    expect(forward.flat()).toEqual(whole);
    expect(backward.toReversed().flat()).toEqual(whole);
  });
});

async function pages(
  read: (sessionId: SessionId, query: object) => Promise<MessagePage>,
  sessionId: SessionId,
  direction: 'after' | 'before',
) {
  const all: NonNullable<MessagePage['events']>[] = [];
  let cursor = direction === 'after' ? '0' : undefined;
  do {
    const page = await read(sessionId, { view: 'raw', limit: 3, [direction]: cursor });
    all.push(page.events ?? []);
    cursor = direction === 'after' ? page.nextCursor : page.previousCursor;
  } while (cursor !== undefined);
  return all;
}
