import { describe, expect, test } from 'vitest';
import { errorCodes, isErrorCode } from './codes.ts';
import { DaemonError } from './daemon-error.ts';
import { httpStatus, retryAfterSeconds } from './http-status.ts';
import { toProblem } from './problem.ts';

describe('the table of codes', () => {
  test.each(Object.keys(errorCodes))('%s has a status of failure', (code) => {
    expect(isErrorCode(code) ? httpStatus[code] : 0).toBeGreaterThanOrEqual(400);
  });

  test('has no status for a code that is gone', () => {
    expect(Object.keys(httpStatus).toSorted()).toEqual(Object.keys(errorCodes).toSorted());
  });

  test('a member of Object is no code', () => {
    expect(isErrorCode('constructor')).toBe(false);
  });

  test('says when to come back only where that helps', () => {
    const hopeless = Object.keys(retryAfterSeconds).filter(
      (code) => isErrorCode(code) && !errorCodes[code].retryable && httpStatus[code] !== 503,
    );
    expect(hopeless).toEqual([]);
  });
});

describe('a problem document', () => {
  const error = new DaemonError('prompt_queue_full', 'queue is full', { limit: 5, pendingCount: 5 });

  test('carries the common members, those of RFC 9457 and those of its code', () => {
    expect(toProblem(error, { instance: '/session/1/prompt' })).toEqual({
      error: 'queue is full',
      code: 'prompt_queue_full',
      retryable: true,
      limit: 5,
      pendingCount: 5,
      type: 'urn:holdfast:error:prompt_queue_full',
      title: 'Prompt queue full',
      status: 503,
      detail: 'queue is full',
      instance: '/session/1/prompt',
    });
  });

  test('details cannot pretend to be another error', () => {
    const forged = new DaemonError('unauthorized', 'Unauthorized', {
      code: 'internal',
      status: 200,
      error: 'x',
    });
    expect(toProblem(forged)).toMatchObject({ code: 'unauthorized', status: 401, error: 'Unauthorized' });
  });
});
