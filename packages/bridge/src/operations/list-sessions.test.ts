import { describe, expect, it } from 'vitest';
import type { ListSessionsRequest } from '../api/list-request.ts';
import type { SessionRow } from '../ports/session-index.ts';
import { freshSession, sampleRow } from '../testing/journal-samples.ts';
import { expectRefusal, testBridge, workspace } from '../testing/test-bridge.ts';

const parent = freshSession();
const day = 86_400_000;

/** One session for each thing that a filter asks for, the first one the oldest. */
const samples = {
  plain: { displayName: 'zebra' },
  elsewhere: { cwd: '/work/other', displayName: 'Yak' },
  qwen: { agent: 'qwen', displayName: 'xerus' },
  closed: { state: 'closed', lifecycle: 'closed', displayName: 'Wolf' },
  running: { state: 'running', hasActivePrompt: true, displayName: 'vole' },
  child: { parentSessionId: parent, displayName: 'Uakari' },
  labelled: { labels: ['urgent', 'later'], displayName: 'tapir' },
  archived: { isArchived: true, state: 'closed', lifecycle: 'closed', displayName: 'Skunk' },
  named: { displayName: null, agentTitle: 'Plan of the ÉCLAIR', preview: { role: 'agent', text: 'Done.' } },
} as const satisfies Record<string, Partial<SessionRow>>;
type Name = keyof typeof samples;
const names = Object.keys(samples) as readonly Name[];

async function withSamples() {
  const bench = await testBridge();
  const rows = names.map((name, place) => {
    const createdAt = day * (place + 1);
    // The oldest was active last.
    return sampleRow({ createdAt, activityAt: createdAt + (place === 0 ? 30 * day : 0), ...samples[name] });
  });
  await bench.core.journal.commit({ rows, isAcknowledged: true });
  const nameOf = new Map(rows.map(({ sessionId }, place) => [sessionId as string, names[place]]));
  const listed = async (request: ListSessionsRequest) =>
    (await bench.bridge.listSessions(request)).sessions.map(({ sessionId }) => nameOf.get(sessionId));
  return { ...bench, listed };
}

const unarchived = names.filter((name) => name !== 'archived');
const newestFirst = ['plain', ...unarchived.slice(1).reverse()];

describe('a list of sessions', () => {
  it('has what is not archived, newest activity first', async () => {
    const { listed } = await withSamples();
    expect(await listed({})).toEqual(newestFirst);
  });

  it.each<readonly [ListSessionsRequest, readonly Name[]]>([
    [{ cwd: '/work/other' }, ['elsewhere']],
    [{ cwd: '/work' }, []],
    [{ agent: 'qwen' }, ['qwen']],
    [{ state: 'closed' }, ['closed']],
    [{ state: 'running' }, ['running']],
    [{ state: 'open' }, unarchived.filter((name) => name !== 'closed')],
    [{ active: true }, ['running']],
    [{ active: false }, unarchived.filter((name) => name !== 'running')],
    [{ parent }, ['child']],
    [{ label: 'later' }, ['labelled']],
    [{ label: 'Later' }, []],
    [{ archived: true }, ['archived']],
    [{ createdAfter: 7 * day }, ['named']],
    [{ updatedAfter: 7 * day }, ['plain', 'named']],
    [{ q: 'éclair' }, ['named']],
    [{ q: 'ZEBRA' }, ['plain']],
    [{ q: '' }, unarchived],
    [{ agent: 'demo', state: 'open', createdAfter: 5 * day, q: 'a' }, ['child', 'labelled', 'named']],
    [{ agent: 'qwen', label: 'later' }, []],
  ])('filtered by %j has these alone', async (filter, expected) => {
    const { listed } = await withSamples();
    expect((await listed(filter)).toSorted()).toEqual(expected.toSorted());
  });

  it('is sorted by activity, creation or title', async () => {
    const { listed } = await withSamples();
    expect(await listed({ sort: 'activity' })).toEqual(newestFirst);
    expect(await listed({ sort: 'created' })).toEqual(unarchived.toReversed());
    // What people or agents call them, whatever the case: Plan, tapir, Uakari, vole, …
    const byTitle = ['named', 'labelled', 'child', 'running', 'closed', 'qwen', 'elsewhere', 'plain'];
    expect(await listed({ sort: 'title' })).toEqual(byTitle);
  });

  it('shows the beginning of the last message to who asks for it, and always the title', async () => {
    const { bridge } = await withSamples();
    const q = 'plan';
    const [plain] = (await bridge.listSessions({ q })).sessions;
    expect(plain).toMatchObject({ title: 'Plan of the ÉCLAIR', agentTitle: 'Plan of the ÉCLAIR' });
    expect(plain).not.toHaveProperty('preview');
    const [shown] = (await bridge.listSessions({ q, hasPreviews: true })).sessions;
    expect(shown?.preview).toEqual({ role: 'agent', text: 'Done.' });
  });

  it('says how many there are of the kind, and as of which change', async () => {
    const { bridge, core } = await withSamples();
    const page = await bridge.listSessions({ limit: 3 });
    expect(page).toMatchObject({ total: 8, indexSeq: core.index.range().lastSeq });
    expect((await bridge.listSessions({ limit: 3, cursor: page.nextCursor })).total).toBe(8);
    expect((await bridge.listSessions({ archived: true })).total).toBe(1);
    expect((await bridge.listSessions({ state: 'closed' })).total).toBe(1);
    expect((await bridge.listSessions({ agent: 'qwen' })).total).toBe(1);
  });

  it('goes on only with a cursor of its own filters and order', async () => {
    const { bridge } = await withSamples();
    const { nextCursor } = await bridge.listSessions({ limit: 2, sort: 'title' });
    await expectRefusal(bridge.listSessions({ cursor: nextCursor }), 'invalid_cursor', {});
    await expectRefusal(
      bridge.listSessions({ cursor: nextCursor, sort: 'title', agent: 'demo' }),
      'invalid_cursor',
      {},
    );
    await expectRefusal(bridge.listSessions({ cursor: 'made up' }), 'invalid_cursor', {});
  });
});

describe('the list of a workspace', () => {
  it('is of exactly a directory, or of the whole workspace by its root or id', async () => {
    const { bridge, core } = await testBridge();
    const root = { cwd: workspace, workspace };
    const inside = sampleRow({ cwd: `${workspace}/inside`, workspace, activityAt: 5 });
    await core.journal.commit({
      rows: [sampleRow({ ...root, activityAt: 9 }), inside, sampleRow()],
      isAcknowledged: true,
    });
    const [place] = bridge.workspaces;
    for (const named of [workspace, place?.id ?? '']) {
      const { sessions } = await bridge.listWorkspaceSessions(named, {});
      expect(sessions.map(({ workspaceCwd }) => workspaceCwd)).toEqual([workspace, inside.cwd]);
    }
    await expectRefusal(bridge.listWorkspaceSessions(`${workspace}/inside`, {}), 'invalid_cwd', {});
  });

  it('has pages of at least one and at most 200, whatever is asked for', async () => {
    const { bridge, core } = await testBridge();
    const rows = Array.from({ length: 201 }, () => sampleRow({ cwd: workspace, workspace }));
    await core.journal.commit({ rows, isAcknowledged: true });
    const sizes = [-1, 0, 2.9, 1_000].map(async (size) => {
      const { sessions } = await bridge.listWorkspaceSessions(workspace, { size });
      return sessions.length;
    });
    expect(await Promise.all(sizes)).toEqual([1, 1, 2, 200]);
  });
});
