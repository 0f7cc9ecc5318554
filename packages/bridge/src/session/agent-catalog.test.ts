import { describe, expect, it } from 'vitest';
import { given } from '../testing/given.ts';
import { c } from '../testing/samples.ts';
import { agentCatalog, decodeCatalog, emptyCatalog, encodeCatalog } from './agent-catalog.ts';
import { fromRow, toRow } from './snapshot.ts';

const modes = { currentModeId: 'ask', availableModes: [{ id: 'ask' }, { id: 'code' }] };
const models = { currentModelId: 'fast', availableModels: [{ modelId: 'fast' }] };
const offered = { modes, models, configOptions: null, availableCommands: [{ name: 'compact' }] };

describe('what an agent offers', () => {
  it('is one object for all that offer the same, whatever each of them chose', () => {
    const one = agentCatalog(offered);
    const other = agentCatalog({ ...structuredClone(offered), modes: { ...modes, currentModeId: 'code' } });
    expect(other).toBe(one);
    expect(agentCatalog({ ...offered, availableCommands: [] })).not.toBe(one);
    expect(one.digest).not.toBe(emptyCatalog.digest);
  });

  it('reads back as it was stored, and not at all when it was damaged', () => {
    const catalog = agentCatalog(offered);
    const json = encodeCatalog(catalog);
    expect(decodeCatalog(catalog.digest, json)).toEqual(catalog);
    expect(decodeCatalog(catalog.digest, json.replace('compact', 'compost'))).toBeUndefined();
    expect(decodeCatalog(emptyCatalog.digest, json)).toBeUndefined();
  });

  it('is no part of a snapshot, and is there again in the state that is read from it', () => {
    const { state } = given(c.create({ agentState: { modes, models, configOptions: null } }));
    const row = toRow(state ?? expect.fail(), 3);
    expect(row.snapshot).not.toContain('availableModes');
    expect(fromRow(row)).toEqual(state);
    expect(state?.agentState).toMatchObject({ currentModeId: 'ask', currentModelId: 'fast' });
  });

  it('leaves the mode alone when only its options are reported anew', () => {
    const configOptions = [{ category: 'thinking', currentValue: 'deep' }];
    const { state } = given(
      c.create({ agentState: { modes, models, configOptions: null } }),
      {
        kind: 'updates',
        binding: 1,
        updates: [{ sessionUpdate: 'current_mode_update', currentModeId: 'code' }],
      },
      { kind: 'updates', binding: 1, updates: [{ sessionUpdate: 'config_option_update', configOptions }] },
    );
    expect(state?.agentState.currentModeId).toBe('code');
  });
});
