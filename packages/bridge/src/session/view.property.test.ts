import { test } from '@fast-check/vitest';
import { isSessionTerminal } from '@holdfast/protocol';
import { initialView, reduceEvent, type SessionView } from '@holdfast/protocol/view';
import { describe, expect } from 'vitest';
import type { JournalEntry } from '../ports/journal.ts';
import { runs } from '../testing/raced-bridge.ts';
import { liveThrough } from '../testing/random-life.ts';
import { steps } from '../testing/random-steps.ts';
import { closedReasonOf, queueOf, type SessionState } from './state.ts';

const life = steps.map(liveThrough);

const reduced = (view: SessionView, stored: JournalEntry): SessionView =>
  stored.kind === 'event' ? reduceEvent(view, JSON.parse(stored.json)) : view;

/** What a client shows of a session that it follows. */
const shown = ({ turn, queue, pendingPermissions, displayName, terminal, ...view }: SessionView) => ({
  turn: turn && { promptId: turn.promptId, isCancelling: turn.isCancelling },
  queue: queue.map(({ promptId }) => promptId),
  pendingPermissions: pendingPermissions.map(({ requestId }) => requestId).sort(),
  displayName: terminal === undefined ? displayName : undefined,
  generation: view.generation,
  isClosed: terminal !== undefined && isSessionTerminal(terminal.type),
  malformedEvents: view.malformedEvents,
  unknownEvents: view.unknownEvents,
});

/** The same, as the daemon knows it. */
function known(state: SessionState): ReturnType<typeof shown> {
  const { phase, displayName, generation } = state;
  const turn = phase.kind === 'running' ? phase.turn : undefined;
  const told = state.generations.findLast(({ isTold }) => isTold);
  const isClosed = closedReasonOf(phase) !== null;
  return {
    turn: turn && { promptId: turn.promptId, isCancelling: turn.ending !== null },
    // Of the others nobody was told that they wait.
    queue: queueOf(phase).flatMap(({ promptId, isAnnounced }) => (isAnnounced ? [promptId] : [])),
    pendingPermissions: Object.keys(turn?.permissions ?? {}).sort(),
    // What it is called while it is closed is told with its restore.
    displayName: isClosed ? undefined : (displayName ?? undefined),
    generation: told?.generation ?? generation,
    isClosed,
    malformedEvents: 0,
    unknownEvents: 0,
  };
}

describe('whatever happens to a session, in whatever order', () => {
  test.prop([life], runs(2_000))(
    'what a client makes of its events is what the daemon knows',
    (lived) => {
      let view = initialView();
      let read = 0;
      for (const { lived: after } of lived.steps) {
        for (const stored of after.recorded.slice(read)) view = reduced(view, stored);
        read = after.recorded.length;
        if (after.state !== null) expect(shown(view)).toEqual(known(after.state));
      }
    },
    120_000,
  );
});
