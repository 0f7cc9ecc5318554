import { isCount, isText } from './guards.ts';
import { initialView, type SessionView, type ViewReducer } from './state.ts';

/** This stream is over although the session is not; an earlier terminal stays. */
/* @__NO_SIDE_EFFECTS__ */
const endStream =
  (type: 'stream_error' | 'client_evicted', member: 'error' | 'reason'): ViewReducer =>
  (view, data) => {
    const reason = data[member];
    if (!isText(reason)) return 'malformed';
    if (view.terminal !== undefined) return view;
    return {
      ...view,
      terminal: { type, reason, openPermissions: view.pendingPermissions },
      pendingPermissions: [],
    };
  };

export const reduceStreamError = endStream('stream_error', 'error');
/** Not sent by Holdfast, which evicts nobody; daemons of the published protocol do. */
export const reduceEvicted = endStream('client_evicted', 'reason');

/** Takes up again what the end of an earlier stream had put aside. */
export function reopen(view: SessionView): SessionView {
  const { terminal } = view;
  if (terminal?.type !== 'stream_error' && terminal?.type !== 'client_evicted') return view;
  return { ...view, terminal: undefined, pendingPermissions: terminal.openPermissions };
}

export const reduceReplayComplete: ViewReducer = (view, { lastEventId }) =>
  isCount(lastEventId) ? { ...reopen(view), isReplayComplete: true } : 'malformed';

/** What follows begins at the earliest retained event: the view begins anew, and after an epoch's end so do the ids. */
export const reduceResync: ViewReducer = (view, { reason }) => {
  if (!isText(reason)) return 'malformed';
  return {
    ...initialView(view.limits),
    lastEventId: reason === 'history_trimmed' ? view.lastEventId : 0,
    resyncs: view.resyncs + 1,
    malformedEvents: view.malformedEvents,
    unknownEvents: view.unknownEvents,
  };
};
