import { operations } from '@holdfast/protocol';
import { expect, it } from 'vitest';
import { allowedMethods } from './allowed-methods.ts';

const methodsOf = allowedMethods(Object.values(operations));

it.each([
  ['/session', ['POST']],
  ['/session/7e0b', ['GET', 'HEAD', 'PATCH', 'DELETE']],
  ['/session/a%2Fb/events', ['GET']],
  ['/sessions/search', ['GET', 'HEAD']],
  ['/session/', []],
  ['/session/7e0b/events/', []],
  ['/nowhere', []],
  ['', []],
])('of %s: %j', (path, methods) => {
  expect(methodsOf(path)).toEqual(methods);
});
