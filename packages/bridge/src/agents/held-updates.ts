import type { JsonRecord } from './records.ts';

/** What an agent said of a conversation before anybody could listen; bounded. */
export interface HeldUpdates {
  updates: JsonRecord[];
  chars: number;
  dropped: number;
}

const maxHeldUpdates = 1_000;
const maxHeldChars = 4 * 1_048_576;

export const noneHeld = (): HeldUpdates => ({ updates: [], chars: 0, dropped: 0 });

/** Keeps as many of the updates as there is room for, and counts the rest. */
export function hold(held: HeldUpdates, updates: readonly JsonRecord[], chars: number): void {
  const room = held.chars + chars > maxHeldChars ? 0 : Math.max(0, maxHeldUpdates - held.updates.length);
  held.updates.push(...updates.slice(0, room));
  held.dropped += Math.max(0, updates.length - room);
  held.chars += chars;
}
