import type { Ids } from '../ports/ids.ts';

let series = 0;

/** UUIDs that count, in a series of their own: 00000000-0000-4001-8000-000000000001, … */
export function sequentialIds(): Ids {
  series = (series + 1) % 0x1000;
  const prefix = `00000000-0000-4${series.toString(16).padStart(3, '0')}-8000-`;
  let made = 0;
  return {
    uuid() {
      made += 1;
      return `${prefix}${made.toString(16).padStart(12, '0')}`;
    },
  };
}
