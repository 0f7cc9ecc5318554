import { HoldfastError } from '@holdfast/sdk';
import { expect, test } from 'vitest';
import { remedyOf } from './remedies.ts';
import { complaint } from './run-command-line.ts';

const refusal = (code: string) => new HoldfastError({ code, message: 'no' });

test('a refusal is told with what a person can do about it', () => {
  expect(complaint(refusal('unauthorized'), {})).toMatch(
    /^holdfast: no\n {2}give the token .*HOLDFAST_TOKEN/,
  );
  expect(remedyOf(refusal('checkpoint_not_found'))).toContain('sessions show');
});

test('what says all there is has no remedy, nor has what is no refusal', () => {
  expect(complaint(refusal('session_changed'), {})).toBe('holdfast: no\n');
  expect([remedyOf(refusal('constructor')), remedyOf('text'), remedyOf(undefined)]).toEqual([
    ...[undefined, undefined, undefined],
  ]);
});
