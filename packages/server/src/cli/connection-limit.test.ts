import { expect, test } from 'vitest';
import { connectionLimit, openFileLimit } from './connection-limit.ts';

test('sockets leave room under the open-file limit for the daemon itself', () => {
  expect(connectionLimit(4_096, 1_024)).toBe(768);
  expect(connectionLimit(4_096, 1_048_576)).toBe(4_096);
  expect(connectionLimit(4_096, 100)).toBe(1);
  expect(connectionLimit(4_096, undefined)).toBe(4_096);
});

test.runIf(process.platform === 'linux')('the limit is read from the kernel', () => {
  expect(openFileLimit()).toBeGreaterThan(0);
});
