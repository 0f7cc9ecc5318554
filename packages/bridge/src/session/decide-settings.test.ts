import { describe, expect, it } from 'vitest';
import { given } from '../testing/given.ts';
import { bob, c } from '../testing/samples.ts';

const modes = { currentModeId: 'ask', availableModes: [{ id: 'ask', name: 'Ask' }] };
const idle = [c.create({ agentState: { modes, models: null, configOptions: null } })];

describe('a model or mode', () => {
  it('in force is told to readers and kept', () => {
    const { decision, state } = given(...idle)
      .when({ kind: 'configured', modelId: 'deep', modeId: 'code' })
      .yields(['model_switched', 'approval_mode_changed']);
    expect(decision.entries[1]).toMatchObject({ data: { previous: 'ask', next: 'code', persisted: false } });
    expect(state?.agentState).toMatchObject({ currentModelId: 'deep', currentModeId: 'code' });
    expect(state?.settings).toEqual({ modelId: 'deep', modeId: 'code' });
  });

  it('that the agent announced before it answered is told with the mode it left', () => {
    const update = { sessionUpdate: 'current_mode_update', currentModeId: 'code' };
    const { decision } = given(...idle, { kind: 'updates', binding: 1, updates: [update] })
      .when({ kind: 'configured', modeId: 'code', previousModeId: 'ask' })
      .yields(['approval_mode_changed']);
    expect(decision.entries[0]).toMatchObject({ data: { previous: 'ask', next: 'code' } });
  });

  it('that was chosen while there is no agent is kept for the next one and told to nobody yet', () => {
    const { state } = given(...idle, c.gone())
      .when({ kind: 'want', modelId: 'deep' })
      .yields(['(settings_wanted)']);
    expect(state?.settings).toMatchObject({ modelId: 'deep' });
    expect(state?.agentState.currentModelId).toBeNull();
  });

  it('chosen after another keeps the other', () => {
    const wanted = [...idle, c.gone(), { kind: 'want', modelId: 'deep' } as const];
    expect(given(...wanted, { kind: 'want', modeId: 'code' }).state?.settings).toEqual({
      modelId: 'deep',
      modeId: 'code',
    });
  });

  it('that the agent refused is told and changes nothing', () => {
    const scene = given(...idle);
    const { state } = scene
      .when({ kind: 'model_refused', modelId: 'x', error: 'no' })
      .yields(['model_switch_failed']);
    expect(state).toBe(scene.state);
  });

  it('is refused from a stranger and by a closed session', () => {
    given(...idle)
      .when({ kind: 'want', modelId: 'deep', clientId: bob })
      .refuses('invalid_client_id');
    given(...idle, c.close)
      .when({ kind: 'want', modelId: 'deep' })
      .refuses('session_not_found');
    given(...idle, c.close)
      .when({ kind: 'configured', modelId: 'deep' })
      .refuses('session_not_found');
  });
});
