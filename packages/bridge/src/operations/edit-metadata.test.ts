import { DaemonError, type EditMetadataBody, type SessionId, sessionIdFrom } from '@holdfast/protocol';
import { describe, expect, it } from 'vitest';
import type { IfMatch } from '../session/if-match.ts';
import { settled } from '../testing/fake-clock.ts';
import { caller, expectRefusal, sessionIdIn, type TestBridge, testBridge } from '../testing/test-bridge.ts';

const edit = ({ bridge }: TestBridge, sessionId: SessionId, body: EditMetadataBody, ifMatch?: IfMatch) =>
  bridge.editMetadata(sessionId, { body, ifMatch }, caller);

describe('editing a session', () => {
  it('answers each field with its new value, and the revision', async () => {
    const world = await testBridge();
    const sessionId = await world.create();
    const body = {
      displayName: 'Mine',
      alias: 'mine',
      labels: ['b', 'a', 'b'],
      notes: 'one\ntwo',
      pinned: true,
    };
    expect(await edit(world, sessionId, body)).toEqual({
      sessionId,
      revision: 1,
      fields: {
        displayName: { result: 'applied', value: 'Mine' },
        alias: { result: 'applied', value: 'mine' },
        labels: { result: 'applied', value: ['b', 'a'] },
        notes: { result: 'applied', value: 'one\ntwo' },
        pinned: { result: 'applied', value: true },
      },
    });
    expect(await world.bridge.describeSession(sessionId)).toMatchObject({
      displayName: 'Mine',
      alias: 'mine',
      labels: ['b', 'a'],
      notes: 'one\ntwo',
      pinned: true,
      revision: 1,
    });
  });

  it('answers null for a cleared field, and tells readers so', async () => {
    const world = await testBridge();
    const sessionId = await world.create();
    await edit(world, sessionId, { displayName: 'Mine', notes: 'x', labels: ['a'], pinned: true });
    const { fields } = await edit(world, sessionId, {
      displayName: null,
      notes: null,
      labels: null,
      pinned: null,
    });
    expect(fields).toMatchObject({
      displayName: { value: null },
      notes: { value: null },
      labels: { value: [] },
      pinned: { value: false },
    });
    const told = (await world.events(sessionId)).at(-1);
    expect(told?.data).toMatchObject({
      changes: { displayName: null, notes: null, labels: [], pinned: false },
    });
  });

  it('that changes nothing is no step, no event, and no write', async () => {
    const world = await testBridge();
    const sessionId = await world.create();
    await edit(world, sessionId, { labels: ['a'], protected: true });
    const before = await world.told(sessionId);
    expect((await edit(world, sessionId, { labels: ['a'], protected: true, alias: null })).revision).toBe(1);
    expect(await world.told(sessionId)).toEqual(before);
  });

  it('of an unknown session is not found, and makes no row', async () => {
    const world = await testBridge();
    const unknown = sessionIdFrom('99999999-9999-4999-8999-999999999999');
    await expectRefusal(edit(world, unknown, { displayName: 'X' }), 'session_not_found');
    expect((await world.bridge.listSessions({})).total).toBe(0);
    expect(world.records.streams.size).toBe(0);
  });

  it.each([
    ['alias', { alias: 'With Space' }],
    ['alias', { alias: '00000000-0000-4000-8000-000000000001' }],
    ['labels', { labels: ['ok', ''] }],
    ['labels', { labels: Array.from({ length: 33 }, (_, place) => `l${place}`) }],
    ['notes', { notes: 'a\u0007b' }],
    ['notes', { notes: 'x'.repeat(4_001) }],
    ['displayName', { displayName: 'a\nb' }],
  ])('with a bad %s changes nothing of it', async (field, body) => {
    const world = await testBridge();
    const sessionId = await world.create();
    await expectRefusal(edit(world, sessionId, { pinned: true, ...body }), 'invalid_metadata', { field });
    expect((await world.bridge.describeSession(sessionId)).revision).toBe(0);
  });

  it('upon a stale revision is refused; of two edits upon the same revision one wins', async () => {
    const world = await testBridge();
    const sessionId = await world.create();
    const outcomes = await Promise.allSettled([
      edit(world, sessionId, { notes: 'first' }, [0]),
      edit(world, sessionId, { notes: 'second' }, [0]),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await expectRefusal(edit(world, sessionId, { notes: 'third' }, [0]), 'revision_mismatch', {
      revision: 1,
    });
  });

  it('is remembered by the next daemon, from its row and from its journal', async () => {
    const world = await testBridge();
    const sessionId = await world.create();
    await edit(world, sessionId, { alias: 'mine', labels: ['a'], notes: 'n' });
    await world.bridge.close({ drainTimeoutMs: 0 });
    world.records.rows.clear();
    const next = await testBridge({ records: world.records });
    expect(await next.bridge.describeSession(sessionId)).toMatchObject({
      alias: 'mine',
      labels: ['a'],
      notes: 'n',
      revision: 1,
      state: 'stranded',
    });
    expect((await edit(next, sessionId, { alias: null })).revision).toBe(2);
  });

  it('works on a closed session, whoever asks', async () => {
    const world = await testBridge();
    const sessionId = await world.create();
    await world.bridge.closeSession(sessionId, caller);
    const before = await world.told(sessionId);
    expect(await edit(world, sessionId, { displayName: 'Old' })).toMatchObject({ revision: 1 });
    expect(await world.told(sessionId)).toEqual(before);
  });
});

describe('an alias', () => {
  it('is taken by one session of the daemon: the refusal names the holder', async () => {
    const world = await testBridge();
    const [first, second] = [await world.create(), await world.create()];
    await edit(world, first, { alias: 'mine' });
    await edit(world, first, { alias: 'mine' });
    await expectRefusal(edit(world, second, { alias: 'mine', pinned: true }), 'alias_taken', {
      sessionId: first,
    });
    expect((await world.bridge.describeSession(second)).revision).toBe(0);
    await edit(world, first, { alias: null });
    await edit(world, second, { alias: 'mine' });
  });

  it('wanted by many at once is one session’s', async () => {
    const world = await testBridge();
    const sessions = await Promise.all(Array.from({ length: 5 }, () => world.create()));
    const outcomes = await Promise.allSettled(
      sessions.map((sessionId) => edit(world, sessionId, { alias: 'mine' })),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const aliases = await Promise.all(sessions.map((id) => world.bridge.describeSession(id)));
    expect(aliases.filter(({ alias }) => alias === 'mine')).toHaveLength(1);
  });

  it('may be given at creation, beside labels; a create that cannot have it leaves nothing behind', async () => {
    const world = await testBridge();
    const sessionId = await world.create({ sessionScope: 'thread', alias: 'mine', labels: ['a', 'a'] });
    expect(await world.bridge.describeSession(sessionId)).toMatchObject({
      alias: 'mine',
      labels: ['a'],
      revision: 0,
    });
    await expectRefusal(world.create({ sessionScope: 'thread', alias: 'mine' }), 'alias_taken', {
      sessionId,
    });
    expect((await world.bridge.listSessions({})).total).toBe(1);
    expect(world.core.slots.used).toBe(1);
    expect(sessionIdIn(sessionId)).toBe(sessionId);
  });

  it('asked for by a create that attaches is not given: the session keeps what it has', async () => {
    const world = await testBridge();
    const asked = { displayName: 'Mine', alias: 'mine', labels: ['a'] };
    const sessionId = await world.create(asked);
    expect(await world.create(asked)).toBe(sessionId);
    expect(await world.create({ displayName: 'Yours', alias: 'yours', labels: ['b'] })).toBe(sessionId);
    expect(await world.bridge.describeSession(sessionId)).toMatchObject({ ...asked, revision: 0 });
    await world.create({ sessionScope: 'thread', alias: 'yours' });
  });

  it('is free again when the session it was to be of could not be made', async () => {
    const world = await testBridge();
    world.agents.fail('new', new DaemonError('agent_error', 'no'));
    await expectRefusal(world.create({ sessionScope: 'thread', alias: 'mine' }), 'agent_error');
    world.agents.fail('new', undefined);
    await world.create({ sessionScope: 'thread', alias: 'mine' });
  });

  it('is free again when the edit was lost', async () => {
    const world = await testBridge();
    const [first, second] = [await world.create(), await world.create()];
    world.store.refuses = () => true;
    await expectRefusal(edit(world, first, { alias: 'mine' }), 'journal_unavailable');
    world.store.refuses = undefined;
    await edit(world, second, { alias: 'mine' });
  });
});

describe('what an edit chooses of the agent', () => {
  it('is applied at once where there is one, in one step of the revision', async () => {
    const world = await testBridge();
    const sessionId = await world.create();
    const edited = await edit(world, sessionId, { displayName: 'X', modelId: 'deep', modeId: 'plan' });
    expect(edited).toMatchObject({
      revision: 1,
      fields: {
        modelId: { result: 'applied', value: 'deep' },
        modeId: { result: 'applied', value: 'plan' },
      },
    });
    expect(world.agents.process.calls).toEqual(expect.arrayContaining(['model deep', 'mode plan']));
    expect((await edit(world, sessionId, { modelId: 'deep' })).revision).toBe(1);
  });

  it('is pending without an agent, and applied with the next one', async () => {
    const world = await testBridge();
    const sessionId = await world.create();
    await world.bridge.closeSession(sessionId, caller);
    const body = { modelId: 'deep', modeId: 'plan', config: { effort: 'high', web: true } };
    expect(await edit(world, sessionId, body)).toMatchObject({
      revision: 1,
      fields: {
        modelId: { result: 'pending', value: 'deep' },
        modeId: { result: 'pending' },
        config: { effort: { result: 'pending', value: 'high' }, web: { result: 'pending', value: true } },
      },
    });
    expect(await edit(world, sessionId, { config: { web: null } })).toMatchObject({
      fields: { config: { web: { result: 'applied', value: null } } },
    });
    await world.bridge.loadSession(sessionId, {}, caller);
    expect(world.agents.process.calls).toEqual(expect.arrayContaining(['option effort high', 'model deep']));
    expect(world.agents.process.calls.join()).not.toContain('option web');
  });

  it('that the agent refuses is rejected with the reason; the other fields stand', async () => {
    const world = await testBridge();
    const sessionId = await world.create();
    world.agents.fail('model', new DaemonError('agent_error', 'no such model', { agentCode: -32_602 }));
    world.agents.fail('mode', new DaemonError('agent_error', 'unknown method', { agentCode: -32_601 }));
    const { fields } = await edit(world, sessionId, { notes: 'kept', modelId: 'nope', modeId: 'plan' });
    expect(fields).toMatchObject({
      notes: { result: 'applied' },
      modelId: { result: 'rejected', code: 'agent_error', reason: 'no such model', value: null },
      modeId: { result: 'unsupported' },
    });
  });

  it('of its config options is set by their ids; one it does not have is unsupported', async () => {
    const world = await testBridge();
    const sessionId = await world.create();
    const option = { id: 'effort', type: 'select', currentValue: 'low' };
    world.agents.process.say('agent-1', { sessionUpdate: 'config_option_update', configOptions: [option] });
    await settled();
    const { fields, revision } = await edit(world, sessionId, { config: { effort: 'high', nonsense: 'x' } });
    expect(fields.config).toMatchObject({
      effort: { result: 'applied', value: 'high' },
      nonsense: { result: 'unsupported' },
    });
    expect(revision).toBe(1);
    expect(await edit(world, sessionId, { config: { nonsense: 'x' } })).toMatchObject({ revision: 1 });
  });

  it('goes with archiving: the session is closed, the choice waits', async () => {
    const world = await testBridge();
    const sessionId = await world.create();
    const { fields } = await edit(world, sessionId, { archived: true, modelId: 'deep' });
    expect(fields).toMatchObject({ archived: { value: true }, modelId: { result: 'pending' } });
    expect(await world.bridge.describeSession(sessionId)).toMatchObject({
      state: 'closed',
      closedReason: 'client_close',
      archived: true,
    });
  });
});
