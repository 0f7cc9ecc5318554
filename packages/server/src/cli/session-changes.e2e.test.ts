import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HoldfastSandbox } from './testing/holdfast-process.ts';
import { SessionDesk } from './testing/session-commands.ts';

const desk = new SessionDesk();
beforeAll(() => desk.open());
afterAll(() => desk.close());

describe('sessions edit', () => {
  test('changes what people write, clears what is empty, and shows what holds now', async () => {
    const session = await desk.session('Edited');
    const { code, stdout } = await desk.sessions(
      ...['edit', 'edited', '--title', 'Renamed', '--alias', 'ed', '--labels', 'a,b', '--pinned', 'yes'],
    );
    expect([code, stdout]).toEqual([0, expect.stringContaining('displayName: Renamed\nalias: ed\n')]);
    expect(await desk.json('edit', 'ed', '--labels', '', '--if-revision', '1')).toMatchObject({
      revision: 2,
      fields: { labels: { result: 'applied', value: [] } },
    });
    expect(await session.describe()).toMatchObject({ title: 'Renamed', alias: 'ed', pinned: true });
  });

  test('is refused with the reason: a stale revision, an alias that is taken, nothing to change', async () => {
    await (await desk.session('First of two')).editMetadata({ alias: 'taken' });
    await desk.session('Second of two');
    const refusal = async (...words: string[]) => {
      const { code, stderr } = await desk.sessions('edit', 'second', ...words);
      return [code, stderr] as const;
    };
    expect(await refusal('--notes', 'x', '--if-revision', '9')).toEqual([
      1,
      expect.stringContaining('revision'),
    ]);
    expect(await refusal('--alias', 'taken')).toEqual([1, expect.stringContaining('taken')]);
    expect(await refusal()).toEqual([2, expect.stringContaining('changes nothing')]);
  });
});

test('archive takes sessions out of the list, each once', async () => {
  const sessions = await Promise.all([desk.session('Away 1'), desk.session('Away 2')]);
  const ids = sessions.map(({ sessionId }) => sessionId);
  const { code, stdout } = await desk.sessions('archive', ...ids, 'Away 1');
  expect([code, stdout]).toEqual([0, expect.stringContaining('2 sessions archived\n')]);
  expect((await desk.sessions('list', '--query', 'away')).stdout).toBe('no session is like that\n');
  expect((await desk.sessions('list', '--query', 'away', '--archived')).stdout).toContain('[archived]');
  expect(await desk.json('archive', 'away 1')).toMatchObject({ archived: [], alreadyArchived: [ids[0]] });
});

test('unarchive puts sessions back into the list', async () => {
  const { sessionId } = await desk.session('Put away');
  await desk.client.archiveSessions([sessionId]);
  expect((await desk.sessions('unarchive', 'put away')).stdout).toContain('1 session back in the lists\n');
  expect(await desk.json('unarchive', 'put away')).toMatchObject({
    unarchived: [],
    alreadyActive: [sessionId],
  });
});

describe('sessions delete', () => {
  test('asks, and where nobody can be asked does nothing without --yes', async () => {
    const { sessionId } = await desk.session('Doomed', ['hello']);
    const asked = await desk.sessions('delete', 'doomed');
    expect([asked.code, asked.stdout]).toEqual([1, '']);
    expect(asked.stderr).toContain('Erase 1 session with its history for good?');
    expect(asked.stderr).toContain('--yes');
    expect(await desk.json('delete', 'doomed', '--yes')).toEqual({
      removed: [sessionId],
      notFound: [],
      errors: [],
    });
    expect((await desk.sessions('show', sessionId)).stderr).toContain('no session is named');
  });

  test('leaves a protected session, says so, and deletes the others', async () => {
    await (await desk.session('Guarded')).editMetadata({ protected: true });
    const other = await desk.session('Unguarded');
    const { code, stdout } = await desk.sessions('delete', 'guarded', 'unguarded', '--yes');
    expect(code).toBe(1);
    expect(stdout).toContain(`1 session deleted\n  ${other.sessionId}\n`);
    expect(stdout).toContain('is protected');
  });

  test('obeys the rule for children', async () => {
    const parent = await desk.session('Parent');
    const child = await desk.client.createSession({
      parentSessionId: parent.sessionId,
      displayName: 'Child',
    });
    const refused = await desk.sessions('delete', 'parent', '--children', 'refuse', '--yes');
    expect([refused.code, refused.stdout]).toEqual([1, expect.stringContaining(parent.sessionId)]);
    expect((await desk.sessions('delete', 'parent', '--children', 'delete', '--yes')).code).toBe(0);
    expect((await desk.sessions('show', child.sessionId)).code).toBe(1);
  });
});

test('cleanup shows its plan, and carries out that and no more', async () => {
  const names = ['Old 1', 'Old 2'];
  const sessions = await Promise.all(names.map((name) => desk.session(name)));
  for (const session of sessions) await session.close();
  const kept = (await desk.client.listSessions({ limit: 200 })).sessions
    .map(({ sessionId }) => sessionId)
    .filter((id) => !sessions.some(({ sessionId }) => sessionId === id));
  const rule = ['cleanup', '--max-size', '1', '--keep', kept.join(',')];
  const plan = await desk.sessions(...rule);
  expect(plan.stdout).toContain('Old 1\n');
  expect(plan.stdout).toContain('too large in all');
  expect(plan.stderr).toContain('--apply carries this out');
  const asked = await desk.sessions(...rule, '--apply');
  expect([asked.code, asked.stderr]).toEqual([1, expect.stringContaining('--yes')]);
  const listed = async () => (await desk.client.listSessions({ q: 'old ' })).sessions.length;
  expect(await listed()).toBe(2);
  const applied = await desk.json<{ actions: object[]; results: { outcome: string }[] }>(
    ...rule,
    '--apply',
    '--yes',
  );
  expect(applied.results.map(({ outcome }) => outcome)).toEqual(applied.actions.map(() => 'done'));
  expect(await listed()).toBe(0);
});

test('cleanup without a rule is a mistake of usage', async () => {
  const { code, stderr } = await desk.sessions('cleanup', '--apply', '--yes');
  expect([code, stderr]).toEqual([2, expect.stringContaining('--older-than')]);
});

test('without a daemon every command says what to start', async () => {
  const sandbox = new HoldfastSandbox();
  try {
    for (const words of [
      ['show', 'x'],
      ['import', '-'],
      ['delete', 'x', '--yes'],
      ['cleanup', '--older-than', '1d'],
    ]) {
      const { code, stderr } = await sandbox.run(['sessions', ...words]);
      expect([code, stderr]).toEqual([1, expect.stringContaining('start one with holdfast serve')]);
    }
  } finally {
    await sandbox.close();
  }
});

test('extension keeps, shows and removes JSON under a name', async () => {
  await desk.session('Extended');
  const extension = (...words: string[]) => desk.sessions('extension', 'extended', 'ci', ...words);
  expect((await extension()).code).toBe(1);
  expect((await extension('--set', '{"build":17}')).stdout).toBe('ci kept, revision 1\n');
  expect((await extension()).stdout).toBe('{\n  "build": 17\n}\n');
  const stale = await extension('--set', 'null', '--if-revision', '7');
  expect([stale.code, stale.stderr]).toEqual([1, expect.stringContaining('revision')]);
  const piped = ['sessions', 'extension', 'extended', 'ci', '--set', '-', '--json'];
  const { stdout } = await desk.sandbox.run(piped, { input: '[1]' });
  expect(JSON.parse(stdout)).toMatchObject({ namespace: 'ci', revision: 2 });
  for (const words of [
    ['--set', '{'],
    ['--set', '1', '--remove'],
  ])
    expect((await extension(...words)).code).toBe(2);
  expect((await extension('--remove')).code).toBe(0);
  expect((await extension()).code).toBe(1);
});

test('an empty word names no session, although every title begins with nothing', async () => {
  const session = await desk.session('Only');
  for (const words of [
    ['delete', '', '--yes'],
    ['archive', ' '],
    ['edit', '', '--title', 'oops'],
    ['prompt', '', 'hi'],
  ]) {
    const { code, stderr } = await desk.sessions(...words);
    expect([words[0], code, stderr]).toEqual([
      words[0],
      2,
      expect.stringContaining('an empty word names no session'),
    ]);
  }
  expect(await session.describe()).toMatchObject({ displayName: 'Only', state: 'idle' });
});
