import { readFileSync } from 'node:fs';
import { operations } from '@holdfast/protocol';
import { expect, test } from 'vitest';
import { families } from './generate/protocol-reference.ts';
import { generatedFiles, pathOf } from './generate.ts';

test.each(Object.entries(generatedFiles))('%s is what npm run generate writes', (file, render) => {
  expect(readFileSync(pathOf(file), 'utf8')).toBe(render());
});

test('every operation stands in exactly one chapter of the reference', () => {
  const names = Object.keys(operations);
  expect(Object.values(families).flat().toSorted()).toEqual(names.toSorted());
});
