import { describe, expect, it } from 'vitest';
import { afterCrash, noCrashes, restartWaitMs } from './restart-policy.ts';

const limits = { quickLifeMs: 5_000, forgivenCrashes: 2, backoffMs: 1_000, maxBackoffMs: 3_000 };
const crash = (record = noCrashes, lifeMs = 10) =>
  afterCrash(record, { startedAt: 0, endedAt: lifeMs }, limits);

describe('an agent that keeps ending right after its start', () => {
  it('is started again without waiting until the crashes are more than forgiven', () => {
    expect(restartWaitMs(noCrashes, 0, limits)).toBe(0);
    expect(restartWaitMs(crash(), 10, limits)).toBe(0);
  });

  it('waits twice as long each time, up to the longest wait', () => {
    const waits: number[] = [];
    for (let record = crash(crash()); waits.length < 4; record = crash(record))
      waits.push(restartWaitMs(record, 10, limits));
    expect(waits).toEqual([1_000, 2_000, 3_000, 3_000]);
  });

  it('may be tried when the wait is over', () => {
    expect(restartWaitMs(crash(crash()), 1_009, limits)).toBe(1);
    expect(restartWaitMs(crash(crash()), 1_010, limits)).toBe(0);
  });

  it('starts with a clean record after a life long enough', () => {
    expect(crash(crash(crash()), 5_000)).toBe(noCrashes);
  });
});
