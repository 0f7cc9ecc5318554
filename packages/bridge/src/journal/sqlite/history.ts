import type { SessionId } from '@holdfast/protocol';
import type { Clock } from '../../ports/clock.ts';
import type { JournalEntry, JournalEvent } from '../../ports/journal.ts';
import type { EventReader } from './event-reader.ts';
import type { FactReader, PlacedFact } from './fact-reader.ts';
import type { Tail } from './tails.ts';

export interface HistorySources {
  readonly events: EventReader;
  readonly facts: FactReader;
  readonly clock: Clock;
}

const pageLimit = Object.freeze({ maxEvents: 500, maxBytes: 1024 * 1024 });
const factsPerPage = 500;

/** Events and facts of a session as of its `tail`, in the order they were appended; yields to others between pages. */
export async function* history(
  sources: HistorySources,
  sessionId: SessionId,
  tail: Tail,
): AsyncGenerator<JournalEntry, void, undefined> {
  const facts = factPages(sources, tail);
  let fact = (await facts.next()).value;
  for await (const event of eventPages(sources, sessionId, tail)) {
    while (fact !== undefined && fact.afterSeq < event.seq) {
      yield fact.fact;
      fact = (await facts.next()).value;
    }
    yield event;
  }
  while (fact !== undefined) {
    yield fact.fact;
    fact = (await facts.next()).value;
  }
}

async function* eventPages(
  { events, clock }: HistorySources,
  sessionId: SessionId,
  { stream, lastSeq }: Tail,
): AsyncGenerator<JournalEvent, undefined, undefined> {
  let after = 0;
  while (after < lastSeq) {
    const page = events.read({ stream, sessionId, after, upTo: lastSeq }, pageLimit).events;
    const last = page.at(-1);
    // Erased meanwhile.
    if (last === undefined) return;
    yield* page;
    after = last.seq;
    await new Promise<void>((resolve) => clock.nextTick(resolve));
  }
}

async function* factPages(
  { facts, clock }: HistorySources,
  { stream, lastFact }: Tail,
): AsyncGenerator<PlacedFact, undefined, undefined> {
  let after = 0;
  while (after < lastFact) {
    const page = facts.read({ stream, after, upTo: lastFact }, factsPerPage);
    const last = page.at(-1);
    if (last === undefined) return;
    yield* page;
    after = last.number;
    await new Promise<void>((resolve) => clock.nextTick(resolve));
  }
}
