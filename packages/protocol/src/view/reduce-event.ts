import type { EventType } from '../events/events.ts';
import { type Fields, isFields, isText, optionalText } from './guards.ts';
import {
  reducePartialVote,
  reducePermissionRequest,
  reducePermissionResolved,
} from './reduce-permissions.ts';
import {
  reduceAgentExited,
  reduceAgentStarted,
  reduceClosed,
  reduceCreated,
  reduceDied,
  reduceMetadata,
  reduceMode,
  reduceModel,
  reduceReset,
  reduceRestored,
  reduceSnapshot,
  settled,
} from './reduce-session.ts';
import {
  reduceEvicted,
  reduceReplayComplete,
  reduceResync,
  reduceStreamError,
  reopen,
} from './reduce-stream.ts';
import {
  reducePromptAdded,
  reducePromptCancelled,
  reducePromptCompleted,
  reducePromptStarted,
  reduceTurnComplete,
  reduceTurnError,
} from './reduce-turns.ts';
import { reduceSessionUpdate } from './reduce-updates.ts';
import type { SessionView, ViewReducer } from './state.ts';

/** Known, and of no consequence to the view. */
const nothing: ViewReducer = (view) => view;

/** What each type of event does to the view; a missing row does not compile. */
const reducers = {
  session_created: reduceCreated,
  session_update: reduceSessionUpdate,
  session_metadata_updated: reduceMetadata,
  session_restored: reduceRestored,
  session_reset: reduceReset,
  session_branched: nothing,
  session_closed: reduceClosed,
  session_died: reduceDied,
  pending_prompt_added: reducePromptAdded,
  pending_prompt_started: reducePromptStarted,
  pending_prompt_completed: reducePromptCompleted,
  prompt_cancelled: reducePromptCancelled,
  turn_complete: reduceTurnComplete,
  turn_error: reduceTurnError,
  permission_request: reducePermissionRequest,
  permission_resolved: reducePermissionResolved,
  permission_already_resolved: reducePermissionResolved,
  permission_partial_vote: reducePartialVote,
  permission_forbidden: nothing,
  model_switched: reduceModel,
  model_switch_failed: nothing,
  approval_mode_changed: reduceMode,
  checkpoint_created: nothing,
  compaction_started: nothing,
  compaction_completed: nothing,
  compaction_failed: nothing,
  extension_updated: nothing,
  agent_started: reduceAgentStarted,
  journal_gap: nothing,
  agent_exited: reduceAgentExited,
  state_resync_required: reduceResync,
  replay_complete: reduceReplayComplete,
  session_snapshot: reduceSnapshot,
  slow_client_warning: nothing,
  stream_error: reduceStreamError,
  client_evicted: reduceEvicted,
} as const satisfies Record<EventType | 'client_evicted', ViewReducer>;

const reducerOf: ReadonlyMap<string, ViewReducer> = /* @__PURE__ */ new Map(
  /* @__PURE__ */ Object.entries(reducers),
);

/**
 * Applies one event, as it came off the stream, to the view. Pure; never throws: recorded events that were seen
 * before are ignored, malformed and unknown ones are ignored and counted.
 */
export function reduceEvent(view: SessionView, event: unknown): SessionView {
  if (!isEnvelope(event)) return { ...view, malformedEvents: view.malformedEvents + 1 };
  const { id, type, data } = event;
  if (id !== undefined && id <= view.lastEventId) return view;
  const seen = id === undefined ? view : { ...reopen(view), lastEventId: id };
  const reduce = reducerOf.get(type);
  if (reduce === undefined) return { ...seen, unknownEvents: seen.unknownEvents + 1 };
  const context = { promptId: optionalText(event.promptId), serverTimestamp: timestampOf(event._meta) };
  const next = isFields(data) ? reduce(seen, data, context) : 'malformed';
  if (next === 'malformed') return { ...seen, malformedEvents: seen.malformedEvents + 1 };
  if (next === 'unknown') return { ...seen, unknownEvents: seen.unknownEvents + 1 };
  return settled(next);
}

type LooseEnvelope = Fields & { readonly id?: number; readonly type: string };

const isEnvelope = (event: unknown): event is LooseEnvelope =>
  isFields(event) && isText(event['type']) && (event['id'] === undefined || isEventId(event['id']));

const isEventId = (id: unknown): id is number => Number.isSafeInteger(id) && Number(id) >= 1;

const timestampOf = (meta: unknown): number =>
  isFields(meta) && typeof meta['serverTimestamp'] === 'number' ? meta['serverTimestamp'] : 0;
