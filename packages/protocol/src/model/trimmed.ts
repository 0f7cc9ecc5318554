import { type Static, Type } from 'typebox';
import { EventEpochText, SessionIdText } from './primitives.ts';

/** A conversation whose oldest turns were cut off. */
export const Trimmed = Type.Object({
  sessionId: SessionIdText,
  generation: Type.Integer({ minimum: 1 }),
  context: Type.Literal('unchanged', {
    description: 'The agent still remembers what it remembers; only what it is told anew begins later.',
  }),
  trimmedTurns: Type.Integer({ minimum: 0, description: 'Turns that this request cut off.' }),
  keptTurns: Type.Integer({ minimum: 0, description: 'Finished turns that the conversation still has.' }),
  earliestEventId: Type.Integer({ minimum: 1, description: 'Replays begin here.' }),
  lastEventId: Type.Integer({ minimum: 0 }),
  eventEpoch: EventEpochText,
});
export type Trimmed = Static<typeof Trimmed>;
