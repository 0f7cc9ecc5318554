import { describe, expect, test } from 'vitest';
import { clientIdFrom, parseClientId, parseSessionId, permissionRequestIdFrom, promptIdFrom } from './ids.ts';

const uuid = '0b0e7a3c-7b7e-4c7e-9d53-0a1b2c3d4e5f';

describe('a session id', () => {
  test('is read in either case and answered in lower case', () => {
    expect(parseSessionId(uuid.toUpperCase())).toBe(uuid);
  });

  test.each(['', 'x', `${uuid}\n`, ` ${uuid}`, uuid.slice(1), `{${uuid}}`])('%j is none', (text) => {
    expect(parseSessionId(text)).toBeUndefined();
  });
});

describe('a client id', () => {
  test.each(['a', 'A.b:c_d-1', 'x'.repeat(128)])('%j is one', (text) => {
    expect(parseClientId(text)).toBe(text);
  });

  test.each(['', 'x'.repeat(129), 'a b', 'ä', 'a\n', 'a/b'])('%j is none', (text) => {
    expect(parseClientId(text)).toBeUndefined();
  });
});

test('minted ids name their kind', () => {
  expect([clientIdFrom(uuid), promptIdFrom(uuid), permissionRequestIdFrom(uuid)]).toEqual([
    `client_${uuid}`,
    `prompt_${uuid}`,
    `perm_${uuid}`,
  ]);
  expect(parseClientId(clientIdFrom(uuid))).toBeDefined();
});
