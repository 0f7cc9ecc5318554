import type { SessionId } from '@holdfast/protocol';
import { describe, expect, it } from 'vitest';
import { settled } from '../testing/fake-clock.ts';
import { caller, expectRefusal, testBridge } from '../testing/test-bridge.ts';

const dayMs = 24 * 60 * 60 * 1_000;

/** Sessions of two days ago, idle and unwatched. */
async function old(count: number) {
  const world = await testBridge({ limits: { sessionIdleTimeoutMs: 0 } });
  const sessionIds: SessionId[] = [];
  for (let made = 0; made < count; made += 1) sessionIds.push(await world.create());
  await world.clock.advance(2 * dayMs);
  return { ...world, sessionIds };
}

const outcomes = (results: readonly { sessionId: string; outcome: string; reason?: string }[]) =>
  results.map(({ sessionId, outcome, reason }) => [sessionId, reason ?? outcome]);

describe('a cleanup', () => {
  it('does what its dry run said when nothing changed meanwhile, and the dry run changes nothing', async () => {
    for (const action of ['archive', 'purge'] as const) {
      const { bridge, records, sessionIds } = await old(4);
      const before = JSON.stringify([...records.rows]);
      const plan = await bridge.planCleanup({ maxSessions: 1, action });
      expect(JSON.stringify([...records.rows])).toBe(before);
      expect(plan.actions.map(({ sessionId, reason }) => [sessionId, reason])).toEqual(
        sessionIds.slice(0, 3).map((sessionId) => [sessionId, 'max_sessions']),
      );
      for (const { bytes } of plan.actions) expect(bytes).toBeGreaterThan(100);
      const { results } = await bridge.applyCleanup(plan.planId, caller);
      expect(outcomes(results)).toEqual(plan.actions.map(({ sessionId }) => [sessionId, 'done']));
      const left = await bridge.listSessions({});
      expect(left.sessions.map(({ sessionId }) => sessionId)).toEqual(sessionIds.slice(3));
      expect((await bridge.planCleanup({ maxSessions: 1, action: 'archive' })).actions).toEqual([]);
    }
  });

  it('leaves alone what runs, waits, is watched, pinned, protected or named', async () => {
    const { bridge, sessionIds, prompt } = await old(6);
    const [running, watched, pinned, isProtected, named, free] = sessionIds as [SessionId, ...SessionId[]];
    await prompt(running, 'work');
    await bridge.subscribe(watched as SessionId, {});
    await bridge.editMetadata(pinned as SessionId, { body: { pinned: true } }, caller);
    await bridge.editMetadata(isProtected as SessionId, { body: { protected: true } }, caller);
    const plan = await bridge.planCleanup({ olderThanMs: 1, action: 'purge', protect: [named ?? ''] });
    expect(plan.actions.map(({ sessionId }) => sessionId)).toEqual([free]);
  });

  it('looks at each session again and says why it was skipped', async () => {
    const { bridge, sessionIds, prompt, agents, clock } = await old(5);
    const [used, running, pinned, gone, free] = sessionIds as [SessionId, ...SessionId[]];
    const plan = await bridge.planCleanup({ olderThanMs: dayMs, action: 'purge' });
    expect(plan.actions).toHaveLength(5);
    await prompt(used, 'one');
    (await agents.turn(0)).answer();
    await settled();
    await prompt(running as SessionId, 'two');
    await bridge.editMetadata(pinned as SessionId, { body: { pinned: true } }, caller);
    await bridge.deleteSessions([gone ?? '']);
    await clock.advance(1_000);
    const { results } = await bridge.applyCleanup(plan.planId, caller);
    expect(outcomes(results)).toEqual([
      [used, 'changed'],
      [running, 'running'],
      [pinned, 'pinned'],
      [gone, 'gone'],
      [free, 'done'],
    ]);
  });

  it('takes only sessions of the agent and directory asked for', async () => {
    const { bridge, sessionIds } = await old(1);
    expect((await bridge.planCleanup({ olderThanMs: 1, agent: 'other' })).actions).toEqual([]);
    const [found] = (await bridge.planCleanup({ olderThanMs: 1, agent: 'fake' })).actions;
    expect(found?.sessionId).toBe(sessionIds[0]);
  });

  it('can be carried out for 15 minutes', async () => {
    const { bridge, clock } = await old(1);
    const { planId } = await bridge.planCleanup({ olderThanMs: 1 });
    await clock.advance(15 * 60 * 1_000);
    await expectRefusal(bridge.applyCleanup(planId, caller), 'cleanup_plan_not_found', { planId });
    await expectRefusal(bridge.applyCleanup('plan_x', caller), 'cleanup_plan_not_found', {
      planId: 'plan_x',
    });
  });
});
