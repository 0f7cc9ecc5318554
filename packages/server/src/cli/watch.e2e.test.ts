import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SessionDesk } from './testing/session-commands.ts';

const desk = new SessionDesk();
beforeAll(() => desk.open());
afterAll(() => desk.close());

describe('watch', () => {
  test('without a session shows the list, then each change; Ctrl-C ends it', async () => {
    const session = await desk.session('Watched list');
    const watch = desk.sandbox.start(['watch']);
    await watch.output(/Watched list\n/);
    await session.promptAndWait('hello');
    await session.close();
    await watch.output(/closed {6}.*Watched list\n/);
    watch.child.kill('SIGINT');
    expect((await watch.ended).code).toBe(0);
  });

  test('of a session shows what happens until it ends; --all begins with what was', async () => {
    const session = await desk.session('Watched', ['hello']);
    const watch = desk.sandbox.start(['watch', 'watched', '--all']);
    await watch.output(/You said: hello/);
    await session.promptAndWait('/say more');
    await watch.output(/> \/say more\nmore\n/);
    await session.close();
    expect(await watch.ended).toMatchObject({ code: 0, stdout: expect.stringContaining('session closed') });
    const closed = await desk.sandbox.run(['watch', 'watched']);
    expect([closed.code, closed.stderr]).toEqual([1, expect.stringContaining('watch it with --all')]);
    const past = await desk.sandbox.run(['watch', 'watched', '--all', '--json']);
    expect(JSON.parse(past.stdout.split('\n')[0] ?? '')).toMatchObject({ id: 1, type: 'session_created' });
    expect((await desk.sandbox.run(['watch', '--all'])).code).toBe(2);
  });
});
