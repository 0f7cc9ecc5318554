import { expect, it } from 'vitest';
import { hostGuard } from './host-guard.ts';

const passes = (guard: (host: string | undefined) => void, host: string | undefined) => {
  try {
    guard(host);
    return true;
  } catch {
    return false;
  }
};

it.each([
  'localhost',
  'LOCALHOST:4170',
  '127.0.0.1:1',
  '127.8.9.1',
  '[::1]',
  '[::1]:4170',
  'box.lan',
  'box.lan:80',
  'api.example:8443',
  '10.0.0.5',
])('Host %s is let in', (host) => {
  const guard = hostGuard({ host: '10.0.0.5', allowedHosts: ['Box.lan', 'api.example:8443'] });
  expect(passes(guard, host)).toBe(true);
});

it.each([
  undefined,
  '',
  'evil.example',
  'localhost.evil.example',
  'localhost@evil.example',
  '127.0.0.1.nip.io',
  '0.0.0.0',
  '[::]',
  'api.example',
  'api.example:80',
  'localhost:',
  '10.0.0.6',
  '128.0.0.1',
])('Host %s is kept out', (host) => {
  const guard = hostGuard({ host: '0.0.0.0', allowedHosts: ['api.example:8443'] });
  expect(passes(guard, host)).toBe(false);
});
