import { DaemonError, isTurnTerminal, type SessionId } from '@holdfast/protocol';
import type { Core } from '../core.ts';
import type { SessionEvent } from '../session/entry.ts';
import { decodeEntry } from '../session/envelope.ts';
import type { Session } from '../session/session.ts';
import {
  type BranchPoint,
  type BranchTarget,
  foldBranchPoint,
  isReached,
  noTurn,
} from '../turns/branch-point.ts';

/** An event of the past, with the instant it was recorded at. */
export interface PastEvent {
  readonly event: SessionEvent;
  readonly at: number;
}

interface PlacedEvent extends PastEvent {
  readonly seq: number;
}

export interface BranchHistory {
  readonly point: BranchPoint;
  /** What the branch begins with: the conversation up to the point. */
  readonly events: readonly PastEvent[];
}

const page = Object.freeze({ maxEvents: 1_000, maxBytes: 4 * 1024 * 1024 });

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
  requirePoint(source, target);
  const events: PlacedEvent[] = [];
  let point = noTurn;
  for await (const recorded of eventsOf(core, source.id)) {
    const { seq, type } = recorded;
    const { entry, at } = decodeEntry(recorded);
    if (entry.kind !== 'event') continue;
    if (copiedTypes.has(type)) events.push({ event: entry, at, seq });
    const seen = { seq, type, promptId: entry.promptId };
    point = foldBranchPoint(point, target, seen);
    if (isReached(target, seen)) return { point, events: endedUpTo(point, events) };
  }
  if (target.kind === 'prompt')
    throw invalidPoint(`prompt "${target.promptId}" has not ended in this session`);
  return { point, events: endedUpTo(point, events) };
}

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

async function* eventsOf(core: Core, sessionId: SessionId) {
  for (let after = 0; ; ) {
    const events = await core.journal.read(sessionId, after, page);
    yield* events;
    const last = events.at(-1);
    if (last === undefined) return;
    after = last.seq;
  }
}

function requirePoint(source: Session, target: BranchTarget): void {
  if (target.kind !== 'event' || target.eventId <= source.lastSeq) return;
  throw invalidPoint(`event ${target.eventId} is past the end (${source.lastSeq}) of this session`);
}

const invalidPoint = (what: string): DaemonError =>
  new DaemonError('branch_point_invalid', `${what}; name an event or a finished prompt of its past`);
