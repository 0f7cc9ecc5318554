import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type ReadOptions, readStdout } from './read-stdout.ts';

const update = (sessionId: string, n: number) =>
  `${JSON.stringify({ jsonrpc: '2.0', method: 'session/update', params: { sessionId, update: { n } } })}\n`;

async function read(chunks: Iterable<string>, more: Partial<ReadOptions> = {}) {
  const heard: string[] = [];
  const receiver = {
    updates: (id: string, updates: readonly Readonly<Record<string, unknown>>[]) =>
      void heard.push(`${id}:${updates.map(({ n }) => n).join()}`),
    message: (message: Readonly<Record<string, unknown>>) => {
      heard.push(`message ${message['id']}`);
      // What a message sets off takes several promise reactions.
      Promise.resolve()
        .then(() => {})
        .then(() => {})
        .then(() => heard.push(`done ${message['id']}`));
    },
    oversized: ({ sizeBytes }: { sizeBytes: number }) => void heard.push(`oversized ${sizeBytes}`),
    noise: (line: string) => void heard.push(`noise ${line}`),
    progress: () => {},
  };
  const stdout = Readable.from(
    Array.from(chunks, (chunk) => Buffer.from(chunk)),
    { highWaterMark: 1 },
  );
  await readStdout(stdout, receiver, { maxLineBytes: 1_000, throttle: () => undefined, ...more });
  return heard;
}

describe('reading what an agent writes', () => {
  it('hands consecutive updates of one conversation over as one run, and starts a new one for another', async () => {
    const chunk = update('a', 1) + update('a', 2) + update('b', 3) + update('a', 4);
    expect(await read([chunk, update('a', 5)])).toEqual(['a:1,2', 'b:3', 'a:4', 'a:5']);
  });

  it('finishes what a message sets off before it looks at the next line', async () => {
    const message = '{"jsonrpc":"2.0","id":7,"result":{}}\n';
    expect(await read([update('a', 1) + message + update('a', 2)])).toEqual([
      'a:1',
      'message 7',
      'done 7',
      'a:2',
    ]);
  });

  it('keeps the order around a line over the cap', async () => {
    const long = `${'x'.repeat(1_500)}\n`;
    expect(await read([update('a', 1) + long + update('a', 2)])).toEqual(['a:1', 'oversized 1500', 'a:2']);
  });

  it('never acts on the half line at the end, even if it parses', async () => {
    const half = '{"jsonrpc":"2.0","id":7,"result":{}}';
    expect(await read([update('a', 1) + half])).toEqual(['a:1', `noise ${half}`]);
  });

  it('takes no further chunk while the throttle holds', async () => {
    let taken = 0;
    let letGo = () => {};
    function* chunks() {
      for (; taken < 100; taken += 1) yield Buffer.from(update('a', taken));
    }
    const stdout = Readable.from(chunks(), { highWaterMark: 1 });
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    let heard = 0;
    const receiver = {
      updates: () => {},
      message: () => {},
      oversized: () => {},
      noise: () => {},
      progress: () => {},
    };
    const reading = readStdout(
      stdout,
      { ...receiver, updates: (_: string, updates: readonly unknown[]) => (heard += updates.length) },
      { maxLineBytes: 1_000, throttle: () => held },
    );
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(heard).toBe(1);
    expect(taken).toBeLessThan(10);
    letGo();
    await reading;
    expect(heard).toBe(100);
  });
});
