import { describe, expect, it } from 'vitest';
import { given } from '../testing/given.ts';
import { c } from '../testing/samples.ts';
import { agentStateOf } from './summary.ts';

const configOptions = [
  { id: 'm', category: 'mode', currentValue: 'ask', options: [] },
  { id: 'l', category: 'model', currentValue: 'fast', options: [] },
  { id: 'e', category: 'effort', currentValue: 'high', options: [] },
];

describe('what the agent offers', () => {
  it('shows the model and mode in force, in whatever form it offers them', () => {
    const models = { currentModelId: 'fast', availableModels: [] };
    const { state } = given(c.create({ agentState: { models, modes: null, configOptions } }), {
      kind: 'configured',
      modelId: 'deep',
      modeId: 'code',
    });
    const shown = agentStateOf(state ?? expect.fail());
    expect(shown.models).toEqual({ currentModelId: 'deep', availableModels: [] });
    expect(shown.configOptions?.map(({ currentValue }) => currentValue)).toEqual(['code', 'deep', 'high']);
  });

  it('is left out where it reports none', () => {
    const { state } = given(c.create({ agentState: { models: null, modes: null, configOptions: null } }));
    expect(agentStateOf(state ?? expect.fail())).toEqual({});
  });
});
