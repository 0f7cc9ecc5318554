import type { Static, TSchema } from 'typebox';
import type { Envelope } from '../model/envelope.ts';
import { permissionEvents } from './permission-events.ts';
import { sessionEvents } from './session-events.ts';
import { syntheticEvents } from './synthetic-events.ts';
import { turnEvents } from './turn-events.ts';

/** Events of the journal: they carry an id, are stored, and are replayed. Schema of `data` by type. */
export const recordedEvents = {
  ...sessionEvents,
  ...turnEvents,
  ...permissionEvents,
} as const satisfies Record<string, TSchema>;

/** Every event Holdfast sends: the schema of `data` by type. */
export const Events = { ...recordedEvents, ...syntheticEvents } as const satisfies Record<string, TSchema>;

export type EventType = keyof typeof Events;
export type RecordedEventType = keyof typeof recordedEvents;
export type SyntheticEventType = keyof typeof syntheticEvents;

/** The `data` of one type of event. */
export type EventData<T extends EventType> = Static<(typeof Events)[T]>;

/** The envelope of one type of event; recorded ones carry an id, synthetic ones none. A union over a union of types. */
export type EventOf<T extends EventType = EventType> = T extends EventType
  ? Omit<Envelope, 'id' | 'type' | 'data'> &
      (T extends RecordedEventType ? { id: number } : { id?: undefined }) & { type: T; data: EventData<T> }
  : never;

/** Any event of the journal. */
export type RecordedEvent = EventOf<RecordedEventType>;
/** Any event a stream makes up for one reader. */
export type SyntheticEvent = EventOf<SyntheticEventType>;

export const isEventType = (type: string): type is EventType => Object.hasOwn(Events, type);
export const isRecordedEventType = (type: string): type is RecordedEventType =>
  Object.hasOwn(recordedEvents, type);
