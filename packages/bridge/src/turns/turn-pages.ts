import type { PromptId, SessionId } from '@holdfast/protocol';
import type { Journal, ReadLimit } from '../ports/journal.ts';
import { type Gap, saidIn, TurnCollector } from './turn-collector.ts';
import type { TurnDraft } from './turn-draft.ts';

/** A stretch of a session's events: those after the one id, up to and with the other. */
export interface Span {
  readonly after: number;
  readonly upTo: number;
}

/** Which entries are asked for. */
interface Wanted {
  readonly span: Span;
  readonly limit: number;
  /** The turn that has not ended: it comes after all that have. */
  readonly running: PromptId | undefined;
}

export interface TurnPage {
  /** Oldest first. */
  readonly entries: readonly (TurnDraft | Gap)[];
  /** Id before which everything ended that is older than the page; undefined when nothing is. */
  readonly olderBefore?: number;
  /** Id after which everything ended that is newer than the page; undefined when nothing is. */
  readonly newerAfter?: number;
}

interface Scope extends Pick<Wanted, 'span' | 'running'> {
  readonly isTail: boolean;
  /** Turns that end after the span: they belong to a newer page. */
  readonly cut: ReadonlySet<PromptId>;
}

const noTurns: ReadonlySet<PromptId> = new Set();

const events = Object.freeze({ maxEvents: 500, maxBytes: 1024 * 1024 });
const fewEvents = Object.freeze({ maxEvents: 16, maxBytes: 256 * 1024 });
/** What a page may take, written in one go; the entry that passes it is its last. In UTF-16 units. */
const maxPageChars = 1024 * 1024;

/**
 * The last `limit` entries of a span; at the tail with the turn that has not ended. Reads backwards no further than it
 * must: only one turn runs at a time, so that a turn is whole once a part of another one's run was seen before it.
 */
export async function lastTurns(
  journal: Journal,
  sessionId: SessionId,
  wantedPage: Wanted & { readonly isTail: boolean },
): Promise<TurnPage> {
  const { span, limit, isTail } = wantedPage;
  const collector = new TurnCollector();
  const scope = { ...wantedPage, cut: isTail ? noTurns : await goingOn(journal, sessionId, wantedPage) };
  let wanted = limit;
  for (let before = span.upTo + 1; before > span.after + 1; ) {
    const page = await journal.readBack(sessionId, before, events);
    for (const event of page.toReversed()) {
      if (event.seq <= span.after) return newest(collector, wanted, scope);
      const { version } = collector;
      collector.add(event);
      if (collector.version === version) continue;
      const entries = entriesOf(collector, scope);
      wanted = affordable(collector, entries, wanted);
      if (isWhole(collector, entries, { wanted, scope })) return newest(collector, wanted, scope);
    }
    const [first] = page;
    if (first === undefined) break;
    before = first.seq;
  }
  return newest(collector, wanted, scope);
}

/** The first `limit` entries of a span; the turn that has not ended comes last. */
export async function firstTurns(
  journal: Journal,
  sessionId: SessionId,
  { span, limit, running, floor }: Wanted & { readonly floor: number },
): Promise<TurnPage> {
  const toTheEnd = { span, running, isTail: true, cut: noTurns };
  const collector = new TurnCollector();
  let wanted = limit;
  let after = span.after;
  // Nothing that is read beside them makes them more: what is said before the span may show a turn that ends after them.
  let settled: ReturnType<typeof entriesOf> | undefined;
  reading: while (after < span.upTo) {
    const page = await journal.read(sessionId, after, events);
    for (const event of page) {
      if (event.seq > span.upTo) break reading;
      const { version } = collector;
      collector.add(event);
      if (collector.version === version) continue;
      const entries = entriesOf(collector, toTheEnd);
      wanted = affordable(collector, entries, wanted);
      if (entries.length > wanted && entries.slice(0, wanted).every((entry) => isSettled(entry, collector))) {
        settled = entries;
        break reading;
      }
    }
    const last = page.at(-1);
    if (last === undefined) break;
    after = last.seq;
  }
  await addBeginning(journal, sessionId, collector, {
    span: { after: floor, upTo: span.after },
    // It may have said nothing since.
    isOpen: (promptId) => settled === undefined && promptId === running,
  });
  const entries = settled ?? entriesOf(collector, toTheEnd);
  const page = entries.slice(0, wanted);
  const [first] = page;
  const last = page.at(-1);
  return {
    entries: page,
    olderBefore: first === undefined || span.after <= floor ? undefined : first.endSeq,
    newerAfter: entries.length > wanted && last !== undefined ? last.endSeq : undefined,
  };
}

/** A page may begin inside the run of a turn: what it said before belongs to it. */
async function addBeginning(
  journal: Journal,
  sessionId: SessionId,
  collector: TurnCollector,
  { span, isOpen }: { readonly span: Span; readonly isOpen: (promptId: PromptId) => boolean },
): Promise<void> {
  const known = new Set(collector.turns().map(({ promptId }) => promptId));
  const others = new Set<PromptId>();
  let limit: ReadLimit = fewEvents;
  for (let before = span.upTo + 1; before > span.after + 1; ) {
    const page = await journal.readBack(sessionId, before, limit);
    for (const event of page.toReversed()) {
      const said = event.seq > span.after ? saidIn(event) : undefined;
      if (said === undefined) continue;
      if (known.has(said.promptId) || isOpen(said.promptId)) collector.add(event);
      else if (!said.isUsers) others.add(said.promptId);
      if (others.size > (isAnyUnsaid(collector.turns()) ? 1 : 0)) return;
    }
    const [oldest] = page;
    if (oldest === undefined) return;
    before = oldest.seq;
    limit = events;
  }
}

/** As many entries as a page may take, at least one. */
const affordable = (
  { chars }: TurnCollector,
  entries: readonly (TurnDraft | Gap)[],
  wanted: number,
): number => (entries.length > 1 && chars > maxPageChars ? Math.min(wanted, entries.length - 1) : wanted);

/** Whether the newest `wanted` entries cannot grow any more by what is older. */
function isWhole(
  collector: TurnCollector,
  entries: readonly (TurnDraft | Gap)[],
  { wanted, scope }: { readonly wanted: number; readonly scope: Scope },
): boolean {
  if (entries.length <= wanted) return false;
  const page = entries.slice(-wanted);
  const turns = page.filter((entry) => 'promptId' in entry);
  const isRunningSeen = turns.some(({ promptId }) => promptId === scope.running);
  if (scope.isTail && scope.running !== undefined && !isRunningSeen) return false;
  // Where the agent worked on an older turn, the newer ones have begun. What joined a turn of others, or never ran, was
  // said before that turn began at the earliest: once the agent worked on a still older one.
  const older = collector.runs.filter(
    (run) => !turns.includes(run) && turns.every(({ endSeq }) => run.firstRunSeq < endSeq),
  );
  return (
    turns.length === 0 || (older.length > (isAnyUnsaid(turns) ? 1 : 0) && older.at(-1) === collector.runner)
  );
}

function newest(collector: TurnCollector, wanted: number, scope: Scope): TurnPage {
  const entries = entriesOf(collector, scope);
  const page = entries.slice(-wanted);
  const [oldest] = page;
  const last = page.at(-1);
  const older = entries.slice(0, entries.length - page.length);
  return {
    entries: page,
    olderBefore: older.length === 0 || oldest === undefined ? undefined : olderThan(oldest, older, scope),
    newerAfter: scope.isTail ? undefined : last?.endSeq,
  };
}

/** Past the whole run of a turn, unless something else ended in it. */
function olderThan(
  oldest: TurnDraft | Gap,
  older: readonly (TurnDraft | Gap)[],
  { span, running }: Scope,
): number {
  const firstSeq = 'promptId' in oldest ? oldest.firstRunSeq : oldest.firstSeq;
  if (firstSeq > 0 && older.every(({ endSeq }) => endSeq < firstSeq)) return firstSeq;
  return 'promptId' in oldest && oldest.promptId === running ? span.upTo + 1 : oldest.endSeq;
}

/** Turns and gaps in the order of their ends. */
function entriesOf(
  collector: TurnCollector,
  { isTail, running, cut }: Omit<Scope, 'span'>,
): readonly (TurnDraft | Gap)[] {
  // One without an end is the running one, or its end is damaged, or it is to come where it was said to join another.
  const isShown = (turn: TurnDraft) => {
    if (turn.terminal !== undefined) return true;
    if (turn.promptId === running) return isTail;
    return collector.runs.includes(turn) && !cut.has(turn.promptId);
  };
  const placeOf = (entry: TurnDraft | Gap) =>
    'promptId' in entry && entry.promptId === running ? Number.POSITIVE_INFINITY : entry.endSeq;
  return [...collector.turns().filter(isShown), ...collector.gaps].sort(
    (one, other) => placeOf(one) - placeOf(other),
  );
}

/** The turns that are told of from the end of a span on, up to the first that runs: one of them may have begun before. */
async function goingOn(
  journal: Journal,
  sessionId: SessionId,
  { span }: Wanted,
): Promise<ReadonlySet<PromptId>> {
  const ahead = new TurnCollector();
  let after = span.upTo;
  for (const limit of [fewEvents, events]) {
    const page = await journal.read(sessionId, after, limit);
    for (const event of page) {
      ahead.add(event);
      if (ahead.runner !== undefined) break;
    }
    if (ahead.runner !== undefined || page.length === 0) break;
    after = page.at(-1)?.seq ?? after;
  }
  return new Set(ahead.turns().map(({ promptId }) => promptId));
}

/** Whether nothing that follows moves it. */
const isSettled = (entry: TurnDraft | Gap, { runs }: TurnCollector): boolean =>
  !('promptId' in entry) ||
  entry.terminal !== undefined ||
  runs.some(({ hasBegun, firstRunSeq }) => hasBegun && firstRunSeq > entry.lastRunSeq);

/** Whether the prompt of one of them was not seen, which may be because it never ran. */
const isAnyUnsaid = (turns: readonly TurnDraft[]): boolean =>
  turns.some(({ hasBegun, isRemoved }) => !hasBegun && !isRemoved);
