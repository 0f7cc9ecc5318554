import { expect, it } from 'vitest';
import { judgeSoak } from './soak-report.ts';

const megabyte = 1_024 * 1_024;

/** Twenty samples, a minute apart; RSS as said of each. */
const samples = (lives: number, rssAt: (nth: number) => number) =>
  Array.from({ length: 20 }, (_, nth) => ({
    ...{ atSeconds: nth * 60, lives: (lives * nth) / 19, rss: rssAt(nth) * megabyte, rssAnon: 0 },
    ...{ heapUsed: 0, heapTotal: 0, external: 0, handles: 40, timers: 3, processes: 1 },
  }));
const verdicts = (lives: number, rssAt: (nth: number) => number) =>
  judgeSoak(samples(lives, rssAt)).map(({ name, verdict }) => `${name} ${verdict}`);

it('a soak names the figure that grows, and only that', () => {
  expect(verdicts(1_000, (nth) => 100 + 5 * nth)).toEqual([
    'RSS grows',
    'heap flat',
    'external flat',
    'handles flat',
    'timers flat',
    'processes flat',
  ]);
  expect(verdicts(1_000, () => 100)).toContain('RSS flat');
});

it('a soak of a few sessions only says nothing, however long it took', () => {
  expect(new Set(verdicts(100, (nth) => 100 + 5 * nth).map((text) => text.replace(/^\w+ /, '')))).toEqual(
    new Set(['too short to tell']),
  );
});
