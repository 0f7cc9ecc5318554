import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listenForStop } from './stop-signals.ts';

let now: number;
let heard: string[];
let signals: EventEmitter;
let unlisten: () => void;

beforeEach(() => {
  now = 1_000;
  heard = [];
  signals = new EventEmitter();
  unlisten = listenForStop(
    { elapsedMs: () => now },
    {
      onStop: (signal) => heard.push(`stop ${signal}`),
      onInsist: (signal) => heard.push(`insist ${signal}`),
    },
    signals,
  );
});
afterEach(() => unlisten());

test('one Ctrl-C that a wrapper delivers twice stops, and does not insist', () => {
  signals.emit('SIGINT', 'SIGINT');
  now += 300;
  signals.emit('SIGINT', 'SIGINT');
  expect(heard).toEqual(['stop SIGINT']);
});

test('a second signal later insists', () => {
  signals.emit('SIGTERM', 'SIGTERM');
  now += 301;
  signals.emit('SIGINT', 'SIGINT');
  expect(heard).toEqual(['stop SIGTERM', 'insist SIGINT']);
});

test('nothing listens any more afterwards', () => {
  unlisten();
  expect(signals.eventNames()).toEqual([]);
});
