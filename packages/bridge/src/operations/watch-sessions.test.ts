import type { SessionId } from '@holdfast/protocol';
import { describe, expect, it } from 'vitest';
import { keepRemovalsMs } from '../journal/keep-removals.ts';
import { settled } from '../testing/fake-clock.ts';
import { caller, expectRefusal, type TestBridge, testBridge } from '../testing/test-bridge.ts';

const purge = ({ bridge }: TestBridge, sessionId: SessionId) =>
  bridge.closeSession(sessionId, { ...caller, clientId: undefined }, { transcript: 'purge' });

describe('a reader of the session index', () => {
  it('begins now where it has no cursor, and hears of each change with the whole row', async () => {
    const bench = await testBridge();
    const { bridge } = bench;
    await bench.create();
    const reader = bridge.watchSessions({});
    expect(reader).toMatchObject({ isContinued: false, after: bench.core.index.range().lastSeq });
    let heard = 0;
    const stop = reader.watch(() => {
      heard += 1;
    });
    const sessionId = await bench.create({ sessionScope: 'thread', displayName: 'Plan' });
    expect(heard).toBeGreaterThan(0);
    const changes = await reader.read(reader.after, 10);
    expect(changes.map((change) => change.sessionId)).toEqual([sessionId]);
    const [row] = (await bridge.listSessions({ q: 'plan' })).sessions;
    const { lastSeenAt: _, ...listed } = row ?? {};
    expect(changes[0]?.patch).toMatchObject(JSON.parse(JSON.stringify(listed)));
    stop();
    reader.leave();
  });

  it('is told null for a field that was cleared, and for every other that is not there', async () => {
    const bench = await testBridge();
    const { bridge } = bench;
    const sessionId = await bench.create({ sessionScope: 'thread', displayName: 'Plan', labels: ['a'] });
    const reader = bridge.watchSessions({});
    await bridge.editMetadata(sessionId, { body: { displayName: null, labels: null } }, caller);
    const [change] = await reader.read(reader.after, 10);
    expect(change?.patch).toMatchObject({ displayName: null, labels: null, title: null, lastTurn: null });
    reader.leave();
  });

  it('sees a turn start and end in the row', async () => {
    const bench = await testBridge();
    const sessionId = await bench.create();
    const reader = bench.bridge.watchSessions({});
    const promptId = await bench.prompt(sessionId, 'What is this?');
    const [started] = await reader.read(reader.after, 10);
    expect(started?.patch).toMatchObject({
      state: 'running',
      activePromptId: promptId,
      title: 'What is this?',
      preview: { role: 'user', text: 'What is this?' },
    });
    const turn = await bench.agents.turn(0);
    turn.say('A sum.');
    await settled();
    turn.answer();
    await settled();
    const [ended] = await reader.read(started?.indexSeq ?? 0, 10);
    expect(ended?.patch).toMatchObject({
      state: 'idle',
      activePromptId: null,
      lastTurn: { promptId, state: 'completed' },
      preview: { role: 'agent', text: 'A sum.' },
    });
    reader.leave();
  });

  it('is told of erased sessions for seven days; then its cursor is expired and it must begin anew', async () => {
    const bench = await testBridge();
    const [first, second] = [await bench.create(), await bench.create()];
    const { after } = bench.bridge.watchSessions({});
    await purge(bench, first);
    await bench.clock.advance(keepRemovalsMs - 1);
    const early = bench.bridge.watchSessions({ after });
    expect(early).toMatchObject({ isContinued: true, after });
    expect((await early.read(after, 10)).at(-1)).toMatchObject({ sessionId: first, patch: undefined });
    await bench.clock.advance(2);
    await purge(bench, second);
    const { lastSeq } = bench.core.index.range();
    const late = bench.bridge.watchSessions({ after });
    expect(late).toMatchObject({ reset: 'cursor_expired', isContinued: false, after: lastSeq });
  });

  it('must begin anew with a cursor of another journal, or one that no change had', async () => {
    const { bridge, core } = await testBridge();
    const { lastSeq } = core.index.range();
    const other = '00000000-0000-4000-8000-0000000000ff';
    expect(bridge.watchSessions({ after: lastSeq, epoch: other }).reset).toBe('epoch_changed');
    expect(bridge.watchSessions({ after: lastSeq + 1, epoch: bridge.epoch }).reset).toBe('cursor_unknown');
    expect(bridge.watchSessions({ after: lastSeq, epoch: bridge.epoch }).reset).toBeUndefined();
  });

  it('is refused where there are as many as allowed, until one leaves', async () => {
    const { bridge } = await testBridge({ limits: { maxSubscribers: 1 } });
    const reader = bridge.watchSessions({});
    await expectRefusal(
      Promise.resolve().then(() => bridge.watchSessions({})),
      'subscriber_limit_exceeded',
      { limit: 1 },
    );
    reader.leave();
    reader.leave();
    bridge.watchSessions({}).leave();
  });

  it('after a crash goes on from its cursor, and hears that sessions at rest have no agent any more', async () => {
    const before = await testBridge();
    const sessionId = await before.create();
    const { after } = before.bridge.watchSessions({});
    expect((await before.bridge.listSessions({})).sessions).toMatchObject([{ state: 'idle' }]);
    const next = await testBridge({ records: structuredClone(before.records) });
    expect((await next.bridge.listSessions({})).sessions).toMatchObject([{ sessionId, state: 'stranded' }]);
    expect((await next.bridge.listSessions({ state: 'idle' })).sessions).toEqual([]);
    const reader = next.bridge.watchSessions({ after, epoch: next.bridge.epoch });
    expect(reader.isContinued).toBe(true);
    expect(await reader.read(after, 10)).toMatchObject([{ sessionId, patch: { state: 'stranded' } }]);
  });
});
