import { initialView, reduceEvent, type SessionView, type ViewLimits } from '@holdfast/protocol/view';
import type { ConnectionState } from './events/connection-state.ts';
import { HoldfastError } from './holdfast-error.ts';
import type { Session } from './session.ts';

/** What a user interface shows of a session: a value, replaced at each change. */
export interface SessionSnapshot {
  readonly view: SessionView;
  /** `idle` while nobody listens. */
  readonly phase: ConnectionState['phase'] | 'idle';
  /** Why the store is waiting or has failed. */
  readonly error: HoldfastError | undefined;
}

export interface SessionStore {
  /** Calls `listener` after each change until the returned call. The first listener connects, the last one to go disconnects. */
  subscribe(listener: () => void): () => void;
  /** The latest snapshot; the same object until something changes. */
  getSnapshot(): SessionSnapshot;
}

export interface SessionStoreOptions {
  /** Event id to begin after; default 0, all that is retained. */
  readonly after?: number;
  /** Bounds of the view's transcript. */
  readonly limits?: Partial<ViewLimits>;
}

/**
 * Keeps the view of a session up to date while somebody listens, and continues it where it stopped when they come
 * back. Fits React's useSyncExternalStore and its likes; events that arrive together are one change.
 */
export function createSessionStore(session: Session, options: SessionStoreOptions = {}): SessionStore {
  const listeners = new Set<() => void>();
  const fresh = initialView(options.limits);
  let snapshot: SessionSnapshot = {
    view: { ...fresh, lastEventId: options.after ?? fresh.lastEventId },
    phase: 'idle',
    error: undefined,
  };
  let eventEpoch: string | undefined;
  let watching: AbortController | undefined;

  const change = (part: Partial<SessionSnapshot>) => {
    snapshot = { ...snapshot, ...part };
    for (const listener of listeners) listener();
  };

  const watch = async (signal: AbortSignal) => {
    const onConnection = (state: ConnectionState) => {
      eventEpoch = state.position.eventEpoch;
      if (!signal.aborted) change(connectionOf(state, snapshot.view));
    };
    try {
      const after = snapshot.view.lastEventId;
      for await (const events of session.eventBatches({ after, eventEpoch, signal, onConnection })) {
        if (signal.aborted) return;
        change({ view: events.reduce<SessionView>(reduceEvent, snapshot.view) });
      }
    } catch (thrown) {
      // Told in the snapshot; anything but a HoldfastError is a fault of the program and goes where those go.
      if (!(thrown instanceof HoldfastError)) throw thrown;
    }
  };

  return {
    subscribe(listener) {
      // Wrapped, so that a listener given twice is two subscriptions.
      const own = () => listener();
      listeners.add(own);
      if (watching === undefined) {
        watching = new AbortController();
        watch(watching.signal);
      }
      return () => {
        if (!listeners.delete(own) || listeners.size > 0) return;
        watching?.abort();
        watching = undefined;
        snapshot = { ...snapshot, phase: 'idle', error: undefined };
      };
    },
    getSnapshot: () => snapshot,
  };
}

function connectionOf(state: ConnectionState, view: SessionView): Pick<SessionSnapshot, 'phase' | 'error'> {
  const { phase } = state;
  if (phase === 'waiting') return { phase, error: state.cause };
  if (phase !== 'failed') return { phase, error: undefined };
  // To ask for more of a session that is known to be closed is no fault: there is no more.
  const isOver = view.terminal !== undefined && state.error.code === 'session_not_found';
  return isOver ? { phase: 'ended', error: undefined } : { phase, error: state.error };
}
