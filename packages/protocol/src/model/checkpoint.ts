import { type Static, Type } from 'typebox';
import { Context } from './agent-state.ts';
import { EpochMs, EventEpochText, EventId, SessionIdText } from './primitives.ts';

/** Why a checkpoint was made. */
export const CheckpointReason = Type.Enum(['user', 'reset', 'compact', 'restore'], {
  description: '`user`: asked for; else made right before the session was reset, compacted or restored.',
});
export type CheckpointReason = Static<typeof CheckpointReason>;

export const CheckpointIdText = Type.String({ description: '`cp_<uuid>`.' });

/** A pointer into a session's history: a generation up to the end of one of its turns. */
export const Checkpoint = Type.Object({
  checkpointId: CheckpointIdText,
  sessionId: SessionIdText,
  generation: Type.Integer({ minimum: 1 }),
  eventId: EventId,
  name: Type.Optional(Type.String()),
  reason: CheckpointReason,
  createdAt: EpochMs,
});
export type Checkpoint = Static<typeof Checkpoint>;

/** A conversation that begins anew: what reset and the restore of a checkpoint answer. */
export const NewGeneration = Type.Object({
  sessionId: SessionIdText,
  generation: Type.Integer({ minimum: 1 }),
  context: Context,
  checkpointId: Type.Optional(
    Type.String({ description: 'The checkpoint made right before; absent where there was nothing to keep.' }),
  ),
  lastEventId: Type.Integer({
    minimum: 0,
    description: 'The last event before the new generation: the cursor that follows it from its beginning.',
  }),
  eventEpoch: EventEpochText,
});
export type NewGeneration = Static<typeof NewGeneration>;

export const CompactionStrategy = Type.Enum(['command', 'handoff'], {
  description:
    "`command`: the agent's own compact command; `handoff`: the agent's summary opens a fresh agent session.",
});
export type CompactionStrategy = Static<typeof CompactionStrategy>;

/** One generation of a session: a stretch of its life with a conversation of its own. */
export const Generation = Type.Object({
  generation: Type.Integer({ minimum: 1 }),
  reason: Type.Enum(['first', 'new', 'reset', 'restore', 'compact']),
  startedAt: EpochMs,
  afterEventId: Type.Integer({
    minimum: 0,
    description: 'The last event before it: the cursor that reads it from its beginning.',
  }),
  upToEventId: Type.Optional(
    Type.Integer({ minimum: 0, description: 'Its last event; absent while it lasts.' }),
  ),
  basis: Type.Enum(['nothing', 'history', 'summary'], {
    description:
      'What its conversation began with: nothing, an earlier generation, or the summary of the one before.',
  }),
});
export type Generation = Static<typeof Generation>;
