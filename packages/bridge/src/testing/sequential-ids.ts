import { clientIdFrom } from '@holdfast/protocol';
import type { Ids } from '../ports/ids.ts';

let series = 0;

/**
 * UUIDs that count, in a series of their own: 00000000-0000-4001-8000-000000000001, … Clients are called what they ask
 * for, so that a test can tell who is who.
 */
export function sequentialIds(): Ids {
  series = (series + 1) % 0x1000;
  const prefix = `00000000-0000-4${series.toString(16).padStart(3, '0')}-8000-`;
  let made = 0;
  const uuid = () => {
    made += 1;
    return `${prefix}${made.toString(16).padStart(12, '0')}`;
  };
  return { uuid, clientId: (asked) => asked ?? clientIdFrom(uuid()) };
}

/** The same, but clients are given a name as a daemon gives it. */
export function strictIds(): Ids {
  const ids = sequentialIds();
  return { ...ids, clientId: () => clientIdFrom(ids.uuid()) };
}
