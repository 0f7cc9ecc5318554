import type { SessionId } from '@holdfast/protocol';
import { expect, it } from 'vitest';
import type { Bridge } from '../bridge.ts';
import { caller, testBridge } from '../testing/test-bridge.ts';

const says = (text: string) => ({ prompt: [{ type: 'text', text }] });

/** Operations that end prompts which wait, and may have to wait themselves for an answer that is on its way. */
const ending: Readonly<Record<string, (bridge: Bridge, sessionId: SessionId) => Promise<unknown>>> = {
  abort: (bridge, sessionId) => bridge.abortTurn(sessionId, { clearQueue: true }, caller),
  cancel: (bridge, sessionId) => bridge.cancelTurn(sessionId, caller),
  close: (bridge, sessionId) => bridge.closeSession(sessionId, caller),
  archive: (bridge, sessionId) => bridge.editMetadata(sessionId, { body: { archived: true } }, caller),
  'archive of many': (bridge, sessionId) => bridge.archiveSessions([sessionId]),
  reset: (bridge, sessionId) => bridge.resetSession(sessionId, { reason: 'new', queue: 'drop' }, caller),
};

it.each(Object.keys(ending))(
  'the end that comes of the operation %s never overtakes the answer of a prompt that comes just then',
  async (name) => {
    const { bridge, create, told } = await testBridge();
    // However many steps the second prompt is ahead of the answer of the first.
    for (let steps = 0; steps < 40; steps += 1) {
      const sessionId = await create();
      const first = await bridge.promptSession(sessionId, says('first'), caller);
      const ended = ending[name]?.(bridge, sessionId);
      await told(sessionId);
      const second = bridge.promptSession(sessionId, says('second'), caller);
      for (let step = 0; step < steps; step += 1) await Promise.resolve();
      first.release();
      const admission = await second.catch(() => undefined);
      const early = (await told(sessionId)).filter((line) => line === 'turn_complete p2 cancelled');
      if (admission !== undefined) expect(early, `${steps} steps`).toEqual([]);
      admission?.release();
      await ended;
      if (name !== 'close' && name !== 'archive')
        await bridge.closeSession(sessionId, caller).catch(() => {});
    }
  },
);
