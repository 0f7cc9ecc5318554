import { DaemonError } from '@holdfast/protocol';
import { describe, expect, it } from 'vitest';
import { bearerToken } from './bearer-token.ts';
import { isLoopbackAddress } from './loopback.ts';

describe('a bearer token', () => {
  const authenticate = bearerToken({ token: 's3cret', name: 'laptop' });

  it.each(['Bearer s3cret', 'bearer s3cret', 'BEARER  s3cret '])('%s names its principal', (header) => {
    expect(authenticate(header)).toBe('laptop');
  });

  it.each([
    undefined,
    '',
    's3cret',
    'Bearer',
    'Bearer ',
    'Bearer s3cre',
    'Bearer s3crets',
    'Bearer S3CRET',
    'Basic s3cret',
    'Bearer a s3cret',
  ])('%s is refused in the same words', (header) => {
    expect(() => authenticate(header)).toThrow(new DaemonError('unauthorized', 'Unauthorized'));
  });

  it.each(['', ' ', 'two words'])('cannot be "%s"', (token) => {
    expect(() => bearerToken({ token })).toThrow(DaemonError);
  });
});

it.each([
  ['127.0.0.1', true],
  ['127.255.0.3', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['128.0.0.1', false],
  ['::ffff:10.0.0.1', false],
  ['::', false],
  ['localhost', false],
])('the address %s is loopback: %s', (address, expected) => {
  expect(isLoopbackAddress(address)).toBe(expected);
});
