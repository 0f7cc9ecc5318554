import { expect, test } from 'vitest';
import { mayMeanUnknownSession, rpcCodes, rpcMeaning } from './rpc-code.ts';

test.each(Object.entries(rpcCodes))('%s is the meaning of its number', (meaning, code) => {
  expect(rpcMeaning(code)).toBe(meaning);
});

test("an agent's own number means nothing to us", () => {
  expect(rpcMeaning(400)).toBeUndefined();
});

test.each([-32602, -32603, -32002])('%i may mean that the agent has forgotten the session', (code) => {
  expect(mayMeanUnknownSession(code)).toBe(true);
});

test('a missing login is no forgotten session', () => {
  expect(mayMeanUnknownSession(rpcCodes.authRequired)).toBe(false);
});
