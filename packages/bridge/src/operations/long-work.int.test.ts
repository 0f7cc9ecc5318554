import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { parseSessionId, type SessionId } from '@holdfast/protocol';
import { expect, test } from 'vitest';
import type { Bridge } from '../bridge.ts';
import { caller, createOn, demoBridge, makeHome, readerOf, send } from '../testing/demo-bridge.ts';

const manyEvents = 20_000;

/** How often everybody else had their turn until something was done. */
async function turnsDuring(work: Promise<unknown>): Promise<number> {
  let isDone = false;
  let turns = 0;
  const count = () => {
    turns += 1;
    if (!isDone) setImmediate(count);
  };
  setImmediate(count);
  await work.finally(() => {
    isDone = true;
  });
  return turns;
}

async function exported(
  bridge: Bridge,
  sessionId: SessionId,
  format: 'jsonl' | 'json' | 'md',
): Promise<string> {
  const { chunks } = await bridge.exportSession(sessionId, format);
  let text = '';
  for await (const chunk of chunks) text += chunk;
  return text;
}

/** An export in which the agent's first chunk comes again and again, summed as the daemon does. */
function lengthened(text: string, events: number): string {
  const lines = text.trimEnd().split('\n').slice(0, -1);
  const place = lines.findIndex((line) => line.includes('agent_message_chunk'));
  const chunk = lines[place] ?? '';
  const all = lines.toSpliced(place, 0, ...Array.from({ length: events }, () => chunk));
  const numbered = all.map((line, nth) => (nth === 0 ? line : line.replace(/"id":\d+/, `"id":${nth}`)));
  const body = `${numbered.join('\n')}\n`;
  const sha256 = createHash('sha256').update(body).digest('hex');
  return `${body}${JSON.stringify({ holdfast: 'end', events: numbered.length - 1, sha256 })}\n`;
}

async function* upload(text: string): AsyncGenerator<Uint8Array, void, undefined> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += 64 * 1024) yield bytes.subarray(at, at + 64 * 1024);
}

test('a long record is imported, exported, read and previewed in pieces, with room for others in between', async () => {
  const bridge = await demoBridge(makeHome());
  const short = await createOn(bridge);
  const promptId = await send(bridge, short, 'say it');
  await (await readerOf(bridge, short)).untilType('turn_complete', promptId);
  const file = lengthened(await exported(bridge, short, 'jsonl'), manyEvents);

  const importing = bridge.importSession(upload(file), {}, caller);
  expect(await turnsDuring(importing)).toBeGreaterThan(manyEvents / 1_000);
  const long = parseSessionId((await importing).answer.sessionId) ?? short;
  for (const format of ['jsonl', 'json', 'md'] as const)
    expect(await turnsDuring(exported(bridge, long, format))).toBeGreaterThan(manyEvents / 1_000);
  expect(await turnsDuring(bridge.readMessages(long, {}))).toBeGreaterThan(manyEvents / 1_000);
  expect(await turnsDuring(bridge.previewSessions({ sessionIds: [long] }))).toBeGreaterThan(5);
});

test('a cleanup of many sessions is planned in pieces, with room for others in between', async () => {
  const bridge = await demoBridge(makeHome());
  const file = await exported(bridge, await createOn(bridge), 'jsonl');
  for (let made = 0; made < 600; made += 1) await bridge.importSession(upload(file), {}, caller);
  const planning = bridge.planCleanup({ maxSessions: 600, olderThanMs: 3_600_000 });
  expect(await turnsDuring(planning)).toBeGreaterThanOrEqual(600 / 200);
  expect((await planning).actions).toHaveLength(1);
});
