import type { Ids } from '../ports/ids.ts';

/** UUIDs that count: 00000000-0000-4000-8000-000000000001, … */
export function sequentialIds(): Ids {
  let made = 0;
  return {
    uuid() {
      made += 1;
      return `00000000-0000-4000-8000-${made.toString(16).padStart(12, '0')}`;
    },
  };
}
