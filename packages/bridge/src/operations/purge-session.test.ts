import type { SessionId } from '@holdfast/protocol';
import { describe, expect, it } from 'vitest';
import { settled } from '../testing/fake-clock.ts';
import { client } from '../testing/samples.ts';
import {
  caller,
  expectRefusal,
  sessionIdIn,
  type TestBridge,
  testBridge,
  withKey,
} from '../testing/test-bridge.ts';

type Query = Parameters<TestBridge['bridge']['closeSession']>[2];

const limit = { maxEvents: 100, maxBytes: 1e6 };
const purge = ({ bridge }: TestBridge, sessionId: SessionId, children?: NonNullable<Query>['children']) =>
  bridge.closeSession(sessionId, caller, { transcript: 'purge', children });
const childOf = (world: TestBridge, parentSessionId: SessionId) => world.create({ parentSessionId });

async function expectGone({ bridge, records }: TestBridge, sessionId: SessionId): Promise<void> {
  await expectRefusal(bridge.describeSession(sessionId), 'session_not_found');
  await expectRefusal(bridge.subscribe(sessionId, { after: 0 }), 'session_not_found');
  await expectRefusal(bridge.getTranscript(sessionId, {}), 'session_not_found');
  await expectRefusal(bridge.loadSession(sessionId, {}, caller), 'session_not_found');
  await expectRefusal(bridge.getExtension({ sessionId, namespace: 'a' }), 'session_not_found');
  expect(records.streams.has(sessionId)).toBe(false);
  expect(records.rows.has(sessionId)).toBe(false);
}

describe('purging a session', () => {
  it('ends it for its readers, then nothing of it can be read', async () => {
    const world = await testBridge();
    const sessionId = await world.create();
    await world.bridge.putExtension({ sessionId, namespace: 'a' }, { content: 1 }, caller);
    await world.prompt(sessionId, 'hello');
    const heard: string[] = [];
    const reader = await world.bridge.subscribe(sessionId, {});
    reader.watch((events) => heard.push(...events.map(({ json }) => json)));
    await purge(world, sessionId);
    const types = heard.map((json) => JSON.parse(json).type);
    expect(types).toEqual(['prompt_cancelled', 'turn_complete', 'session_closed']);
    expect(JSON.parse(heard.at(-1) ?? '').data).toMatchObject({ reason: 'deleted', closedBy: 'ann' });
    await expectGone(world, sessionId);
    expect(world.core.slots.used).toBe(0);
    await settled();
    expect(world.agents.process.calls).toEqual(expect.arrayContaining(['cancel agent-1', 'close agent-1']));
  });

  it('lets a reader that was behind hear how it ended, and no more', async () => {
    const world = await testBridge();
    const sessionId = await world.create();
    for (const text of ['one', 'two']) {
      await world.prompt(sessionId, text);
      (await world.agents.turn(text === 'one' ? 0 : 1)).answer();
      await settled();
    }
    const reader = await world.bridge.subscribe(sessionId, { after: 0 });
    const first = await reader.read(0, { maxEvents: 2, maxBytes: 1e6 });
    await purge(world, sessionId);
    const rest = await reader.read(first.at(-1)?.seq ?? 0, limit);
    expect(rest.map(({ type }) => type)).toEqual(['session_closed']);
    expect(await reader.read(rest.at(-1)?.seq ?? 0, limit)).toEqual([]);
  });

  it('works on a closed one, by anybody, and on one that sleeps on the disk', async () => {
    const world = await testBridge();
    const [first, second] = [await world.create(), await world.create()];
    await world.bridge.closeSession(first, caller);
    await purge(world, first);
    await expectGone(world, first);
    await world.bridge.close({ drainTimeoutMs: 0 });
    const next = await testBridge({ records: world.records });
    await purge(next, second);
    await expectGone(next, second);
    expect((await next.bridge.listSessions({})).total).toBe(0);
  });

  it('takes the stored answer of its creation along: the key makes a new session', async () => {
    const world = await testBridge();
    const body = { sessionScope: 'thread' as const };
    const first = sessionIdIn((await world.bridge.createSession(body, withKey('k'))).answer.sessionId);
    await purge(world, first);
    const again = await world.bridge.createSession(body, withKey('k'));
    expect(again.isReplayed).toBe(false);
    expect(again.answer.sessionId).not.toBe(first);
  });

  it('is refused while it is protected, and possible once it is not', async () => {
    const world = await testBridge();
    const sessionId = await world.create();
    await world.bridge.editMetadata(sessionId, { body: { protected: true } }, caller);
    await expectRefusal(purge(world, sessionId), 'session_protected', { sessionId });
    expect((await world.bridge.describeSession(sessionId)).state).toBe('idle');
    await world.bridge.editMetadata(sessionId, { body: { protected: null } }, caller);
    await purge(world, sessionId);
    await expectGone(world, sessionId);
  });

  it('by a client that is not registered is refused, and nothing is closed', async () => {
    const world = await testBridge();
    const sessionId = await world.create();
    const stranger = { ...caller, clientId: client('stranger') };
    const purging = world.bridge.closeSession(sessionId, stranger, { transcript: 'purge' });
    await expectRefusal(purging, 'invalid_client_id');
    expect((await world.bridge.describeSession(sessionId)).state).toBe('idle');
  });

  it('that the journal cannot write leaves it closed, and may be tried again', async () => {
    const world = await testBridge();
    const sessionId = await world.create();
    world.store.refuses = ({ erase = [] }) => erase.length > 0;
    await expectRefusal(purge(world, sessionId), 'journal_unavailable');
    expect((await world.bridge.describeSession(sessionId)).state).toBe('closed');
    world.store.refuses = undefined;
    await purge(world, sessionId);
    await expectGone(world, sessionId);
  });

  it('wins over a load that runs: the load ends, then the session', async () => {
    const world = await testBridge();
    const sessionId = await world.create();
    await world.bridge.closeSession(sessionId, caller);
    const letGo = world.agents.hold('resume');
    const loading = world.bridge.loadSession(sessionId, {}, caller);
    await settled();
    const purging = purge(world, sessionId);
    await settled();
    letGo();
    await Promise.allSettled([loading]);
    await purging;
    await expectGone(world, sessionId);
    await settled();
    expect(world.core.slots.used).toBe(0);
    expect(world.agents.process.conversations).toEqual([]);
  });

  it('leaves branches of it alone: they are sessions of their own', async () => {
    const world = await testBridge();
    const sessionId = await world.create();
    await world.prompt(sessionId, 'hello');
    (await world.agents.turn(0)).answer();
    await settled();
    const { answer } = await world.bridge.branchSession(sessionId, {}, caller);
    await purge(world, sessionId);
    const branch = await world.bridge.describeSession(sessionIdIn(answer.sessionId));
    expect(branch).toMatchObject({ state: 'idle', lineage: { forkedFrom: { sessionId } } });
  });
});

describe('purging a parent with a running child', () => {
  async function family() {
    const world = await testBridge();
    const parent = await world.create();
    const child = await childOf(world, parent);
    const grandchild = await childOf(world, child);
    await world.prompt(child, 'work');
    return { world, parent, child, grandchild };
  }

  it('detaches it unless told otherwise: it goes on without a parent', async () => {
    const { world, parent, child, grandchild } = await family();
    expect((await world.bridge.describeSession(parent)).lineage.children).toEqual([child]);
    await purge(world, parent);
    await expectGone(world, parent);
    const orphan = await world.bridge.describeSession(child);
    expect(orphan).toMatchObject({ state: 'running', lineage: { children: [grandchild] } });
    expect(orphan.lineage.parentSessionId).toBeUndefined();
    expect((await world.core.index.find(child))?.parentSessionId).toBeNull();
  });

  it('with children=refuse names the child, and touches nothing', async () => {
    const { world, parent, child } = await family();
    await expectRefusal(purge(world, parent, 'refuse'), 'session_has_children', { children: [child] });
    expect((await world.bridge.describeSession(parent)).state).toBe('idle');
    await purge(world, child, 'detach');
    await purge(world, parent, 'refuse');
  });

  it('with children=delete ends the child’s turn and purges all of them', async () => {
    const { world, parent, child, grandchild } = await family();
    await purge(world, parent, 'delete');
    for (const sessionId of [parent, child, grandchild]) await expectGone(world, sessionId);
    expect(world.core.slots.used).toBe(0);
  });

  it('with children=delete and a protected grandchild deletes nothing at all', async () => {
    const { world, parent, child, grandchild } = await family();
    await world.bridge.editMetadata(grandchild, { body: { protected: true } }, caller);
    await expectRefusal(purge(world, parent, 'delete'), 'session_protected', { sessionId: grandchild });
    expect((await world.bridge.describeSession(parent)).state).toBe('idle');
    expect((await world.bridge.describeSession(child)).state).toBe('running');
  });

  it('does not leave a child behind that was made meanwhile', async () => {
    const world = await testBridge();
    const parent = await world.create();
    const letGo = world.agents.hold('new');
    const making = childOf(world, parent);
    await settled();
    await purge(world, parent);
    letGo();
    const child = await making;
    expect((await world.bridge.describeSession(child)).lineage.parentSessionId).toBeUndefined();
  });
});

describe('a parent', () => {
  it('must exist when a session names it', async () => {
    const world = await testBridge();
    const nobody = '99999999-9999-4999-8999-999999999999';
    await expectRefusal(world.create({ parentSessionId: nobody }), 'session_not_found');
  });
});

describe('closing a session', () => {
  it('with children is for purging only', async () => {
    const world = await testBridge();
    const sessionId = await world.create();
    const closing = world.bridge.closeSession(sessionId, caller, { children: 'delete' });
    await expectRefusal(closing, 'invalid_request', { path: 'children' });
    expect((await world.bridge.describeSession(sessionId)).state).toBe('idle');
  });

  it('that is closed is not found, but it may still be archived', async () => {
    const world = await testBridge();
    const sessionId = await world.create();
    await world.bridge.closeSession(sessionId, caller);
    await expectRefusal(world.bridge.closeSession(sessionId, caller), 'session_not_found');
    await world.bridge.closeSession(sessionId, caller, { transcript: 'archive' });
    expect((await world.bridge.describeSession(sessionId)).archived).toBe(true);
  });
});
