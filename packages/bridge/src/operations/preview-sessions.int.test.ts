import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { createBridge } from '../create-bridge.ts';
import { journalFileIn } from '../journal/sqlite/journal-file.ts';
import { caller, createOn, demoBridge, makeHome, optionsOf } from '../testing/demo-bridge.ts';

describe('a preview', () => {
  it('has the last messages of each session, and a damaged one leaves the others alone', async () => {
    const home = makeHome();
    const first = await createBridge(optionsOf(home));
    const [whole, broken, silent] = [await createOn(first), await createOn(first), await createOn(first)];
    for (const [sessionId, text] of [
      [whole, 'say intact'],
      [broken, 'say damaged-words'],
    ] as const) {
      const { watch, leave } = await first.subscribe(sessionId, {});
      const ended = new Promise<void>((resolve) => {
        watch((events) => events.some(({ type }) => type === 'turn_complete') && resolve());
      });
      const admission = await first.promptSession(sessionId, { prompt: [{ type: 'text', text }] }, caller);
      admission.release();
      await ended;
      leave();
    }
    await first.close({ drainTimeoutMs: 0 });
    const file = journalFileIn(home.stateDir);
    const content = await readFile(file);
    // Every row that tells of the one session, so that nothing of it can be read.
    const needle = `"sessionId":"${broken}"`;
    for (let at = content.indexOf(needle); at >= 0; at = content.indexOf(needle, at + 1))
      content.writeUInt8(content.readUInt8(at + 3) ^ 0x10, at + 3);
    await writeFile(file, content);

    const bridge = await demoBridge(home);
    const nobody = '00000000-0000-4000-8000-000000000000';
    const sessionIds = [broken, whole, silent, nobody, 'no id', whole];
    const { previews } = await bridge.previewSessions({ sessionIds });
    expect(previews.map(({ sessionId, status }) => [sessionId, status])).toEqual([
      [broken, 'error'],
      [whole, 'ok'],
      [silent, 'empty'],
      [nobody, 'missing'],
      ['no id', 'missing'],
    ]);
    expect(previews[0]?.error?.code).toBe('journal_unavailable');
    const [, { items = [] } = {}] = previews;
    expect(items[0]).toEqual({ role: 'user', text: 'say intact' });
    expect(items[1]?.role).toBe('agent');
  });
});
