import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../e2e/testing/until.ts';
import { SessionDesk } from './testing/session-commands.ts';

const desk = new SessionDesk();
beforeAll(() => desk.open());
afterAll(() => desk.close());

describe('sessions prompt', () => {
  test('goes on with a session, closed or not, and leaves it as it was', async () => {
    const session = await desk.session('Prompted', ['remember the word heron']);
    const answered = await desk.sessions('prompt', 'prompted', '/say hi there');
    expect(answered).toMatchObject({ code: 0, stdout: 'hi there\n' });
    expect((await session.describe()).state).toBe('idle');
    await session.close();
    const again = await desk.sandbox.run(['sessions', 'prompt', 'prompted', '-', '--json'], {
      input: '/say back',
    });
    const types = again.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).type);
    expect([again.code, types.at(-1)]).toEqual([0, 'turn_complete']);
    expect(types).not.toContain('session_created');
    expect((await session.describe()).state).toBe('closed');
  });

  test('that interrupts goes before what runs; Ctrl-C cancels its own turn', async () => {
    const session = await desk.session('Steered');
    const first = await session.prompt('/say begun\n/sleep ms=600000');
    const interrupting = desk.sandbox.start([
      'sessions',
      'prompt',
      'steered',
      '/say mine\n/sleep ms=600000',
      '--interrupt',
    ]);
    await interrupting.output(/mine/);
    expect(await session.promptOutcome(first.promptId)).toMatchObject({ state: 'cancelled' });
    interrupting.child.kill('SIGINT');
    expect((await interrupting.ended).code).toBe(130);
    expect((await desk.sessions('prompt', 'steered', ' ')).code).toBe(2);
  });

  test('that waits shows and answers for its own turn only', async () => {
    const session = await desk.session('Shared');
    await session.prompt('/say not mine\n/permission count=1\n/say nor this');
    const waiting = desk.sandbox.start(['sessions', 'prompt', 'shared', '/say mine', '--allow', 'all']);
    for await (const event of session.events({ after: 0 })) {
      if (event.type === 'prompt_queued' || event.type === 'permission_request') break;
    }
    await until(async () => (await session.pendingPrompts()).pendingPrompts.length > 1);
    const request = (await session.status()).isWaitingForPermission;
    expect(request).toBe(true);
    await session.abort();
    expect(await waiting.ended).toMatchObject({ code: 0, stdout: 'mine\n', stderr: '' });
  });

  test('that may only run at once is refused while something runs; one that is injected joins it and ends with it', async () => {
    const session = await desk.session('Busy');
    const running = await session.prompt('/say begun\n/sleep ms=600000');
    const refused = await desk.sessions('prompt', 'busy', 'hello', '--if-idle');
    const reason = expect.stringContaining('running or queued');
    expect([refused.code, refused.stdout, refused.stderr]).toEqual([1, '', reason]);
    const injected = desk.sandbox.start(['sessions', 'prompt', 'busy', 'and this', '--inject']);
    await injected.output(/You added: and this/);
    await session.abort({ promptId: running.promptId });
    expect((await injected.ended).code).toBe(130);
    const both = await desk.sessions('prompt', 'busy', 'x', '--inject', '--interrupt');
    expect([both.code, both.stderr]).toEqual([2, expect.stringContaining('--interrupt and --inject')]);
  });
});

test('abort cancels what runs and, when asked to, drops what waits', async () => {
  const session = await desk.session('Aborted');
  const running = await session.prompt('/say begun\n/sleep ms=600000');
  await session.prompt('later');
  const { code, stdout } = await desk.sessions('abort', 'aborted', '--queue');
  expect([code, stdout]).toEqual([0, `${running.promptId} cancelled\n1 prompt that waited dropped\n`]);
  expect(await desk.json('abort', 'aborted')).toEqual({ prompts: [], cleared: [] });
});

test('checkpoint marks a place that show names', async () => {
  await desk.session('Marked', ['hello']);
  const { checkpointId } = await desk.json<{ checkpointId: string }>(
    'checkpoint',
    'marked',
    '--name',
    'good',
  );
  expect((await desk.sessions('checkpoint', 'marked')).stdout).toMatch(
    /^cp_\S+ {2}generation 1 up to event \d+\n$/,
  );
  expect((await desk.sessions('show', 'marked')).stdout).toContain(
    `${checkpointId}  generation 1 up to event`,
  );
});

test('a checkpoint is gone back to, and branched from, by the name it was given', async () => {
  const session = await desk.session('Named places', ['remember the word heron']);
  await session.checkpoints.create({ name: 'green' });
  await session.promptAndWait('and the word stork');
  const { forkedFrom } = await desk.json<{ forkedFrom: { atEventId: number } }>(
    ...['branch', 'named places', '--checkpoint', 'green'],
  );
  expect(forkedFrom.atEventId).toBe((await session.checkpoints.list())[0]?.eventId);
  expect(await desk.json('reset', 'named places', '--to', 'green')).toMatchObject({ generation: 2 });
  const unknown = await desk.sessions('reset', session.sessionId, '--to', 'red');
  expect([unknown.code, unknown.stderr]).toEqual([
    1,
    expect.stringContaining('no checkpoint is named "red"'),
  ]);
  await session.checkpoints.create({ name: 'green' });
  const several = await desk.sessions('reset', session.sessionId, '--to', 'green');
  expect([several.code, several.stderr]).toEqual([1, expect.stringContaining('"green" means 2 checkpoints')]);
});

describe('sessions reset', () => {
  test('begins anew, names the way back, and goes it', async () => {
    const session = await desk.session('Reset', ['remember the word heron']);
    const { stdout } = await desk.sessions('reset', 'reset');
    expect(stdout).toMatch(
      /^generation 2 begins; the agent's context is fresh\n {2}the way back: holdfast sessions reset reset --to cp_/,
    );
    const [, checkpointId = ''] = / --to (\S+)/.exec(stdout) ?? [];
    expect(await desk.json('reset', session.sessionId, '--to', checkpointId)).toMatchObject({
      generation: 3,
    });
  });

  test('is refused when another generation began meanwhile, or the checkpoint is unknown', async () => {
    await desk.session('Refused', ['hello']);
    const stale = await desk.sessions('reset', 'refused', '--if-generation', '7');
    expect([stale.code, stale.stdout, stale.stderr]).toEqual([
      1,
      '',
      expect.stringContaining('generation 1, not 7'),
    ]);
    const unknown = await desk.sessions(
      'reset',
      'refused',
      '--to',
      'cp_00000000-0000-4000-8000-000000000000',
    );
    expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('cp_00000000')]);
    expect((await desk.sessions('reset', 'refused', '--to', 'cp_x', '--drop-queue')).code).toBe(2);
  });
});

describe('sessions compact', () => {
  test('waits for the outcome, by the agent’s command or by handoff', async () => {
    await desk.session('Compacted', ['remember the word heron']);
    const { code, stdout } = await desk.sessions('compact', 'compacted');
    expect([code, stdout]).toEqual([0, expect.stringContaining('compacted: ')]);
    expect(await desk.json('compact', 'compacted', '--strategy', 'handoff')).toMatchObject({
      state: 'completed',
      checkpointId: expect.stringMatching(/^cp_/),
    });
    expect(await desk.json('compact', 'compacted', '--no-wait')).toMatchObject({
      promptId: expect.any(String),
    });
  });

  test('that is interrupted is cancelled, and the session stays usable', async () => {
    const session = await desk.session('Interrupted', ['hello']);
    const compact = desk.sandbox.start([
      'sessions',
      'compact',
      'interrupted',
      '--instructions',
      'x\n/sleep ms=600000',
      '--strategy',
      'handoff',
    ]);
    for await (const event of session.events({ after: 0 })) if (event.type === 'compaction_started') break;
    compact.child.kill('SIGINT');
    expect(await compact.ended).toMatchObject({ code: 130, stdout: expect.stringContaining('cancelled') });
    expect(await session.promptAndWait('hello')).toMatchObject({ stopReason: 'end_turn' });
  });
});

test('branch makes a session of its own, up to the point that is named', async () => {
  const session = await desk.session('Trunk', ['first', 'second']);
  const { stdout } = await desk.sessions('branch', 'trunk', '--name', 'Limb');
  expect(stdout).toMatch(/^[0-9a-f-]{36} {2}Limb \(Branch\); the agent's context is \w+\n$/);
  const checkpoint = await session.checkpoints.create();
  const branch = await desk.json<{ sessionId: string }>(
    'branch',
    'trunk',
    '--checkpoint',
    checkpoint.checkpointId,
  );
  expect((await desk.sessions('show', branch.sessionId)).stdout).toContain('> second');
  const early = await desk.json<{ sessionId: string }>('branch', 'trunk', '--at-event', '8');
  expect((await desk.sessions('show', early.sessionId)).stdout).not.toContain('> second');
  expect((await desk.sessions('branch', 'trunk', '--at-event', '1', '--checkpoint', 'cp_x')).code).toBe(2);
});

describe('sessions trim', () => {
  test('cuts whole turns, says what is left, and keeps the record', async () => {
    await desk.session('Trimmed', ['one heron', 'two', 'three']);
    const { code, stdout } = await desk.sessions('trim', 'trimmed', '--keep', '1');
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^2 turns trimmed, 1 turn kept: .* event \d+; .* context is unchanged\n$/),
    ]);
    expect((await desk.sessions('search', 'heron')).stdout).toContain('Trimmed');
    expect((await desk.sessions('export', 'trimmed')).stdout).toContain('You said: one heron');
    expect(await desk.json('trim', 'trimmed', '--keep', '1', '--erase', '--yes')).toMatchObject({
      trimmedTurns: 0,
      keptTurns: 1,
    });
    expect((await desk.sessions('export', 'trimmed')).stdout).not.toContain('You said: one heron');
  });

  test('erases nothing unasked, and wants one place to cut', async () => {
    await desk.session('Untrimmed', ['one', 'two']);
    const unasked = await desk.sessions('trim', 'untrimmed', '--keep', '1', '--erase');
    expect([unasked.code, unasked.stderr]).toEqual([1, expect.stringContaining('--yes')]);
    for (const words of [[], ['--keep', '1', '--before', '2'], ['--keep', '0']]) {
      expect((await desk.sessions('trim', 'untrimmed', ...words)).code).toBe(2);
    }
    expect(await desk.json('trim', 'untrimmed', '--keep', '2')).toMatchObject({ trimmedTurns: 0 });
  });
});
