import { expect, test } from 'vitest';
import { commandLine, invocation } from './invocation.ts';

test('lines to copy begin as the person began', () => {
  expect(invocation({})).toBe('holdfast');
  expect(invocation({ npm_command: 'exec' })).toBe('npx holdfast');
  expect(invocation({ npm_command: 'run', HOLDFAST_INVOKED_AS: 'npm run -s holdfast --' })).toBe(
    'npm run -s holdfast --',
  );
  expect(commandLine('holdfast', ['run', "it's me"])).toMatch(/^holdfast run ("|')/);
});
