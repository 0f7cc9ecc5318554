import { type HoldfastError, isEvent, type Session } from '@holdfast/sdk';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { collect, type Daemon, DaemonLab, said } from './testing/daemon-lab.ts';

let lab: DaemonLab;
beforeEach(() => {
  lab = new DaemonLab();
});
afterEach(() => lab.close());

/** Runs a prompt and gives what the agent said. */
async function ask(session: Session, text: string): Promise<string> {
  const accepted = await session.prompt(text);
  return said(
    await collect(session.follow(accepted, { signal: lab.signal }), ({ type }) => type.startsWith('turn_')),
  );
}

/** What the agent remembers, by its own word: the prompts before this one, and what this one was preceded by. */
async function remembered(session: Session): Promise<{ earlier: number; told: string }> {
  const memory: unknown = JSON.parse(await ask(session, '/history chars=20000'));
  return {
    earlier: Number(Reflect.get(Object(memory), 'earlierUserMessages')),
    told: String(Reflect.get(Object(memory), 'firstBlock')),
  };
}

/** Of an agent session that has just begun and was told nothing. */
const nothing = { earlier: 0, told: '/history chars=20000' };

const typesOf = async (daemon: Daemon, { sessionId }: Session): Promise<readonly string[]> =>
  (await lab.events(daemon, sessionId)).map(({ type }) => type);

describe('a reset', () => {
  test('makes the agent forget, keeps the history readable, and is told to readers', async () => {
    const daemon = await lab.serve();
    const session = await lab.session(daemon);
    await session.promptAndWait('remember the word heron');
    const { generation, context, checkpointId, lastEventId } = await session.reset({ reason: 'new' });
    expect({ generation, context }).toEqual({ generation: 2, context: 'fresh' });
    expect(checkpointId).toMatch(/^cp_/);
    expect(await remembered(session)).toEqual(nothing);
    const since = (await lab.events(daemon, session.sessionId)).filter(({ id = 0 }) => id > lastEventId);
    expect(since.map(({ type }) => type).slice(0, 3)).toEqual([
      'session_reset',
      'agent_started',
      'session_restored',
    ]);
    expect(since[2]?.data).toMatchObject({ action: 'reset', context: 'fresh', generation: 2 });
    expect(JSON.stringify(await session.transcript())).toContain('heron');
    expect(await session.generations()).toMatchObject([
      { generation: 1, reason: 'first' },
      { generation: 2, reason: 'new', afterEventId: lastEventId, basis: 'nothing' },
    ]);
  });

  test('two concurrent resets give one 200 and one 409', async () => {
    const daemon = await lab.serve();
    const session = await lab.session(daemon);
    await session.promptAndWait('hello');
    const both = await Promise.allSettled([
      session.reset({ expectedGeneration: 1 }),
      session.reset({ expectedGeneration: 1 }),
    ]);
    const refused = both.flatMap((result) =>
      // The SDK rejects with nothing else.
      result.status === 'rejected' ? [result.reason as HoldfastError] : [],
    );
    expect(refused).toMatchObject([{ status: 409, code: 'session_changed' }]);
    expect((await session.describe()).generation).toBe(2);
  });

  test('a prompt racing a reset lands in exactly one generation', async () => {
    const daemon = await lab.serve();
    const session = await lab.session(daemon);
    for (let round = 0; round < 8; round += 1) {
      const word = `racing-${round}`;
      const [accepted] = await Promise.all([session.prompt(word), session.reset()]);
      await collect(session.follow(accepted, { signal: lab.signal }), ({ type }) => type.startsWith('turn_'));
      const places = new Set<number>();
      let generation = 1;
      for (const event of await lab.events(daemon, session.sessionId)) {
        if (event.type === 'session_reset') generation += 1;
        if (event.promptId === accepted.promptId && isEvent(event, 'session_update')) places.add(generation);
      }
      expect(places.size).toBeLessThanOrEqual(1);
      expect(lab.prompts().filter(({ text }) => text === word).length).toBeLessThanOrEqual(1);
    }
  });

  test('of a closed session is kept over a restart, and told when it is back', async () => {
    const daemon = await lab.serve();
    const session = await lab.session(daemon);
    await session.promptAndWait('remember the word heron');
    await session.close();
    expect(await session.reset()).toMatchObject({ generation: 2, context: 'fresh' });
    await lab.kill(daemon);
    const again = await lab.serveAgain(daemon);
    const back = lab.client(again).session(session.sessionId);
    const loaded = await back.load();
    expect(loaded.context).toBe('fresh');
    expect(await remembered(back)).toEqual(nothing);
    const first = (await lab.events(again, session.sessionId)).find(({ id = 0 }) => id > loaded.lastEventId);
    expect(first?.type).toBe('agent_started');
    expect(await typesOf(again, back)).toContain('session_reset');
  });
});

describe('a checkpoint', () => {
  test('a checkpoint inside a running turn rounds down', async () => {
    const daemon = await lab.serve();
    const session = await lab.session(daemon);
    await session.promptAndWait('first');
    const end = (await lab.events(daemon, session.sessionId)).findLast(
      ({ type }) => type === 'turn_complete',
    );
    const accepted = await session.prompt('/say working\n/sleep ms=60000');
    await collect(session.follow(accepted, { signal: lab.signal }), (event) => said([event]) !== '');
    expect(await session.checkpoints.create({ name: 'mid' })).toMatchObject({
      eventId: end?.id,
      generation: 1,
      name: 'mid',
      reason: 'user',
    });
  });

  test('is restored by telling the agent the history up to it and no more, and the way back is kept', async () => {
    const daemon = await lab.serve();
    const session = await lab.session(daemon);
    await session.promptAndWait('remember the word heron');
    const { checkpointId } = await session.checkpoints.create();
    await session.promptAndWait('remember the word magpie');
    const restored = await session.checkpoints.restore(checkpointId, { expectedGeneration: 1 });
    expect(restored).toMatchObject({ generation: 2, context: 'reseeded' });
    const { earlier, told } = await remembered(session);
    expect(earlier).toBe(0);
    expect(told).toContain('heron');
    expect(told).not.toContain('magpie');
    expect((await session.checkpoints.list()).map(({ reason }) => reason)).toEqual(['user', 'restore']);
    await session.checkpoints.restore(restored.checkpointId ?? '');
    expect((await remembered(session)).told).toMatch(/heron.*magpie/s);
  });

  test('is branched into a session of its own, also of a closed one', async () => {
    const daemon = await lab.serve();
    const session = await lab.session(daemon);
    await session.updateMetadata({ displayName: 'Birds' });
    await session.promptAndWait('remember the word heron');
    const { checkpointId } = await session.checkpoints.create();
    await session.promptAndWait('remember the word magpie');
    await session.close();
    const branch = await session.checkpoints.branch(checkpointId);
    expect(branch.created).toMatchObject({ displayName: 'Birds (checkpoint)', context: 'reseeded' });
    const { told } = await remembered(branch);
    expect(told).toContain('heron');
    expect(told).not.toContain('magpie');
    await expect(session.checkpoints.get('cp_unknown')).rejects.toMatchObject({
      status: 404,
      code: 'checkpoint_not_found',
    });
  });
});

describe('a compaction', () => {
  test('by the command of the agent has its outcome with tokens, and leaves the generation', async () => {
    const daemon = await lab.serve();
    const session = await lab.session(daemon);
    await session.promptAndWait('remember the word heron');
    const accepted = await session.compact({ strategy: 'command', instructions: 'birds' });
    const events = await collect(session.follow(accepted, { signal: lab.signal }), ({ type }) =>
      type.startsWith('turn_'),
    );
    const completed = events.find((event) => event.type === 'compaction_completed');
    expect(completed?.data).toMatchObject({ context: 'native', tokensBefore: expect.any(Number) });
    expect(events.at(-1)?.type).toBe('turn_complete');
    expect((await session.describe()).generation).toBe(1);
    expect(await session.checkpoints.get(accepted.checkpointId)).toMatchObject({ reason: 'compact' });
  });

  test('by handoff gives a fresh agent session the summary and nothing else', async () => {
    const daemon = await lab.serve();
    const session = await lab.session(daemon);
    await session.promptAndWait('remember the word heron');
    const accepted = await session.compact({ strategy: 'handoff' });
    const events = await collect(session.follow(accepted, { signal: lab.signal }), ({ type }) =>
      type.startsWith('turn_'),
    );
    const summary = said(events);
    expect(events.map(({ type }) => type)).toContain('compaction_completed');
    const { earlier, told } = await remembered(session);
    expect(earlier).toBe(0);
    expect(told).toContain(
      `Summary of the conversation before, as you wrote it: ${summary.trim().slice(0, 20)}`,
    );
    expect(told).not.toContain('remember the word heron');
    expect((await session.generations()).at(-1)).toMatchObject({ reason: 'compact', basis: 'summary' });
  });

  test.each(['command', 'handoff'] as const)(
    'by %s that SIGKILL interrupts leaves a usable session and one outcome',
    async (strategy) => {
      const env = { HOLDFAST_DEMO_ARGS: '--no-resume --no-load' };
      const daemon = await lab.serve([], env);
      const session = await lab.session(daemon);
      await session.promptAndWait('remember the word heron');
      const blocker = await session.prompt('/say working\n/sleep ms=60000');
      await collect(session.follow(blocker, { signal: lab.signal }), (event) => said([event]) !== '');
      const accepted = await session.compact({ strategy, interrupt: true, instructions: 'x\n/never-answer' });
      await collect(
        session.follow(accepted, { signal: lab.signal }),
        ({ type }) => type === 'session_update',
      );
      await lab.kill(daemon);
      const again = await lab.serveAgain(daemon, [], env);
      const back = lab.client(again).session(session.sessionId);
      expect((await remembered(back)).told).toContain('heron');
      const types = await typesOf(again, back);
      const outcomes = types.filter(
        (type) => type === 'compaction_completed' || type === 'compaction_failed',
      );
      expect(types.filter((type) => type === 'compaction_started')).toHaveLength(outcomes.length);
    },
  );
});

describe('a compaction in which the agent', () => {
  test.each([
    ['dies', 'handoff', '/crash', 'agent_exited'],
    ['dies', 'command', '/crash', 'agent_exited'],
    ['refuses', 'handoff', '/stop reason=refusal', 'refusal'],
    ['answers with an error', 'handoff', '/error', 'agent_error'],
    ['hangs', 'handoff', '/never-answer', 'prompt_deadline_exceeded'],
    ['hangs', 'command', '/never-answer', 'prompt_deadline_exceeded'],
  ] as const)('%s (%s) fails in sight and leaves a usable session', async (_, strategy, directive, how) => {
    const daemon = await lab.serve(['--prompt-deadline-ms', '2000', '--cancel-grace-ms', '200']);
    const session = await lab.session(daemon);
    await session.promptAndWait('remember the word heron');
    const accepted = await session.compact({ strategy, instructions: `x\n${directive}` });
    const events = await collect(session.follow(accepted, { signal: lab.signal }), ({ type }) =>
      type.startsWith('turn_'),
    );
    const [end] = events.slice(-1);
    expect(end?.data).toMatchObject(end?.type === 'turn_error' ? { code: how } : { stopReason: how });
    const outcomes = events.filter(({ type }) => /^compaction_(completed|failed)$/.test(type));
    expect(outcomes.map(({ type }) => type)).toEqual(['compaction_failed']);
    expect((await session.describe()).generation).toBe(1);
    expect(await session.checkpoints.get(accepted.checkpointId)).toMatchObject({ reason: 'compact' });
    const { earlier, told } = await remembered(session);
    expect(earlier > 0 || told.includes('heron')).toBe(true);
  });
});

test('trim keeps whole turns', async () => {
  const daemon = await lab.serve([], { HOLDFAST_DEMO_ARGS: '--no-resume --no-load' });
  const session = await lab.session(daemon);
  for (const bird of ['heron', 'magpie', 'owl']) await session.promptAndWait(`remember the word ${bird}`);
  const ends = (await lab.events(daemon, session.sessionId)).filter(({ type }) => type === 'turn_complete');
  const trimmed = await session.trim({ keepTurns: 2 });
  expect(trimmed).toMatchObject({ context: 'unchanged', trimmedTurns: 1, keptTurns: 2, generation: 1 });
  expect(trimmed.earliestEventId).toBe((ends[0]?.id ?? 0) + 1);
  const left = await lab.events(daemon, session.sessionId);
  expect(left[0]?.id).toBe(trimmed.earliestEventId);
  expect(left.filter(({ type }) => type === 'turn_complete')).toEqual(ends.slice(1));
  expect(JSON.stringify(left)).not.toContain('heron');
  // The agent remembers all of it, until it is told anew.
  expect((await remembered(session)).earlier).toBe(3);
  await lab.kill(daemon);
  const again = await lab.serveAgain(daemon, [], { HOLDFAST_DEMO_ARGS: '--no-resume --no-load' });
  const { told } = await remembered(lab.client(again).session(session.sessionId));
  expect(told).toMatch(/magpie.*owl/s);
  expect(told).not.toContain('word heron');
  await expect(session.trim({})).rejects.toMatchObject({ status: 400, code: 'invalid_request' });
  const back = lab.client(again).session(session.sessionId);
  expect(JSON.stringify(await back.messages({ generation: 'all' }))).toContain('heron');
  await session.trim({ keepTurns: 1, archive: false });
  expect(JSON.stringify(await back.messages({ generation: 'all' }))).not.toContain('heron');
});

test.each([
  ['native', ''],
  ['reseeded', '--no-fork'],
] as const)('a branch never shares an agent session, also from a checkpoint (%s)', async (context, flags) => {
  const daemon = await lab.serve([], { HOLDFAST_DEMO_ARGS: flags });
  const session = await lab.session(daemon);
  await session.promptAndWait('source');
  const { checkpointId } = await session.checkpoints.create();
  const branches = [
    await session.branch(),
    await session.branch({ atEventId: (await session.checkpoints.get(checkpointId)).eventId }),
    await session.checkpoints.branch(checkpointId),
    await session.checkpoints.branch(checkpointId),
  ];
  expect(branches[0]?.created).toMatchObject({ context });
  for (const [place, branch] of branches.entries()) await branch.promptAndWait(`branch ${place}`);
  await session.promptAndWait('source again');
  const speakers = new Map(lab.prompts().map(({ text, sessionId }) => [text, sessionId]));
  expect(speakers.get('source again')).toBe(speakers.get('source'));
  expect(new Set(speakers.values()).size).toBe(1 + branches.length);
});

test('declared-but-broken load degrades visibly', async () => {
  const env = { HOLDFAST_DEMO_ARGS: '--no-resume --broken-load' };
  const daemon = await lab.serve([], env);
  const session = await lab.session(daemon);
  await session.promptAndWait('remember the word heron');
  await lab.stop(daemon);
  const again = await lab.serveAgain(daemon, [], env);
  const back = lab.client(again).session(session.sessionId);
  expect((await back.load()).context).toBe('reseeded');
  expect((await remembered(back)).told).toContain('heron');
  const restored = (await lab.events(again, session.sessionId)).findLast(
    ({ type }) => type === 'session_restored',
  );
  expect(restored?.data).toMatchObject({ action: 'load', context: 'reseeded', turns: 1 });
});
