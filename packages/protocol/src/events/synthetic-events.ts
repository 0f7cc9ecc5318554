import { Type } from 'typebox';
import { EventId, SessionIdText } from '../model/primitives.ts';

const nullableText = Type.Union([Type.String(), Type.Null()]);

/** What a stream says about itself: without an id, never in the journal. */
export const syntheticEvents = {
  state_resync_required: Type.Object(
    {
      reason: Type.Enum(['epoch_reset', 'history_trimmed']),
      lastDeliveredId: EventId,
      earliestAvailableId: EventId,
    },
    { description: 'The cursor cannot be honoured; a replay from the earliest retained event follows.' },
  ),
  replay_complete: Type.Object(
    { replayedCount: Type.Integer({ minimum: 0 }), lastEventId: EventId },
    { description: 'Everything up to now has been sent; live events follow.' },
  ),
  session_snapshot: Type.Object(
    { sessionId: SessionIdText, currentModelId: nullableText, currentApprovalMode: nullableText },
    { description: 'Settings in force; with `?snapshot=1` only.' },
  ),
  slow_client_warning: Type.Object(
    {
      lag: Type.Integer({ minimum: 0, description: 'Events between the reader and the tail.' }),
      queueSize: Type.Integer({ minimum: 0 }),
      maxQueued: Type.Integer({ minimum: 0 }),
      lastEventId: EventId,
    },
    { description: 'The reader is behind; once per episode. Nothing is dropped.' },
  ),
  stream_error: Type.Object(
    { error: Type.String() },
    { description: 'The journal failed under this stream; reconnect with the last id.' },
  ),
} as const;
