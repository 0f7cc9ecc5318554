import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SessionDesk } from './testing/session-commands.ts';

const desk = new SessionDesk();
beforeAll(() => desk.open());
afterAll(() => desk.close());

type Ids = { readonly sessions: readonly { readonly sessionId: string }[] };
const idsOf = ({ sessions }: Ids) => sessions.map(({ sessionId }) => sessionId);

describe('sessions list', () => {
  test('filters, sorts and pages as it is asked to', async () => {
    const b = await desk.session('list b', ['hello']);
    const a = await desk.session('list a');
    await a.editMetadata({ labels: ['bird'], alias: 'aa' });
    const list = async (...words: string[]) =>
      idsOf(await desk.json<Ids>('list', '--query', 'list ', ...words));
    expect(await list('--sort', 'title')).toEqual([a.sessionId, b.sessionId]);
    expect(await list('--label', 'bird')).toEqual([a.sessionId]);
    expect(await list('--created-after', '1h', '--state', 'idle', '--active', 'no')).toHaveLength(2);
    expect(await list('--state', 'closed')).toEqual([]);
    expect(await list('--cwd', '.', '--agent', 'demo', '--limit', '1')).toHaveLength(1);
    const { stdout } = await desk.sessions('list', '--query', 'list ', '--preview', '--limit', '500');
    expect(stdout).toContain('list a (aa) #bird\n');
    expect(stdout).toContain('You said: hello');
  });

  test('says when there are more, and shows them all', async () => {
    for (const place of [1, 2, 3]) await desk.session(`many ${place}`);
    const { stdout, stderr } = await desk.sessions('list', '--query', 'many', '--limit', '2');
    expect(stdout.trimEnd().split('\n')).toHaveLength(3);
    expect(stderr).toContain('--all shows more');
    expect(idsOf(await desk.json<Ids>('list', '--query', 'many', '--all'))).toHaveLength(3);
    expect((await desk.sessions('list', '--query', 'nothing is called so')).stdout).toBe(
      'no session is like that\n',
    );
  });

  test.each([
    [['--limit', '0'], '--limit must be a whole number'],
    [['--state', 'sleeping'], '--state must be one of opening, idle'],
    [['--created-after', 'yesterday'], '--created-after must be a date'],
    [['--lable', 'x'], 'did you mean --label?'],
  ])('%j is a mistake of usage', async (words, part) => {
    const { code, stderr } = await desk.sessions('list', ...words);
    expect([code, stderr]).toEqual([2, expect.stringContaining(part)]);
  });
});

describe('a session is named', () => {
  test('by id, its beginning, an alias, a title or its beginning', async () => {
    const session = await desk.session('Named by title');
    await session.editMetadata({ alias: 'named' });
    const { sessionId } = session;
    for (const word of [sessionId, sessionId.slice(0, 13), 'named', 'named by']) {
      expect(await desk.json('show', word), word).toMatchObject({ session: { sessionId } });
    }
  });

  test('by a title that several have: refused, with the candidates', async () => {
    const twins = await Promise.all([desk.session('Twin'), desk.session('Twin')]);
    const { code, stdout, stderr } = await desk.sessions('reset', 'twin');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('"twin" means 2 sessions:\n');
    for (const { sessionId } of twins) expect(stderr).toContain(`  ${sessionId}  Twin\n`);
    expect(stderr).toContain('give the id of one');
  });

  test.each(['nobody', 'abcdef12', '00000000-0000-4000-8000-000000000000'])(
    'by %s: unknown, with the remedy',
    async (word) => {
      const { code, stderr } = await desk.sessions('archive', word);
      expect([code, stderr]).toEqual([1, expect.stringContaining(`no session is named "${word}"`)]);
      expect(stderr).toContain('holdfast sessions list');
    },
  );
});

test('show tells what a session is, what waits, its ways back and what was said', async () => {
  const session = await desk.session('Shown', ['hello']);
  await session.checkpoints.create({ name: 'good' });
  await session.prompt('/say begun\n/sleep ms=600000');
  await session.prompt('and then');
  const { code, stdout } = await desk.sessions('show', 'shown');
  expect(code).toBe(0);
  for (const part of [
    'Shown\n',
    session.sessionId,
    'good',
    'running  prompt_',
    'queued   prompt_',
    '> hello\nYou said: hello',
  ])
    expect(stdout).toContain(part);
  expect(stdout).not.toContain('\u001b');
  expect(await desk.json('show', 'shown', '--turns', '0')).toMatchObject({
    session: { sessionId: session.sessionId, state: 'running' },
    messages: { entries: [] },
    checkpoints: [{ name: 'good' }],
    generations: [{ generation: 1 }],
  });
  await session.abort({ clearQueue: true });
});

test('search finds what was said, everywhere or in one session', async () => {
  const heron = await desk.session('Heron', ['the heron flies', 'nothing of note']);
  await desk.session('Other heron', ['a heron stands']);
  const found = await desk.json<{ hits: { sessionId: string }[] }>('search', 'heron', 'flies');
  expect(found.hits.map(({ sessionId }) => sessionId)).toEqual([heron.sessionId]);
  const { stdout } = await desk.sessions('search', '--session', heron.sessionId, 'heron');
  expect(stdout).toContain('  > the heron flies\n');
  expect(stdout).not.toContain('stands');
  expect((await desk.sessions('search', 'xylophone')).stdout).toBe('nothing was found\n');
});

describe('export and import', () => {
  test('take a session out to a file and in again, whole', async () => {
    const session = await desk.session('Travelling', ['remember the word heron']);
    const file = join(desk.sandbox.folder, 'travelling.jsonl');
    expect((await desk.sessions('export', 'travelling', file)).stdout).toContain(`${file}: `);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const imported = await desk.json<{ sessionId: string }>('import', file);
    expect(imported.sessionId).not.toBe(session.sessionId);
    expect((await desk.sessions('show', imported.sessionId)).stdout).toContain('> remember the word heron');
  });

  test('go through pipes as well', async () => {
    const { sessionId } = await desk.session('Piped', ['hello']);
    const exported = await desk.sessions('export', sessionId, '--format', 'jsonl');
    expect(JSON.parse(exported.stdout.split('\n')[0] ?? '')).toMatchObject({
      holdfast: 'session',
      sessionId,
    });
    const imported = await desk.sandbox.run(['sessions', 'import', '-'], { input: exported.stdout });
    expect(imported).toMatchObject({ code: 0, stdout: expect.stringContaining(' imported: ') });
  });

  test('as md are readable; the ending of the file chooses, and no file is overwritten', async () => {
    await desk.session('Readable', ['remember the word heron']);
    const file = join(desk.sandbox.folder, 'readable.md');
    expect(await desk.json('export', 'readable', file)).toMatchObject({ file, format: 'md' });
    expect(readFileSync(file, 'utf8')).toContain('# Readable');
    const again = await desk.sessions('export', 'readable', file);
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('--force')]);
    expect((await desk.sessions('export', 'readable', file, '--force')).code).toBe(0);
  });

  test('refuse a file that is no export, is not there, or cannot be written', async () => {
    const file = join(desk.sandbox.folder, 'broken.jsonl');
    writeFileSync(file, '{"holdfast":"session"\n');
    const broken = await desk.sessions('import', file);
    expect([broken.code, broken.stderr]).toEqual([1, expect.stringContaining(`${file}: `)]);
    expect(broken.stderr).toContain('nothing was imported');
    expect((await desk.sessions('import', 'absent.jsonl')).stderr).toContain(
      'absent.jsonl cannot be read: it does not exist',
    );
    await desk.session('Unwritten');
    const place = join(desk.sandbox.folder, 'no', 'folder.md');
    const unwritten = await desk.sessions('export', 'unwritten', place);
    expect([unwritten.code, unwritten.stderr, existsSync(place)]).toEqual([
      ...[1, expect.stringContaining(`${place} cannot be written`), false],
    ]);
    expect((await desk.sessions('export', 'unwritten', '--json')).code).toBe(2);
  });
});
