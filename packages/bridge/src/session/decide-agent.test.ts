import { describe, expect, it } from 'vitest';
import { given } from '../testing/given.ts';
import { agentSession, bob, c, prompt } from '../testing/samples.ts';

const idle = [c.create()];
const running = [...idle, c.prompt('p1'), c.advance];
const stranded = [...idle, c.gone()];
const opening = [...stranded, c.prompt('p1')];
const reseed = { turns: 2, omittedTurns: 1, chars: 300 };

describe('the agent process ends', () => {
  it('and the running turn ends with it', () => {
    const { decision, state } = given(...running)
      .when(c.gone())
      .yields(['turn_error p1 agent_exited', 'agent_exited'], ['release_agent']);
    expect(decision.entries[1]).toMatchObject({ data: { exitCode: 1, signal: null, stderrTail: 'boom' } });
    expect(state?.phase).toEqual({ kind: 'stranded', cause: 'agent_exited', queue: [] });
  });

  it('and what waits goes on by itself on a new one', () => {
    given(...running, c.prompt('p2'))
      .when(c.gone())
      .yields(['turn_error p1 agent_exited', 'agent_exited'], ['release_agent', 'advance']);
  });

  it('and its open questions are closed first', () => {
    given(...running, c.ask('r1'))
      .when(c.gone())
      .yields(
        ['permission_resolved r1 cancelled agent_exited', 'turn_error p1 agent_exited', 'agent_exited'],
        ['answer_permission r1 cancelled', 'release_agent'],
      );
  });

  it('while nothing runs, and the session strands', () => {
    given(...idle)
      .when(c.gone())
      .yields(['agent_exited'], ['release_agent']);
  });

  it('while a prompt is held, which goes on by itself', () => {
    given(...idle, c.prompt('p1'))
      .holding(prompt('p1'))
      .when(c.gone())
      .yields(['agent_exited'], ['release_agent', 'advance']);
  });

  it('after the session let go of it: nothing changes', () => {
    given(...running)
      .when(c.gone(2))
      .yields([]);
    given(...idle, c.close)
      .when(c.gone())
      .yields([]);
    given(...stranded)
      .when(c.gone())
      .yields([]);
    given(...opening)
      .when(c.gone())
      .yields([]);
  });
});

describe('a session gets an agent again', () => {
  it('and goes on with what waits, under a binding of its own', () => {
    const { decision, state } = given(...opening)
      .when(c.bound())
      .yields(['agent_started', '(agent_bound)', 'session_restored native'], ['advance']);
    expect(decision.entries[0]).toMatchObject({
      data: { agent: 'fake', agentSessionId: 'agent-2', binding: 2, pid: 7 },
    });
    expect(decision.entries[2]).toMatchObject({
      data: { action: 'continue', context: 'native', generation: 1 },
    });
    expect(state?.binding).toEqual({ agentSessionId: 'agent-2', number: 2, isSeeded: true });
  });

  it('and says how much of the past it was told', () => {
    const { decision, state } = given(...opening)
      .when(c.bound({ context: 'reseeded', reseed }))
      .yields(['agent_started', '(agent_bound)', 'session_restored reseeded'], ['advance']);
    expect(decision.entries[2]).toMatchObject({ data: reseed });
    expect(state?.binding?.isSeeded).toBe(false);
  });

  it('for a client that loads it, who is registered with it', () => {
    const { state } = given(...idle, c.close, { kind: 'reopen', intent: 'load' })
      .when(c.bound({ clientIds: [bob, bob] }))
      .yields(
        [
          'agent_started',
          '(agent_bound)',
          '(client_registered bob)',
          '(client_registered bob)',
          'session_restored native',
        ],
        ['advance'],
      );
    expect(state).toMatchObject({ clients: { bob: 2 }, isDefaultTarget: false, phase: { kind: 'idle' } });
  });

  it('too late, when it was closed or stopped meanwhile: nothing changes', () => {
    given(...opening, c.close)
      .when(c.bound())
      .yields([]);
    given(...opening, c.interrupt)
      .when(c.bound())
      .yields([]);
  });

  it('keeps what the agent reports of itself', () => {
    const agentState = {
      modes: { currentModeId: 'ask', availableModes: [] },
      models: { currentModelId: 'fast', availableModels: [] },
      configOptions: null,
    };
    const { state } = given(...opening, c.bound({ agentState, applied: { modelId: 'deep' } }));
    expect(state?.agentState).toMatchObject({ currentModeId: 'ask', currentModelId: 'deep' });
  });
});

describe('a reseeded agent', () => {
  const reseeded = [...opening, c.bound({ context: 'reseeded', reseed }), c.advance];

  it('is known to remember once it answered the prompt that told it', () => {
    expect(given(...reseeded, c.answered('p1', 'end_turn', 2)).state?.binding?.isSeeded).toBe(true);
  });

  it('is not known to remember while that prompt runs, or when it failed', () => {
    expect(given(...reseeded).state?.binding?.isSeeded).toBe(false);
    expect(given(...reseeded, c.gone(2)).state?.binding?.isSeeded).toBe(false);
    expect(given(...reseeded, c.interrupt).state?.binding?.isSeeded).toBe(false);
  });
});

describe('no agent can be had', () => {
  it('and every prompt that waits for it fails; the session stays for the next one', () => {
    const { state } = given(...opening, c.prompt('p2'))
      .when(c.notBound())
      .yields(
        [
          'turn_error p1 context_unavailable',
          'pending_prompt_completed p2 removed',
          'turn_error p2 context_unavailable',
          '(restore_failed)',
        ],
        ['release_agent'],
      );
    expect(state?.phase).toEqual({ kind: 'stranded', cause: 'agent_unavailable', queue: [] });
  });

  it('because it died or refused: the turn says so', () => {
    given(...opening)
      .when(c.notBound('agent_exited'))
      .yields(['turn_error p1 agent_exited', '(restore_failed)'], ['release_agent']);
    given(...opening)
      .when(c.notBound('agent_error'))
      .yields(['turn_error p1 agent_error', '(restore_failed)'], ['release_agent']);
  });

  it('but no answer is overtaken: a prompt that is held waits for the next attempt', () => {
    const { state } = given(...opening, c.prompt('p2'))
      .holding(prompt('p2'))
      .when(c.notBound())
      .yields(['turn_error p1 context_unavailable', '(restore_failed)'], ['release_agent']);
    expect(state?.phase).toMatchObject({ kind: 'stranded', queue: [{ promptId: 'p2' }] });
  });

  it('and a closed session that was to be loaded stays closed for the same reason', () => {
    const { state } = given(...idle, c.close, { kind: 'reopen', intent: 'load' })
      .when(c.notBound())
      .yields(['(restore_failed client_close)'], ['release_agent']);
    expect(state?.phase).toEqual({ kind: 'closed', reason: 'client_close' });
  });

  it('too late: only what was held is given back', () => {
    given(...opening, c.close)
      .when(c.notBound())
      .yields([]);
  });
});

describe('what an agent says', () => {
  it('in an earlier binding changes nothing', () => {
    given(...opening, c.bound())
      .when(c.says('old', 1))
      .yields([]);
    given(...opening)
      .when(c.says('old', 1))
      .yields([]);
    given(...stranded)
      .when(c.says('old', 1))
      .yields([]);
    given(...idle, c.close)
      .when(c.says('old', 1))
      .yields([]);
  });

  it('of its own title never touches the name people gave', () => {
    const title = {
      kind: 'updates',
      binding: 1,
      updates: [{ sessionUpdate: 'session_info_update', title: 'T' }],
    } as const;
    const { state } = given(c.create({ displayName: 'mine' }), title);
    expect(state).toMatchObject({ displayName: 'mine', agentTitle: 'T' });
  });

  it('of its mode, model, commands and usage is kept as its own', () => {
    const updates = [
      { sessionUpdate: 'current_mode_update', currentModeId: 'code' },
      { sessionUpdate: 'available_commands_update', availableCommands: [{ name: 'compact' }] },
      { sessionUpdate: 'usage_update', used: 5, size: 10 },
      { sessionUpdate: 'config_option_update', configOptions: [{ category: 'model', currentValue: 'deep' }] },
    ];
    const { state } = given(...idle, { kind: 'updates', binding: 1, updates });
    expect(state?.agentState).toMatchObject({
      currentModeId: 'code',
      currentModelId: 'deep',
      catalog: { availableCommands: [{ name: 'compact' }] },
      usage: { used: 5, size: 10 },
    });
  });

  it('that nobody knows is recorded and moves nothing', () => {
    const odd = { sessionUpdate: 'demo_unknown', availableCommands: 7, currentModeId: 7 };
    const scene = given(...idle);
    const { state } = scene
      .when({ kind: 'updates', binding: 1, updates: [odd] })
      .yields(['session_update demo_unknown']);
    expect(state).toBe(scene.state);
  });
});

describe('a client asks for a session back', () => {
  it('which opens it, from where it strayed or was closed', () => {
    given(...stranded)
      .when({ kind: 'reopen', intent: 'load' })
      .yields(['(opening_started load)']);
    given(...idle, c.close)
      .when({ kind: 'reopen', intent: 'resume' })
      .yields(['(opening_started resume)']);
  });

  it('that has its agent: nothing is to be done', () => {
    given(...idle)
      .when({ kind: 'reopen', intent: 'load' })
      .yields([]);
    given(...running)
      .when({ kind: 'reopen', intent: 'load' })
      .yields([]);
    given(...opening)
      .when({ kind: 'reopen', intent: 'load' })
      .yields([]);
  });

  it('and the agent session it spoke through last is still known', () => {
    const { state } = given(...idle, c.close, { kind: 'reopen', intent: 'load' });
    expect(state?.binding?.agentSessionId).toBe(agentSession('agent-1'));
  });
});
