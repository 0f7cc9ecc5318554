import { describe, expect, test } from 'vitest';
import { reduceEvent } from '../view/reduce-event.ts';
import { initialView } from '../view/state.ts';
import { housekeepingTypes, isSessionTerminal, isTurnTerminal } from './event-classes.ts';
import { Events, isEventType, isRecordedEventType, recordedEvents } from './events.ts';
import { syntheticEvents } from './synthetic-events.ts';

const types = Object.keys(Events);

describe.each(types)('%s', (type) => {
  test('is known to the view', () => {
    const view = reduceEvent(initialView(), { v: 1, type, data: {}, _meta: { serverTimestamp: 1 } });
    expect(view.unknownEvents).toBe(0);
  });

  test('is either recorded or synthetic', () => {
    expect(isEventType(type)).toBe(true);
    expect(isRecordedEventType(type)).toBe(!Object.hasOwn(syntheticEvents, type));
  });

  test('says what it means', () => {
    expect(JSON.parse(JSON.stringify(Reflect.get(Events, type)))).toHaveProperty('description');
  });
});

test('no type is declared twice', () => {
  expect(types).toHaveLength(Object.keys(recordedEvents).length + Object.keys(syntheticEvents).length);
});

test('a member of Object is no type', () => {
  expect(isEventType('constructor')).toBe(false);
});

test('a terminal is of a session or of a turn, and never housekeeping', () => {
  expect(types.filter(isSessionTerminal)).toEqual(['session_closed', 'session_died']);
  expect(types.filter(isTurnTerminal)).toEqual(['turn_complete', 'turn_error']);
  expect(housekeepingTypes.filter((type) => isSessionTerminal(type) || isTurnTerminal(type))).toEqual([]);
});
