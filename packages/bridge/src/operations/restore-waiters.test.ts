import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { settled } from '../testing/fake-clock.ts';
import { client } from '../testing/samples.ts';
import { caller, testBridge } from '../testing/test-bridge.ts';

const by = (name: string) => ({ ...caller, clientId: client(name) });

describe('loads at the same time', () => {
  test.prop([fc.array(fc.nat(6), { minLength: 2, maxLength: 5 })], { numRuns: 60 })(
    'are one restore, and everyone is registered, whenever they come',
    async (delays) => {
      const { bridge, create, prompt, agents } = await testBridge();
      const sessionId = await create();
      await prompt(sessionId, 'hello');
      (await agents.turn(0)).answer();
      await bridge.closeSession(sessionId, caller);
      const loads = delays.map(async (rounds, place) => {
        await settled(rounds);
        return await bridge.loadSession(sessionId, {}, by(`client-${place}`));
      });
      const answers = (await Promise.all(loads)).map(({ answer }) => answer);
      expect(new Set(answers.map(({ state }) => JSON.stringify(state))).size).toBe(1);
      expect((await bridge.getSessionStatus(sessionId)).clientCount).toBe(delays.length);
      for (const [place] of delays.entries()) await bridge.heartbeat(sessionId, by(`client-${place}`));
    },
  );
});
