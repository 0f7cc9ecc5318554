import { expect, it } from 'vitest';
import { etag, ifMatchOf } from './etag.ts';

it('a revision is told as a strong tag', () => {
  expect(etag(7)).toEqual({ etag: '"7"' });
});

it.each([
  [undefined, undefined],
  ['*', 'any'],
  ['"3"', [3]],
  ['3', [3]],
  ['"3", "5"', [3, 5]],
  ['W/"3"', []],
  ['"three"', []],
  ['"-1"', []],
  ['"99999999999999999999"', []],
  ['', []],
])('If-Match %j asks for the revisions %j', (header, revisions) => {
  expect(ifMatchOf({ 'if-match': header })).toEqual(revisions);
});
