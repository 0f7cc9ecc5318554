import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { judge } from './checks.ts';
import { noEvidence } from './evidence.ts';
import { sabotaged, sabotageNames, sabotages } from './sabotages.ts';

const root = new URL('../../', import.meta.url);

test.each(sabotageNames)('the sabotage %s still fits the source it changes', (name) => {
  const { file } = sabotages[name];
  const source = readFileSync(new URL(file, root), 'utf8');
  expect(sabotaged(source, sabotages[name])).not.toBe(source);
  expect(() => sabotaged('', sabotages[name])).toThrow(file);
});

test.each(sabotageNames)('the promises that betray %s are ones the harness looks at', (name) => {
  const promises = judge(noEvidence()).map(({ promise }) => promise);
  expect(promises).toEqual(expect.arrayContaining([...sabotages[name].betrayedBy]));
});
