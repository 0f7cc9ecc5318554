import type { JournalEvent } from '../ports/journal.ts';
import { TurnCollector } from './turn-collector.ts';
import type { TurnDraft } from './turn-draft.ts';

/** Reads events in their order and gives each turn that was said something in, once it is over. */
export class EndedTurns {
  readonly #collector = new TurnCollector();

  /** Id of the first event that belongs to a turn which may still grow; undefined when there is none. */
  get openFrom(): number | undefined {
    const begun = this.#collector.turns().map(({ firstRunSeq, endSeq }) => firstRunSeq || endSeq);
    return begun.length === 0 ? undefined : Math.min(...begun);
  }

  /** Turns that have not ended. */
  get open(): readonly TurnDraft[] {
    return this.#collector.turns();
  }

  add(event: JournalEvent): readonly TurnDraft[] {
    const ended = this.#collector.add(event);
    if (ended === undefined) return [];
    // A turn whose end is damaged is over when a later one is.
    const over = this.#collector
      .turns()
      .filter((turn) => turn === ended || (ended.firstRunSeq > 0 && turn.lastRunSeq < ended.firstRunSeq));
    for (const turn of over) this.#collector.forget(turn);
    return over.filter(({ firstRunSeq }) => firstRunSeq > 0);
  }
}
