import { Buffer } from 'node:buffer';
import { type Envelope, type SessionId, sessionIdFrom } from '@holdfast/protocol';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { settled } from '../testing/fake-clock.ts';
import { caller, sessionIdIn, testBridge, withKey, workspace } from '../testing/test-bridge.ts';

/** A session that talked, was reset, and talked again. */
async function lived() {
  const world = await testBridge();
  const secret = { name: 'docs', command: 'x', args: [], env: [{ name: 'KEY', value: 'SECRET' }] };
  const sessionId = await world.create({ displayName: 'Plan', mcpServers: [secret], labels: ['a'] });
  const talk = async (text: string, nth: number) => {
    await world.prompt(sessionId, text);
    const turn = await world.agents.turn(nth);
    turn.say('ünï 🚀');
    turn.answer();
    await settled();
  };
  await talk('one', 0);
  await world.bridge.resetSession(sessionId, { reason: 'reset', queue: 'drop' }, caller);
  await settled();
  await talk('two', 1);
  return { ...world, sessionId };
}
type World = Awaited<ReturnType<typeof lived>>;

async function exported({ bridge }: World, sessionId: SessionId, format: 'jsonl' | 'md' | 'json' = 'jsonl') {
  const { chunks } = await bridge.exportSession(sessionId, format);
  let text = '';
  for await (const chunk of chunks) text += chunk;
  return text;
}

/** In pieces that keep to no line and no character. */
async function* uploaded(text: string, pieceBytes = 1_000): AsyncGenerator<Uint8Array, void, undefined> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

const eventsOf = (text: string, sessionId: SessionId): readonly Envelope[] =>
  text
    .trimEnd()
    .split('\n')
    .slice(1, -1)
    .map((line) => JSON.parse(line.replaceAll(sessionId, 'itself')));

describe('an exported session', () => {
  it('gives the same events when it is imported and exported again, however it arrives', async () => {
    const world = await lived();
    const text = await exported(world, world.sessionId);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5_000 }), async (pieceBytes) => {
        const { answer } = await world.bridge.importSession(uploaded(text, pieceBytes), {}, caller);
        const copy = sessionIdIn(answer.sessionId);
        expect(copy).not.toBe(world.sessionId);
        const again = await exported(world, copy);
        expect(eventsOf(again, copy)).toEqual(eventsOf(text, world.sessionId));
        expect(answer.events).toBe(eventsOf(text, world.sessionId).length);
      }),
      { numRuns: 20 },
    );
  });

  it('is imported with its name, its conversations, and where it came from', async () => {
    const world = await lived();
    const text = await exported(world, world.sessionId);
    const { answer } = await world.bridge.importSession(uploaded(text), {}, caller);
    expect(answer).toMatchObject({
      workspaceCwd: workspace,
      agent: 'fake',
      state: 'stranded',
      importedFrom: { sessionId: world.sessionId },
    });
    const copy = sessionIdIn(answer.sessionId);
    expect(await world.bridge.describeSession(copy)).toMatchObject({ displayName: 'Plan', generation: 2 });
    const page = await world.bridge.readMessages(copy, {});
    expect(page.entries).toHaveLength(1);
    expect((await world.bridge.readMessages(copy, { generation: 'all' })).entries).toHaveLength(2);
  });

  it('goes on, and can be branched, where it was imported', async () => {
    const world = await lived();
    const text = await exported(world, world.sessionId);
    const { answer } = await world.bridge.importSession(uploaded(text), {}, caller);
    const copy = sessionIdIn(answer.sessionId);
    const branch = await world.bridge.branchSession(copy, {}, caller);
    expect(branch.answer.context).toBe('reseeded');
    const loaded = await world.bridge.loadSession(copy, {}, caller);
    await world.prompt(copy, 'three', { ...caller, clientId: loaded.answer.clientId as never });
    const turn = await world.agents.turn(2);
    expect(JSON.stringify(turn.prompt)).toContain('two');
  });

  it('is closed when it was, and what had not ended ends', async () => {
    const world = await lived();
    await world.prompt(world.sessionId, 'never ends');
    const cut = await exported(world, world.sessionId);
    const { answer } = await world.bridge.importSession(uploaded(cut), {}, caller);
    const last = (await world.events(sessionIdIn(answer.sessionId))).at(-1);
    expect([last?.type, Reflect.get(Object(last?.data), 'code')]).toEqual(['turn_error', 'interrupted']);
    await world.bridge.closeSession(world.sessionId, caller);
    await settled();
    const closed = await world.bridge.importSession(
      uploaded(await exported(world, world.sessionId)),
      {},
      caller,
    );
    expect(closed.answer.state).toBe('closed');
  });

  it('has no secrets of what its agent is started with', async () => {
    const world = await lived();
    for (const format of ['jsonl', 'md', 'json'] as const)
      expect(await exported(world, world.sessionId, format)).not.toContain('SECRET');
  });

  it('is a document, or a text to read, where that is asked', async () => {
    const world = await lived();
    const document = JSON.parse(await exported(world, world.sessionId, 'json'));
    expect(document.session).toMatchObject({ sessionId: world.sessionId, displayName: 'Plan' });
    expect(document.events).toEqual(await world.events(world.sessionId));
    const text = await exported(world, world.sessionId, 'md');
    expect(text).toMatch(/^# Plan\n/);
    expect(text).toMatch(/## User.*\n\none\n\n## Agent\n\nünï 🚀\n\n---\n\n.*\n\n## User.*\n\ntwo/);
  });
});

describe('an import', () => {
  const lines = (text: string) => text.trimEnd().split('\n');
  const joined = (all: readonly string[]) => `${all.join('\n')}\n`;

  it.each<[string, (all: string[]) => string[], number]>([
    ['no header', (all) => all.slice(1), 1],
    ['a newer format', (all) => [(all[0] ?? '').replace('"version":1', '"version":99'), ...all.slice(1)], 1],
    ['a line that is not JSON', (all) => all.with(3, '{'), 4],
    [
      'an event of no known type',
      (all) => all.with(2, (all[2] ?? '').replace(/"type":"\w+"/, '"type":"x"')),
      3,
    ],
    [
      'an event of another shape',
      (all) => all.with(1, (all[1] ?? '').replace('"agent":"fake"', '"agent":7')),
      2,
    ],
    ['events out of order', (all) => all.with(3, all[2] ?? ''), 4],
    ['an end before the session has', (all) => all.slice(0, -1), 0],
    [
      'a changed line',
      (all) => all.with(2, (all[2] ?? '').replace('serverTimestamp":1', 'serverTimestamp":2')),
      0,
    ],
    ['a missing line', (all) => all.toSpliced(4, 1), 0],
    ['something after its end', (all) => [...all, all[1] ?? ''], 0],
  ])('of a file with %s is refused, names the line, and leaves nothing behind', async (_, spoil, line) => {
    const world = await lived();
    const whole = lines(await exported(world, world.sessionId));
    const before = [world.records.rows.size, world.records.streams.size];
    const spoiled = spoil(whole);
    const expected = line === 0 ? expect.any(Number) : line;
    await expect(world.bridge.importSession(uploaded(joined(spoiled)), {}, caller)).rejects.toMatchObject({
      code: 'invalid_import',
      details: { line: expected },
    });
    await settled();
    expect([world.records.rows.size, world.records.streams.size]).toEqual(before);
  });

  it('sent twice with one key makes one session; with another file it is refused', async () => {
    const world = await lived();
    const text = await exported(world, world.sessionId);
    const first = await world.bridge.importSession(uploaded(text), {}, withKey('k'));
    const second = await world.bridge.importSession(uploaded(text), {}, withKey('k'));
    expect([second.answer.sessionId, second.isReplayed]).toEqual([first.answer.sessionId, true]);
    const other = await exported(world, world.sessionId);
    await expect(world.bridge.importSession(uploaded(other), {}, withKey('k'))).rejects.toMatchObject({
      code: 'idempotency_mismatch',
    });
  });

  it('that a stop cut short is thrown away at the next start', async () => {
    const world = await lived();
    const text = await exported(world, world.sessionId);
    // So many events that some are written before the end is seen.
    const all = lines(text);
    const long = all[3] ?? '';
    const many = Array.from({ length: 1_200 }, (_, place) =>
      long.replace(/"id":\d+/, `"id":${Number(all.length) + place}`),
    );
    const hanging = async function* () {
      yield* uploaded(joined([...all.slice(0, -1), ...many]));
      await new Promise(() => {});
    };
    void world.bridge.importSession(hanging(), {}, caller).catch(() => {});
    // The directory is looked up on the disk first.
    await vi.waitFor(() => expect(world.records.streams.size).toBe(2));
    expect(world.records.rows.size).toBe(1);
    const next = await testBridge({ records: world.records });
    await settled();
    expect([...next.records.streams.keys()]).toEqual([world.sessionId]);
  });

  it('of a directory that is in no workspace here asks for another one', async () => {
    const world = await lived();
    const text = (await exported(world, world.sessionId)).replace(JSON.stringify(workspace), '"/elsewhere"');
    await expect(world.bridge.importSession(uploaded(text), {}, caller)).rejects.toMatchObject({
      code: 'invalid_cwd',
    });
    expect(sessionIdFrom(world.sessionId)).toBe(world.sessionId);
  });
});
