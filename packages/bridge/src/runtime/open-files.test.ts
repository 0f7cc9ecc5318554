import { closeSync, openSync } from 'node:fs';
import { expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { openFilePolicy } from './open-file-policy.ts';
import { countOpenFiles, OpenFileGauge } from './open-files.ts';

it('an eighth of the descriptors is kept back, at most 64', () => {
  expect(openFilePolicy({ count: 223, limit: 256 })).toBe(undefined);
  expect(openFilePolicy({ count: 224, limit: 256 })).toMatch(/224 of 256 are in use/);
  expect(openFilePolicy({ count: 19_935, limit: 20_000 })).toBe(undefined);
  expect(openFilePolicy({ count: 19_936, limit: 20_000 })).toMatch(/ulimit -n/);
  expect(openFilePolicy({ count: Number.POSITIVE_INFINITY, limit: 0 })).toMatch(/none is left/);
});

it('a gauge looks now and then, and notices both ends of a shortage', async () => {
  const clock = new FakeClock();
  let count = 10;
  let looks = 0;
  const gauge = new OpenFileGauge(clock, () => {
    looks += 1;
    return { count, limit: 256 };
  });
  expect(gauge.shortage()).toBe(undefined);
  count = 250;
  expect(gauge.shortage()).toBe(undefined);
  expect(looks).toBe(1);
  await clock.advance(100);
  expect(gauge.shortage()).toMatch(/250 of 256/);
  count = 10;
  await clock.advance(100);
  expect(gauge.shortage()).toBe(undefined);
});

it('is never short where the system does not tell', () => {
  expect(new OpenFileGauge(new FakeClock(), () => undefined).shortage()).toBe(undefined);
});

it.runIf(process.platform === 'linux')('counts what this process has open', () => {
  const before = countOpenFiles();
  const held = [1, 2, 3].map(() => openSync('/dev/null', 'r'));
  const during = countOpenFiles();
  for (const descriptor of held) closeSync(descriptor);
  expect((during?.count ?? 0) - (before?.count ?? 0)).toBe(3);
  expect(during?.limit).toBeGreaterThan(during?.count ?? 0);
});
