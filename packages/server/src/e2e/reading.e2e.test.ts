import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { HoldfastClient, MessagePage, ReadMessagesQuery, Session } from '@holdfast/sdk';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Daemon, DaemonLab } from './testing/daemon-lab.ts';
import { flipBytesIn } from './testing/flip-byte.ts';
import { until } from './testing/until.ts';

let lab: DaemonLab;
let daemon: Daemon;
let client: HoldfastClient;
beforeEach(async () => {
  lab = new DaemonLab();
  daemon = await lab.serve();
  client = lab.client(daemon);
});
afterEach(() => lab.close());

/** A session in which the user said these things, one a turn. */
async function told(...texts: readonly string[]): Promise<Session> {
  const session = await lab.session(daemon);
  for (const text of texts) await session.promptAndWait(text);
  return session;
}

const nobody = '00000000-0000-4000-8000-000000000000';

test('preview isolates faults', async () => {
  const [whole, broken, silent] = [await told('intact words'), await told('damaged words'), await told()];
  await lab.stop(daemon);
  flipBytesIn(join(lab.sandbox.stateDir, 'journal.sqlite'), `"sessionId":"${broken.sessionId}"`);
  client = lab.client(await lab.serveAgain(daemon));
  const asked = [broken.sessionId, whole.sessionId, nobody, 'no id', silent.sessionId];
  const { previews } = await client.previewSessions(asked, { limit: 1, maxChars: 20 });
  expect(previews.map(({ sessionId, status }) => [sessionId, status])).toEqual([
    [broken.sessionId, 'error'],
    [whole.sessionId, 'ok'],
    [nobody, 'missing'],
    ['no id', 'missing'],
    [silent.sessionId, 'empty'],
  ]);
  expect(previews[0]?.error?.code).toBe('journal_unavailable');
  expect(previews[1]?.items).toEqual([{ role: 'agent', text: expect.stringMatching(/^You said: intact/) }]);
});

test('resolve names ambiguity', async () => {
  const [one, other] = [await told('the first'), await told('the second')];
  await one.editMetadata({ labels: ['shared'], alias: 'one' });
  await other.editMetadata({ labels: ['shared', 'lonely'] });
  const { sessions } = await client.listSessions();
  await expect(client.resolveSession({ label: 'shared' })).rejects.toMatchObject({
    status: 409,
    code: 'ambiguous',
    message: expect.stringContaining('2 sessions'),
    details: {
      candidates: expect.arrayContaining([
        { sessionId: one.sessionId, title: expect.any(String) },
        { sessionId: other.sessionId, title: expect.any(String) },
      ]),
    },
  });
  expect(await client.resolveSession({ alias: 'one' })).toEqual({ sessionId: one.sessionId });
  expect(await client.resolveSession({ label: 'lonely' })).toEqual({ sessionId: other.sessionId });
  expect(await client.resolveSession({ idPrefix: one.sessionId.slice(0, 13) })).toEqual({
    sessionId: one.sessionId,
  });
  await expect(client.resolveSession({ alias: 'nobody' })).rejects.toMatchObject({ status: 404 });
  await expect(client.resolveSession({ alias: 'one', label: 'shared' })).rejects.toMatchObject({
    status: 400,
  });
  // Reading wrote nothing.
  expect((await client.listSessions()).sessions).toEqual(sessions);
});

test.each(['archive', 'purge'] as const)('dry run equals apply (%s)', async (action) => {
  const sessions = [await told('1'), await told('2'), await told('3'), await told('4'), await told('5')];
  await sessions[1]?.editMetadata({ pinned: true });
  let plan = await client.planCleanup({ maxSessions: 2, action });
  // Until the daemon knows that nobody watches any more.
  await until(async () => {
    plan = await client.planCleanup({ maxSessions: 2, action });
    return plan.actions.length === 3;
  });
  const planned = plan.actions.map(({ sessionId }) => sessionId);
  expect(planned).toEqual([0, 2, 3].map((nth) => sessions[nth]?.sessionId));
  expect((await client.listSessions()).total).toBe(5);
  const { results } = await client.applyCleanup(plan.planId);
  expect(results).toEqual(planned.map((sessionId) => ({ sessionId, action, outcome: 'done' })));
  const left = await client.listSessions();
  expect(left.sessions.map(({ sessionId }) => sessionId).toSorted()).toEqual(
    [1, 4].map((nth) => sessions[nth]?.sessionId ?? '').toSorted(),
  );
  expect((await client.listSessions({ archived: true })).sessions).toHaveLength(action === 'archive' ? 3 : 0);
  // What is done needs no doing: absent limits and 0 are off.
  expect((await client.planCleanup({ maxSessions: 2, action: 'archive' })).actions).toEqual([]);
  expect((await client.planCleanup({ maxSessions: 0, olderThanMs: 0, maxBytes: 0 })).actions).toEqual([]);
});

describe('a search', () => {
  test('finds turns by what was said, the words marked, whatever is typed', async () => {
    const session = await told(
      'How do I fix the login?',
      'a "quoted" NEAR(b) OR * col:x; DROP TABLE words --',
    );
    const { hits, isComplete } = await client.searchSessions({ q: 'LOGIN fix' });
    expect(isComplete).toBe(true);
    expect(hits).toMatchObject([{ sessionId: session.sessionId, generation: 1 }]);
    const marked = hits[0]?.matches.map(({ role, text, highlights }) => [
      role,
      ...highlights.map(({ start, end }) => text.slice(start, end)),
    ]);
    expect(marked).toEqual([
      ['user', 'fix', 'login'],
      ['agent', 'fix', 'login'],
    ]);
    const hostile = [
      ...[
        '"',
        '""',
        "'",
        '*',
        'NEAR(',
        'AND',
        'OR NOT',
        'user:x',
        '^',
        '{a b}: c',
        "'; DROP TABLE words; --",
      ],
      ...['\0', 'a\0b"', '%', '\\', '\u0001\u0002', '🚀\u200b', '-', 'words MATCH', '('.repeat(500)],
    ];
    for (const q of hostile) expect((await client.searchSessions({ q })).isComplete).toBe(true);
    expect((await client.searchSessions({ q: '"; DROP TABLE"' })).hits).toHaveLength(1);
    expect((await client.searchSessions({ q: 'login', sessionId: nobody })).hits).toEqual([]);
  });

  test('gives pages that concatenate to the whole, and finds what was said in the same words before a restart', async () => {
    await told(...Array.from({ length: 7 }, (_, nth) => `needle number ${nth}`));
    await lab.stop(daemon);
    client = lab.client(await lab.serveAgain(daemon));
    const whole = await client.searchSessions({ q: 'needle', limit: 100 });
    expect(whole.hits).toHaveLength(7);
    const paged = [];
    for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
      const page = await client.searchSessions({ q: 'needle', limit: 3, cursor });
      paged.push(...page.hits);
      cursor = page.nextCursor;
    }
    expect(paged).toEqual(whole.hits);
  });
});

describe('messages', () => {
  /** Pages in one direction, in the order of the session. */
  async function pages(session: Session, query: ReadMessagesQuery): Promise<MessagePage[]> {
    const found: MessagePage[] = [];
    for (let next: ReadMessagesQuery | undefined = query; next !== undefined; ) {
      const page: MessagePage = await session.messages(next);
      const { after, before, ...same }: ReadMessagesQuery = next;
      if (after === undefined) found.unshift(page);
      else found.push(page);
      const cursor: string | undefined = after === undefined ? page.previousCursor : page.nextCursor;
      if (cursor === undefined) return found;
      next = after === undefined ? { ...same, before: cursor } : { ...same, after: cursor };
    }
    return found;
  }

  test.each(['turns', 'raw'] as const)(
    'messages in both directions concatenate to the whole (%s)',
    async (view) => {
      const session = await told('one', 'two', 'three');
      await session.reset();
      for (const text of ['four', 'five', 'six', 'seven']) await session.promptAndWait(text);
      for (const [generation, turns] of [
        ['all', 7],
        ['1', 3],
        ['current', 4],
      ] as const) {
        const read = ({ entries = [], events = [] }: MessagePage) => [...entries, ...events];
        const whole = read(await session.messages({ view, generation, limit: 1_000 }));
        if (view === 'turns') expect(whole).toHaveLength(turns);
        else expect(whole.length).toBeGreaterThan(turns * 3);
        for (const limit of [1, 2, 3, 5]) {
          const forward = await pages(session, { view, generation, limit, after: '0' });
          const backward = await pages(session, { view, generation, limit });
          expect(forward.flatMap(read)).toEqual(whole);
          expect(backward.flatMap(read)).toEqual(whole);
          for (const page of forward) expect(read(page).length).toBeLessThanOrEqual(limit);
        }
      }
    },
  );
});

describe('an exported session', () => {
  const textOf = async (session: Session, format?: 'jsonl' | 'md' | 'json') =>
    new Response((await session.export({ format })).body).text();

  test('export → import round trip verifies', async () => {
    const session = await told('remember the word heron', '/burst count=3000 bytes=10');
    await session.editMetadata({ displayName: 'Heron', labels: ['bird'] });
    const { body, fileName } = await session.export();
    expect(fileName).toBe(`session-${session.sessionId}.jsonl`);
    // Another daemon, which is sent what the first one sends.
    const other = lab.client(await lab.serve(['--state-dir', join(lab.sandbox.folder, 'other')]));
    const imported = await other.importSession(body);
    const copy = other.session(imported.sessionId);
    expect(imported).toMatchObject({ importedFrom: { sessionId: session.sessionId }, state: 'stranded' });
    const [mine, theirs] = [await textOf(session), await textOf(copy)].map((text) =>
      text.trimEnd().split('\n'),
    );
    const events = (lines: readonly string[] = [], { sessionId }: Session) =>
      lines.slice(1, -1).map((line) => JSON.parse(line.replaceAll(sessionId, 'itself')));
    expect(events(theirs, copy)).toEqual(events(mine, session));
    expect(imported.events).toBe(events(mine, session).length);
    expect(await copy.describe()).toMatchObject({ displayName: 'Heron', labels: ['bird'] });
    // It lives: it can be branched, and goes on with what was said before.
    expect((await copy.branch()).created).toMatchObject({ displayName: 'Heron (Branch)' });
    const { context } = await copy.load();
    expect(context).toBe('reseeded');
    const { text } = await copy.promptAndWait('/history chars=4000');
    expect(text).toContain('heron');
    expect(await textOf(copy, 'md')).toContain('remember the word heron');
    expect(JSON.parse(await textOf(copy, 'json')).events.length).toBeGreaterThan(imported.events);
  });

  test('import refuses a tampered file naming the line', async () => {
    const session = await told(`pay ${randomBytes(8).toString('hex')} euros`, '/burst count=5000 bytes=300');
    const lines = (await textOf(session)).trimEnd().split('\n');
    const before = await client.listSessions({ archived: false });
    const file = (changed: readonly string[]) => `${changed.join('\n')}\n`;
    const line = lines.findIndex((text) => text.includes('user_message_chunk')) + 1;
    const refused = async (changed: readonly string[], at: number, message: string | RegExp) => {
      for (const sent of [file(changed), new Blob([file(changed)]).stream()])
        await expect(client.importSession(sent)).rejects.toMatchObject({
          status: 400,
          code: 'invalid_import',
          details: { line: at },
          message: expect.stringMatching(message),
        });
    };
    await refused(lines.with(line - 1, '{"id":'), line, /not JSON/);
    await refused(
      lines.with(line - 1, lines[line - 1]?.replace('"type":"', '"type":"un') ?? ''),
      line,
      /line/,
    );
    // Nothing is wrong with a line by itself: its sum tells at the end.
    await refused(
      lines.with(line - 1, lines[line - 1]?.replace('euros', 'pound') ?? ''),
      lines.length,
      /changed/,
    );
    await refused(lines.toSpliced(line, 1), lines.length - 1, /events/);
    await refused(lines.slice(0, -1), lines.length - 1, /ends before/);
    expect(await client.listSessions({ archived: false })).toEqual(before);
  });
});
