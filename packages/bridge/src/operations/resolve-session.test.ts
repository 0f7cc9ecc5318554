import { describe, expect, it } from 'vitest';
import { caller, expectRefusal, testBridge } from '../testing/test-bridge.ts';

describe('the name of a session', () => {
  async function named() {
    const world = await testBridge();
    const [one, other] = [await world.create(), await world.create()];
    for (const [sessionId, alias] of [
      [one, 'first'],
      [other, 'second'],
    ] as const)
      await world.bridge.editMetadata(sessionId, { body: { alias, labels: ['work', alias] } }, caller);
    return { ...world, one, other };
  }

  it('may be its id, alias, label, the beginning of its id, or one of its prompts', async () => {
    const { bridge, one, prompt } = await named();
    const promptId = await prompt(one, 'hello');
    const queries = [
      { id: one },
      { id: one.toUpperCase() },
      { alias: 'first' },
      { label: 'first' },
      { idPrefix: one.slice(0, -1) + one.slice(-1) },
      { promptId },
    ];
    for (const query of queries) expect(await bridge.resolveSession(query)).toEqual({ sessionId: one });
  });

  it('that several have is refused with who they are', async () => {
    const { bridge, one, other } = await named();
    const refused = bridge.resolveSession({ label: 'work' });
    const candidates = [{ sessionId: one }, { sessionId: other }];
    await expectRefusal(refused, 'ambiguous', { candidates });
    const common = [...one].findIndex((letter, place) => letter !== other[place]);
    await expectRefusal(
      bridge.resolveSession({ idPrefix: one.slice(0, common) }),
      'ambiguous',
      expect.objectContaining({ candidates: expect.arrayContaining(candidates) }),
    );
  });

  it('that nobody has is not found', async () => {
    const { bridge } = await named();
    for (const query of [
      { id: 'x' },
      { alias: 'third' },
      { label: 'none' },
      { idPrefix: 'ffffff' },
      { promptId: 'prompt_none' },
    ])
      await expect(bridge.resolveSession(query)).rejects.toMatchObject({ code: 'session_not_found' });
  });

  it('must be exactly one, and asking for it writes nothing', async () => {
    const { bridge, records, one } = await named();
    const before = JSON.stringify([...records.rows]);
    for (const query of [{}, { id: one, alias: 'first' }])
      await expect(bridge.resolveSession(query)).rejects.toMatchObject({ code: 'invalid_request' });
    await bridge.resolveSession({ alias: 'second' });
    expect(JSON.stringify([...records.rows])).toBe(before);
  });
});
