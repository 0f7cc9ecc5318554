import { type EventData, encodeEvent, type SyntheticEventType } from '@holdfast/protocol';
import { type WireBytes, wireBytes } from './wire-bytes.ts';

/** Encodes what a stream says about itself: an event without an id, made for one reader. */
export function syntheticFrame<T extends SyntheticEventType>(
  type: T,
  data: EventData<T>,
  now: number,
): WireBytes {
  return wireBytes(encodeEvent({ v: 1, type, data, _meta: { serverTimestamp: now } }));
}
