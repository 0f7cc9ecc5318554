import { describe, expect, it } from 'vitest';
import { memoryRecords } from '../journal/memory/memory-records.ts';
import { openMemoryStore } from '../journal/memory/open-memory-store.ts';
import { FakeClock, settled } from '../testing/fake-clock.ts';
import { recordSessions, sessionOf } from '../testing/recorded-sessions.ts';
import { c } from '../testing/samples.ts';
import { sequentialIds } from '../testing/sequential-ids.ts';
import { caller, expectRefusal, type TestBridge, testBridge } from '../testing/test-bridge.ts';

const says = (text: string) => ({ prompt: [{ type: 'text', text }] });

/** The daemon is gone without a word: what it recorded is all there is. */
const afterCrash = ({ records, agents }: TestBridge) => {
  agents.processes.splice(0);
  // What the old process still does must not reach the records of the new one.
  return testBridge({ records: structuredClone(records) });
};

describe('after a crash', () => {
  it('the turn an agent had ends interrupted, the prompt behind it goes on by itself', async () => {
    const before = await testBridge();
    const sessionId = await before.create();
    await before.prompt(sessionId, 'one');
    await before.prompt(sessionId, 'two');
    (await before.agents.turn(0)).say('half an ans');
    await settled();
    const seen = await before.told(sessionId);
    const after = await afterCrash(before);
    const turn = await after.agents.turn(0);
    expect(turn.texts[0]).toContain('User: one');
    expect(turn.texts.at(-1)).toBe('two');
    turn.answer();
    const told = await after.told(sessionId);
    expect(told.slice(0, seen.length)).toEqual(seen);
    expect(told.slice(seen.length)).toEqual([
      'turn_error p2 interrupted',
      'agent_started',
      'session_restored reseeded',
      'pending_prompt_started p1 running',
      'session_update user_message_chunk two',
      'pending_prompt_completed p1 completed',
      'turn_complete p1 end_turn',
    ]);
  });

  it('a turn that was being cancelled ends as cancelled', async () => {
    const before = await testBridge();
    const sessionId = await before.create();
    await before.prompt(sessionId, 'one');
    await before.bridge.cancelTurn(sessionId, caller);
    const after = await afterCrash(before);
    expect((await after.told(sessionId)).at(-1)).toBe('turn_complete p1 cancelled');
  });

  it('an accepted prompt that never started runs', async () => {
    const before = await testBridge();
    const sessionId = await before.create();
    await before.bridge.promptSession(sessionId, says('hi'), caller);
    const after = await afterCrash(before);
    expect((await after.agents.turn(0)).texts).toEqual(['hi']);
  });

  it('a waiting prompt keeps its deadline', async () => {
    const before = await testBridge();
    const sessionId = await before.create();
    await before.prompt(sessionId, 'one');
    const { release } = await before.bridge.promptSession(
      sessionId,
      { ...says('two'), deadlineMs: 5_000 },
      caller,
    );
    release();
    await settled();
    const after = await afterCrash(before);
    await after.agents.turn(0);
    await after.clock.advance(5_001);
    expect((await after.told(sessionId)).at(-1)).toBe('prompt_cancelled p1');
  });

  it('a session that rested is stranded, costs no place, and goes on at its next prompt', async () => {
    const before = await testBridge();
    const sessionId = await before.create();
    const after = await afterCrash(before);
    expect(await after.bridge.getSessionStatus(sessionId)).toMatchObject({
      state: 'stranded',
      clientCount: 1,
    });
    expect(after.bridge.figures().sessions).toBe(0);
    await after.prompt(sessionId, 'hi');
    expect((await after.agents.turn(0)).texts).toEqual(['hi']);
  });

  it('a closed session stays closed, and one that was being loaded too', async () => {
    const before = await testBridge();
    const [closed, loading] = [await before.create(), await before.create()];
    await before.bridge.closeSession(closed, caller);
    await before.bridge.closeSession(loading, caller);
    before.agents.hold('resume');
    void before.bridge.loadSession(loading, {}, caller).catch(() => {});
    await settled();
    const after = await afterCrash(before);
    for (const sessionId of [closed, loading]) {
      expect((await after.bridge.describeSession(sessionId)).state).toBe('closed');
      await expectRefusal(after.bridge.promptSession(sessionId, says('hi'), caller), 'session_not_found', {
        loadable: true,
      });
      expect((await after.told(sessionId)).at(-1)).toBe('session_closed client_close');
    }
  });

  it('a start looks at the sessions that were busy, whatever there is besides: 10,000 closed ones are not even read', async () => {
    const records = memoryRecords();
    const past = await openMemoryStore({ clock: new FakeClock(), ids: sequentialIds(), records });
    await recordSessions(past, 10_000, [
      c.prompt('p1'),
      c.advance,
      c.says('past'),
      c.answered('p1'),
      c.close,
    ]);
    const before = await testBridge({ records });
    const busy = [await before.create(), await before.create()];
    for (const sessionId of busy) await before.prompt(sessionId, 'hi');
    const resting = await before.create();
    const after = await afterCrash(before);
    expect([...after.core.registry.awake()].map(({ id }) => id).toSorted()).toEqual(busy.toSorted());
    expect(await after.told(resting)).not.toContain('turn_error p1 interrupted');
    expect((await after.bridge.describeSession(sessionOf(10_000))).closedReason).toBe('client_close');
  });

  it('an agent that cannot be had ends what waited, and starting goes on', async () => {
    const before = await testBridge();
    const sessionIds = await Promise.all(Array.from({ length: 7 }, () => before.create()));
    for (const sessionId of sessionIds) await before.bridge.promptSession(sessionId, says('hi'), caller);
    before.agents.processes.splice(0);
    const { agents } = before;
    const release = agents.hold('lease');
    const after = await testBridge({ records: structuredClone(before.records), agents });
    await settled();
    release();
    for (const place of sessionIds.keys()) (await agents.turn(place)).answer();
    for (const sessionId of sessionIds)
      expect((await after.told(sessionId)).at(-1)).toBe('turn_complete p1 end_turn');
  });
});

describe('a graceful stop', () => {
  it('waits for the running turn, starts none of those behind it, and closes no session', async () => {
    const before = await testBridge();
    const sessionId = await before.create();
    await before.prompt(sessionId, 'one');
    await before.prompt(sessionId, 'two');
    const closing = before.bridge.close({ drainTimeoutMs: 10_000 });
    await settled();
    (await before.agents.turn(0)).answer();
    await closing;
    expect(before.agents.turns).toHaveLength(1);
    expect(before.agents.isClosed).toBe(true);
    const after = await testBridge({ records: before.records });
    const turn = await after.agents.turn(0);
    expect(turn.texts.at(-1)).toBe('two');
    turn.answer();
    expect((await after.told(sessionId)).filter((line) => line.startsWith('turn_'))).toEqual([
      'turn_complete p2 end_turn',
      'turn_complete p1 end_turn',
    ]);
  });

  it('ends a turn that takes too long as interrupted', async () => {
    const before = await testBridge();
    const sessionId = await before.create();
    await before.prompt(sessionId, 'one');
    const closing = before.bridge.close({ drainTimeoutMs: 1_000 });
    await settled();
    await before.clock.advance(1_000);
    await closing;
    const after = await testBridge({ records: before.records });
    expect((await after.told(sessionId)).at(-1)).toBe('turn_error p1 interrupted');
    expect((await after.bridge.getSessionStatus(sessionId)).state).toBe('stranded');
  });

  it('takes nothing new, says that it is not ready, and may be asked twice', async () => {
    const { bridge, create } = await testBridge();
    const sessionId = await create();
    const closing = [bridge.close({ drainTimeoutMs: 0 }), bridge.close()];
    expect(bridge.readiness()).toMatchObject({ isReady: false });
    await expectRefusal(bridge.createSession({}, caller), 'shutting_down');
    await expectRefusal(bridge.promptSession(sessionId, says('hi'), caller), 'shutting_down');
    await Promise.all(closing);
  });

  it('loses no prompt that was accepted as it began', async () => {
    const before = await testBridge();
    const sessionId = await before.create();
    const { release } = await before.bridge.promptSession(sessionId, says('hi'), caller);
    const closing = before.bridge.close({ drainTimeoutMs: 0 });
    release();
    await before.clock.advance(1);
    await closing;
    expect(before.agents.turns).toHaveLength(0);
    const after = await testBridge({ records: before.records });
    expect((await after.agents.turn(0)).texts).toEqual(['hi']);
  });
});
