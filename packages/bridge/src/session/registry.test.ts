import { expect, it } from 'vitest';
import { caller, testBridge } from '../testing/test-bridge.ts';

it('a session in use is not forgotten for others that are read in between', async () => {
  const before = await testBridge({ limits: { maxSessions: 1_000 } });
  const used = await before.create();
  const others = await Promise.all(Array.from({ length: 300 }, () => before.create()));
  await before.bridge.close();
  const { bridge, core } = await testBridge({ records: before.records });
  const session = await core.registry.wake(used);
  for (const other of others.slice(0, 200)) await bridge.describeSession(other);
  expect(await core.registry.wake(used)).toBe(session);
  for (const other of others.slice(200)) await bridge.describeSession(other);
  expect(await core.registry.wake(used)).toBe(session);
  expect([...core.registry.awake()].length).toBeLessThanOrEqual(257);
  await bridge.updateMetadata(used, { displayName: 'x' }, { ...caller, clientId: undefined });
});

it('what was forgotten is read again as it was', async () => {
  const before = await testBridge({ limits: { maxSessions: 1_000 } });
  const sessionIds = await Promise.all(Array.from({ length: 300 }, () => before.create()));
  await before.bridge.close();
  const { bridge, core } = await testBridge({ records: before.records });
  for (const sessionId of sessionIds) await bridge.describeSession(sessionId);
  const [first] = sessionIds;
  if (first === undefined) throw new Error('there are 300');
  expect(core.registry.find(first)).toBeUndefined();
  expect(await bridge.describeSession(first)).toMatchObject({ state: 'stranded', clientCount: 1 });
});
