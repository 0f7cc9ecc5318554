import { describe, expect, it } from 'vitest';
import { caller, expectRefusal, testBridge } from '../testing/test-bridge.ts';

const unknown = '99999999-9999-4999-8999-999999999999';

describe('a batch', () => {
  it('archives live and closed sessions, and says which were archived before', async () => {
    const world = await testBridge();
    const [live, closed, before] = [await world.create(), await world.create(), await world.create()];
    await world.bridge.closeSession(closed, caller);
    await world.bridge.archiveSessions([before]);
    expect(await world.bridge.archiveSessions([live, closed, live, before, unknown, 'no id'])).toEqual({
      archived: [live, closed],
      alreadyArchived: [before],
      notFound: [unknown, 'no id'],
      errors: [],
    });
    expect((await world.bridge.listSessions({})).sessions).toEqual([]);
    expect((await world.bridge.listSessions({ archived: true })).sessions).toHaveLength(3);
    expect(await world.bridge.describeSession(live)).toMatchObject({ state: 'closed', archived: true });
    expect((await world.bridge.getTranscript(live, {})).events.at(-1)).toMatchObject({
      type: 'session_closed',
    });
  });

  it('unarchives, leaving sessions closed; a load takes one out of the archive by itself', async () => {
    const world = await testBridge();
    const [first, second] = [await world.create(), await world.create()];
    await world.bridge.archiveSessions([first, second]);
    expect(await world.bridge.unarchiveSessions([first, first, unknown])).toEqual({
      unarchived: [first],
      alreadyActive: [],
      notFound: [unknown],
      errors: [],
    });
    expect((await world.bridge.describeSession(first)).state).toBe('closed');
    await world.bridge.loadSession(second, {}, caller);
    expect(await world.bridge.unarchiveSessions([second])).toMatchObject({ alreadyActive: [second] });
    expect((await world.bridge.listSessions({})).total).toBe(2);
  });

  it('deletes what may be deleted: a protected session is an error of its own', async () => {
    const world = await testBridge();
    const [live, kept, closed] = [await world.create(), await world.create(), await world.create()];
    await world.bridge.editMetadata(kept, { body: { protected: true } }, caller);
    await world.bridge.closeSession(closed, caller);
    const { removed, notFound, errors } = await world.bridge.deleteSessions([live, kept, unknown, closed]);
    expect([removed, notFound]).toEqual([[live, closed], [unknown]]);
    expect(errors).toMatchObject([{ sessionId: kept, code: 'session_protected' }]);
    await expectRefusal(world.bridge.describeSession(live), 'session_not_found');
    expect((await world.bridge.describeSession(kept)).state).toBe('idle');
  });

  it('is not stopped by a journal that refuses one of its writes', async () => {
    const world = await testBridge();
    const [first, second] = [await world.create(), await world.create()];
    world.store.refuses = ({ rows = [] }) => rows.some(({ sessionId }) => sessionId === first);
    const { archived, errors } = await world.bridge.archiveSessions([first, second]);
    expect(archived).toEqual([second]);
    expect(errors).toMatchObject([{ sessionId: first, code: 'journal_unavailable' }]);
    world.store.refuses = undefined;
  });
});
