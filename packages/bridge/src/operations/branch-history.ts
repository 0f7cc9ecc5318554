import { DaemonError, isTurnTerminal } from '@holdfast/protocol';
import type { Core } from '../core.ts';
import type { SessionEvent } from '../session/entry.ts';
import { decodeEntry } from '../session/envelope.ts';
import { currentGeneration, lineageAt, lineageOf, type Stretch } from '../session/generations.ts';
import type { Session } from '../session/session.ts';
import { type BranchPoint, type BranchTarget, foldBranchPoint, noTurn } from '../turns/branch-point.ts';
import { lineageEvents } from '../turns/lineage-events.ts';

/** An event of the past, with the instant it was recorded at. */
export interface PastEvent {
  readonly event: SessionEvent;
  readonly at: number;
}

interface PlacedEvent extends PastEvent {
  readonly seq: number;
}

export interface BranchHistory {
  /** The generation its source was in. */
  readonly generation: number;
  readonly point: BranchPoint;
  /** What the branch begins with: the conversation up to the point. */
  readonly events: readonly PastEvent[];
}

/** What belongs to the conversation itself; the life of the source's agent and its own names do not. */
const copiedTypes: ReadonlySet<string> = new Set([
  'session_update',
  'pending_prompt_added',
  'pending_prompt_started',
  'pending_prompt_completed',
  'turn_complete',
  'turn_error',
  'prompt_cancelled',
  'permission_request',
  'permission_resolved',
  'permission_partial_vote',
  'model_switched',
  'approval_mode_changed',
]);

/** Reads a session up to the last finished turn at or before the target. @throws branch_point_invalid */
export async function readBranchHistory(
  core: Core,
  source: Session,
  target: BranchTarget,
): Promise<BranchHistory> {
  const { generation } = source.state;
  const lineage = await lineageTo(core, source, target);
  const events: PlacedEvent[] = [];
  let point = noTurn;
  for await (const { stretch, events: read } of lineageEvents(core.journal, source.id, lineage)) {
    for (const recorded of read) {
      const { entry, at } = decodeEntry(recorded);
      if (entry.kind !== 'event') continue;
      if (stretch.summaryOf !== null && entry.promptId !== stretch.summaryOf) continue;
      if (copiedTypes.has(recorded.type)) events.push({ event: entry, at, seq: recorded.seq });
      point = foldBranchPoint(point, recorded);
    }
  }
  return { generation, point, events: endedUpTo(point, events) };
}

/** The conversation up to the target: that of the generation the target was in. */
async function lineageTo(core: Core, source: Session, target: BranchTarget): Promise<readonly Stretch[]> {
  const { state, lastSeq } = source;
  switch (target.kind) {
    case 'head':
      return lineageOf(state, currentGeneration(state).generation, lastSeq);
    case 'event':
      await requireRetained(core, source, target.eventId);
      if (target.eventId <= lastSeq) return lineageAt(state, target.eventId);
      throw invalidPoint(`event ${target.eventId} is past the end (${lastSeq}) of this session`);
    case 'prompt':
      return lineageAt(state, await endOfPrompt(core, source, target.promptId));
    case 'checkpoint':
      return lineageOf(state, target.generation, target.eventId);
    default:
      return target satisfies never;
  }
}

/** @throws branch_point_invalid for an event that is forgotten */
async function requireRetained({ journal }: Core, { id }: Session, eventId: number): Promise<void> {
  const { earliestSeq } = await journal.range(id);
  if (eventId < earliestSeq && earliestSeq > 1)
    throw invalidPoint(`event ${eventId} is forgotten: this session begins with event ${earliestSeq}`);
}

async function endOfPrompt(core: Core, source: Session, promptId: string): Promise<number> {
  const everything = [{ afterEventId: 0, upToEventId: source.lastSeq, summaryOf: null }];
  for await (const { events } of lineageEvents(core.journal, source.id, everything)) {
    const end = events.find(
      // The id stands in the envelope: most ends need not be parsed to be told apart.
      ({ type, json }) => isTurnTerminal(type) && json.includes(promptId) && endsPrompt(json, promptId),
    );
    if (end !== undefined) return end.seq;
  }
  throw invalidPoint(`prompt "${promptId}" has not ended in this session`);
}

// A recorded envelope, as our own encoder wrote it.
const endsPrompt = (json: string, promptId: string): boolean =>
  (JSON.parse(json) as { promptId?: string }).promptId === promptId;

/** Prompts that ran or waited at the point stay with the source: here they would never end. */
function endedUpTo(point: BranchPoint, events: readonly PlacedEvent[]): readonly PastEvent[] {
  const past = events.filter(({ seq }) => seq <= point.seq);
  const ended = new Set(past.flatMap(({ event }) => (isTurnTerminal(event.type) ? promptOf(event) : [])));
  return past.filter(({ event }) => promptOf(event).every((promptId) => ended.has(promptId)));
}

function promptOf({ promptId, data }: SessionEvent): readonly string[] {
  if (promptId !== undefined) return [promptId];
  return 'promptId' in data ? [data.promptId] : [];
}

const invalidPoint = (what: string): DaemonError =>
  new DaemonError('branch_point_invalid', `${what}; name an event or a finished prompt of its past`);
