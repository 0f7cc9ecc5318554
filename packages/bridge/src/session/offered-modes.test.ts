import { expect, it } from 'vitest';
import { offeredModes } from './offered-modes.ts';

const modes = { currentModeId: 'ask', availableModes: [{ id: 'ask' }, { id: 'code' }, null, { id: 7 }] };
const option = (options: unknown) => [
  { category: 'model', options: [{ value: 'x' }] },
  { category: 'mode', options },
];

it.each([
  ['in a list of modes', modes, option([{ value: 'other' }]), ['ask', 'code']],
  ['as a config option', null, option([{ value: 'build' }, { value: 'plan' }]), ['build', 'plan']],
  ['as a config option in groups', null, option([{ group: 'g', options: [{ value: 'plan' }] }]), ['plan']],
  ['nowhere', null, null, undefined],
  ['in a shape nobody knows', 'ask', [{ category: 'mode' }, 3], undefined],
])('modes may be offered %s', (_, listed, configOptions, offered) => {
  expect(offeredModes({ modes: listed, configOptions })).toEqual(offered);
});
