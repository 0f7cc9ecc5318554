import { randomBytes } from 'node:crypto';

/** Names requests: unique over restarts, and in order within one. */
export function requestIds(): () => string {
  const run = randomBytes(4).toString('hex');
  let count = 0;
  return () => {
    count += 1;
    return `${run}-${count}`;
  };
}
