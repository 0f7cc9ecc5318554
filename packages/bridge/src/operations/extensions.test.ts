import { type SessionId, sessionIdFrom } from '@holdfast/protocol';
import { describe, expect, it } from 'vitest';
import { caller, expectRefusal, type TestBridge, testBridge } from '../testing/test-bridge.ts';

const put = ({ bridge }: TestBridge, sessionId: SessionId, namespace: string, content: unknown) =>
  bridge.putExtension({ sessionId, namespace }, { content }, caller);

describe('an extension', () => {
  it('is what was put last, of each namespace, also after a restart and after the session was closed', async () => {
    const world = await testBridge();
    const sessionId = await world.create();
    await put(world, sessionId, 'a', { v: 1 });
    await put(world, sessionId, 'b', [null, 'é']);
    expect(await put(world, sessionId, 'a', { v: 2 })).toEqual({
      sessionId,
      namespace: 'a',
      revision: 3,
      sizeBytes: 7,
    });
    await world.bridge.deleteExtension({ sessionId, namespace: 'c' }, {}, caller);
    await world.bridge.closeSession(sessionId, caller);
    await world.bridge.close({ drainTimeoutMs: 0 });
    const { bridge } = await testBridge({ records: world.records });
    expect(await bridge.getExtension({ sessionId, namespace: 'a' })).toMatchObject({
      revision: 3,
      content: { v: 2 },
    });
    expect(await bridge.getExtension({ sessionId, namespace: 'b' })).toMatchObject({ content: [null, 'é'] });
    expect((await bridge.describeSession(sessionId)).extensions).toEqual([
      { namespace: 'a', revision: 3, sizeBytes: 7 },
      { namespace: 'b', revision: 2, sizeBytes: 11 },
    ]);
  });

  it('survives a reset, an archive and a load, and is not part of a branch', async () => {
    const world = await testBridge();
    const sessionId = await world.create();
    await put(world, sessionId, 'a', { v: 1 });
    await world.bridge.resetSession(sessionId, { reason: 'new', queue: 'keep' }, caller);
    await world.bridge.archiveSessions([sessionId]);
    await world.bridge.loadSession(sessionId, {}, caller);
    expect(await world.bridge.getExtension({ sessionId, namespace: 'a' })).toMatchObject({
      content: { v: 1 },
    });
    const { answer } = await world.bridge.branchSession(sessionId, {}, caller);
    expect((await world.bridge.describeSession(sessionIdFrom(answer.sessionId))).extensions).toEqual([]);
  });

  it('may be null, which is something', async () => {
    const world = await testBridge();
    const sessionId = await world.create();
    await put(world, sessionId, 'a', null);
    expect(await world.bridge.getExtension({ sessionId, namespace: 'a' })).toMatchObject({ content: null });
  });

  it('that was removed, or never was, is not found', async () => {
    const world = await testBridge();
    const sessionId = await world.create();
    await put(world, sessionId, 'a', 1);
    await world.bridge.deleteExtension({ sessionId, namespace: 'a' }, {}, caller);
    for (const namespace of ['a', 'never', 'constructor']) {
      await expectRefusal(world.bridge.getExtension({ sessionId, namespace }), 'extension_not_found', {
        namespace,
      });
    }
    const unknown = sessionIdFrom('99999999-9999-4999-8999-999999999999');
    await expectRefusal(put(world, unknown, 'a', 1), 'session_not_found');
  });

  it('is read whole by whoever reads while others write', async () => {
    const world = await testBridge();
    const sessionId = await world.create();
    await put(world, sessionId, 'a', 0);
    await put(world, sessionId, 'b', 'fixed');
    const reads = Array.from({ length: 20 }, async (_, place) => {
      await put(world, sessionId, 'a', place);
      return await world.bridge.getExtension({ sessionId, namespace: 'b' });
    });
    for (const { content } of await Promise.all(reads)) expect(content).toBe('fixed');
  });

  it('is not written into the row of the session with every change', async () => {
    const world = await testBridge();
    const sessionId = await world.create();
    await put(world, sessionId, 'a', 'long-content '.repeat(1_000));
    expect((await world.core.index.find(sessionId))?.snapshot).not.toContain('long-content');
  });

  it('tells the readers of a live session that it changed', async () => {
    const world = await testBridge();
    const sessionId = await world.create();
    await put(world, sessionId, 'a', 1);
    await world.bridge.deleteExtension({ sessionId, namespace: 'a' }, {}, caller);
    const told = (await world.events(sessionId)).filter(({ type }) => type === 'extension_updated');
    expect(told.map(({ data }) => data)).toEqual([
      { sessionId, namespace: 'a', revision: 1 },
      { sessionId, namespace: 'a' },
    ]);
  });
});
