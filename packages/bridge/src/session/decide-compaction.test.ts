import { describe, expect, it } from 'vitest';
import { given } from '../testing/given.ts';
import { c } from '../testing/samples.ts';
import type { SessionCommand } from './command.ts';
import { currentLineage } from './generations.ts';

const says = (update: Readonly<Record<string, unknown>>): SessionCommand => ({
  kind: 'updates',
  binding: 1,
  updates: [update],
});
const publishes = (...names: string[]) =>
  says({
    sessionUpdate: 'available_commands_update',
    availableCommands: names.map((name) => ({ name, description: name })),
  });
const uses = (used: number) => says({ sessionUpdate: 'usage_update', used, size: 1_000 });
const turn = (name: string) => [c.prompt(name), c.advance, c.answered(name)];
const byCommand = c.compact('k', { strategy: 'command' });

describe('a compaction by command', () => {
  it('runs the command that the agent published, as a turn like any other', () => {
    const { decision } = given(
      c.create(),
      publishes('help', 'summarize', 'compress'),
      ...turn('p1'),
      c.compact('k', { strategy: 'command', instructions: 'keep names' }),
    )
      .when(c.advance)
      .yields(
        [
          '(prompt_started k)',
          'compaction_started',
          'session_update user_message_chunk /compress keep names',
        ],
        ['send_prompt k'],
      );
    expect(decision.entries[1]?.data).toMatchObject({ strategy: 'command', checkpointId: 'cp-k' });
  });

  it('is refused where the agent has none, and says what works', () => {
    given(c.create(), publishes('help'))
      .when(byCommand)
      .refuses('capability_missing', { supported: ['handoff'] });
  });

  it('tells the tokens before and after where the agent reports them, and leaves the generation', () => {
    const { decision, state } = given(
      c.create(),
      publishes('compact'),
      uses(900),
      byCommand,
      c.advance,
      uses(100),
    )
      .when(c.answered('k'))
      .yields(['compaction_completed native', 'turn_complete k end_turn'], ['advance']);
    expect(decision.entries[0]?.data).toMatchObject({ tokensBefore: 900, tokensAfter: 100 });
    expect(state?.generation).toBe(1);
  });

  const compacting = [c.create(), publishes('compact'), uses(900), byCommand, c.advance];
  const reports = (status: string, error?: string) =>
    says({ sessionUpdate: 'compaction_update', compactionId: 'k1', status, error });
  // As Qwen Code says it.
  const compresses = (report: object) =>
    says({ sessionUpdate: 'agent_message_chunk', content: {}, _meta: { contextCompression: report } });

  it('fails where the agent reports that it failed, although its turn ends well', () => {
    const { decision } = given(...compacting, reports('in_progress'), reports('failed', 'too short'))
      .when(c.answered('k'))
      .yields(['compaction_failed', 'turn_complete k end_turn'], ['advance']);
    expect(decision.entries[0]?.data).toMatchObject({ error: 'too short' });
    given(...compacting, reports('cancelled'))
      .when(c.answered('k'))
      .yields(['compaction_failed', 'turn_complete k end_turn'], ['advance']);
    given(...compacting, reports('failed'), reports('completed'))
      .when(c.answered('k'))
      .yields(['compaction_completed native', 'turn_complete k end_turn'], ['advance']);
  });

  it('says that nothing changed where the agent had nothing to compact', () => {
    given(...compacting, compresses({ phase: 'progress' }), compresses({ phase: 'noop' }))
      .when(c.answered('k'))
      .yields(['compaction_completed unchanged', 'turn_complete k end_turn'], ['advance']);
  });

  it('tells the tokens that the agent reports of the compaction itself', () => {
    const report = { phase: 'done', originalTokenCount: 23_613, newTokenCount: 18_099 };
    const { decision } = given(...compacting, compresses(report))
      .when(c.answered('k'))
      .yields(['compaction_completed native', 'turn_complete k end_turn'], ['advance']);
    expect(decision.entries[0]?.data).toMatchObject({ tokensBefore: 23_613, tokensAfter: 18_099 });
  });

  it('takes for a report only what is one, and only of its own turn', () => {
    const odd = [reports('paused'), reports('in_progress'), compresses({ phase: 7 }), compresses({})];
    given(...compacting, ...odd)
      .when(c.answered('k'))
      .yields(['compaction_completed native', 'turn_complete k end_turn'], ['advance']);
    given(c.create(), publishes('compact'), reports('failed'), byCommand, c.advance)
      .when(c.answered('k'))
      .yields(['compaction_completed native', 'turn_complete k end_turn'], ['advance']);
  });

  it('tells no tokens that the agent did not report', () => {
    const { decision } = given(c.create(), publishes('compact'), byCommand, c.advance)
      .when(c.answered('k'))
      .yields(['compaction_completed native', 'turn_complete k end_turn'], ['advance']);
    expect(decision.entries[0]?.data).toMatchObject({ tokensBefore: undefined, tokensAfter: undefined });
  });
});

describe('a compaction by handoff', () => {
  const running = [c.create(), ...turn('p1'), c.compact('k'), c.advance];

  it('opens a fresh agent session upon the summary, in a new generation', () => {
    const { state } = given(...running, c.says('what matters'))
      .when(c.answered('k'))
      .yields(
        [
          'compaction_completed reseeded',
          'turn_complete k end_turn',
          '(generation_started compact)',
          'session_reset compact',
          '(opening_started compact)',
        ],
        ['part_from_agent', 'open_agent'],
      );
    // created 1, user 2, complete 3, checkpoint 4, started 5, user 6, said 7, completed 8, complete 9, reset 10
    expect(state && currentLineage(state)).toEqual([
      { afterEventId: 3, upToEventId: 9, summaryOf: 'k' },
      { afterEventId: 9, upToEventId: Number.MAX_SAFE_INTEGER, summaryOf: null },
    ]);
  });

  it('goes on from its summary whatever the agent reports of a compaction of its own meanwhile', () => {
    const failed = { sessionUpdate: 'compaction_update', compactionId: 'k1', status: 'failed' };
    const { state } = given(...running, says(failed), c.says('what matters'))
      .when(c.answered('k'))
      .yields(
        [
          'compaction_completed reseeded',
          'turn_complete k end_turn',
          '(generation_started compact)',
          'session_reset compact',
          '(opening_started compact)',
        ],
        ['part_from_agent', 'open_agent'],
      );
    expect(state?.generation).toBe(2);
  });

  it('fails where the agent wrote nothing, and the session goes on as it was', () => {
    const { state } = given(...running, c.says(' \n'))
      .when(c.answered('k'))
      .yields(['compaction_failed', 'turn_complete k end_turn'], ['advance']);
    expect(state).toMatchObject({ generation: 1, phase: { kind: 'idle' } });
  });

  it.each([
    ['is cancelled', [c.cancel], c.answered('k'), 'turn_complete k cancelled'],
    ['runs out of time', [c.deadline('k')], c.answered('k'), 'turn_error k prompt_deadline_exceeded'],
    ['breaks off', [], c.answered('k', 'max_tokens'), 'turn_complete k max_tokens'],
    ['is an error', [], c.failed('k'), 'turn_error k agent_error'],
  ] as const)('fails where its turn %s, whatever was written', (_, before, command, end) => {
    const { state } = given(...running, c.says('half a summary'), ...before)
      .when(command)
      .yields(['compaction_failed', end], ['advance']);
    expect(state).toMatchObject({ generation: 1, phase: { kind: 'idle' } });
  });

  it('fails with its agent, and with its daemon', () => {
    given(...running, c.says('half'))
      .when(c.gone())
      .yields(['compaction_failed', 'turn_error k agent_exited', 'agent_exited'], ['release_agent']);
    given(...running, c.says('half'))
      .when(c.recover)
      .yields(['compaction_failed', 'turn_error k interrupted', '(stranded daemon_restart)']);
  });

  it('does not name the session', () => {
    expect(given(c.create(), c.compact('k')).state?.firstPrompt).toBeNull();
  });
});

describe('the checkpoint of a compaction', () => {
  it('is made at once, and moved where other turns came before it', () => {
    const before = [c.create(), ...turn('p1'), c.prompt('p2'), c.advance];
    const { decision } = given(...before)
      .when(c.compact('k'))
      .yields(['checkpoint_created compact', '(prompt_admitted k ann)', 'pending_prompt_added k queued']);
    expect(decision.entries[0]?.data).toMatchObject({ eventId: 3 });
    const started = given(...before, c.compact('k'), c.answered('p2'))
      .when(c.advance)
      .yields(
        [
          '(prompt_started k)',
          'checkpoint_created compact',
          'compaction_started',
          'pending_prompt_started k running',
          expect.stringContaining('session_update user_message_chunk Write a handoff summary'),
        ],
        ['send_prompt k'],
      );
    expect(started.state?.checkpoints).toMatchObject([{ checkpointId: 'cp-k', eventId: 7 }]);
  });
});

it('a compaction that interrupts stops the running turn and goes before what waits', () => {
  const { state } = given(c.create(), c.prompt('p1'), c.advance, c.prompt('p2'))
    .when(c.compact('k', { onBusy: 'interrupt' }))
    .yields(
      [
        'checkpoint_created compact',
        '(prompt_admitted k interrupt ann)',
        'pending_prompt_added k queued',
        'prompt_cancelled p1',
        '(turn_ending p1 cancelled)',
      ],
      ['send_cancel p1'],
    );
  expect(state?.phase).toMatchObject({ queue: [{ promptId: 'k' }, { promptId: 'p2' }] });
});
