import type { PromptId, SessionId } from '@holdfast/protocol';
import { isDriverError } from '../journal/sqlite/database.ts';
import type { Clock } from '../ports/clock.ts';
import type { Journal } from '../ports/journal.ts';
import type { Logger } from '../ports/logger.ts';
import type { ListedSession, SessionIndex } from '../ports/session-index.ts';
import { recordedState } from '../session/recorded-state.ts';
import { EndedTurns } from '../turns/ended-turns.ts';
import { generationAt } from '../turns/generation-at.ts';
import type { SearchedSession, SearchWriter } from './search-writer.ts';
import { type TurnText, turnTexts } from './turn-text.ts';

export interface SearchIndexerPorts {
  readonly writer: Pick<SearchWriter, keyof SearchWriter>;
  readonly journal: Journal;
  readonly index: SessionIndex;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Time between a change and its reading, unless somebody searches: what changed meanwhile is read in one go. */
const restMs = 1_000;
/** Time until the next try when the file cannot be written. */
const retryMs = 30_000;
const changesAtOnce = 100;
/** Small enough that reading and parsing them holds nobody up. */
const page = Object.freeze({ maxEvents: 200, maxBytes: 128 * 1024 });
/** Written in one transaction at most, in UTF-16 units. */
const charsAtOnce = 32 * 1024;

/** Follows the session index: of each session that changed it reads on where it stopped, and adds the turns that ended. */
export class SearchIndexer {
  readonly #ports: SearchIndexerPorts;
  /** Turns that run, by session: until another one does there is nothing to add. */
  readonly #running = new Map<SessionId, PromptId | null>();
  readonly #stopWatching: () => void;
  /** The session that is read at present. */
  #reading: { readonly sessionId: SessionId; readonly done: Promise<void> } | undefined;
  #round: Promise<void> | undefined;
  #cancelRest: (() => void) | undefined;
  #isNews = false;
  #isClosed = false;
  /** Each with the number of the last change that it waits for. */
  #waiters: { readonly until: number; readonly wake: () => void }[] = [];

  constructor(ports: SearchIndexerPorts) {
    this.#ports = ports;
    this.#stopWatching = ports.index.watch(() => this.#wake());
    this.#wake();
  }

  /** Sessions with changes that were not looked at, more or less: one that changes twice counts once. */
  get pending(): number {
    return Math.max(0, this.#ports.index.range().lastSeq - this.#ports.writer.indexSeq);
  }

  /** Resolves when everything that changed before was looked at, or it is closed. */
  settled(): Promise<void> {
    if (this.pending === 0 || this.#isClosed) return Promise.resolve();
    const until = this.#ports.index.range().lastSeq;
    const settled = new Promise<void>((wake) => this.#waiters.push({ until, wake }));
    this.#hurry();
    return settled;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopWatching();
    this.#cancelRest?.();
    await this.#round;
    this.#release();
  }

  #wake(inMs = restMs): void {
    this.#isNews = true;
    if (this.#isClosed || this.#round !== undefined || this.#cancelRest !== undefined) return;
    this.#cancelRest = this.#ports.clock.after(inMs, () => this.#hurry());
  }

  /** Begins a round at once, unless one is under way. */
  #hurry(): void {
    if (this.#round !== undefined || this.#isClosed) return;
    this.#cancelRest?.();
    this.#cancelRest = undefined;
    this.#round = this.#catchUp().then((isDone) => {
      this.#round = undefined;
      if (!isDone) this.#wake(retryMs);
      else if (this.#waiters.length > 0) this.#hurry();
      else if (this.#isNews) this.#wake();
    });
  }

  /** Deals with what has changed so far, and with what somebody waits for; whether it could. */
  async #catchUp(): Promise<boolean> {
    const { index, writer, logger } = this.#ports;
    this.#isNews = false;
    try {
      const begun = index.range().lastSeq;
      const isBehind = () => this.#waiters.some(({ until }) => until > writer.indexSeq);
      while (!this.#isClosed && (writer.indexSeq < begun || isBehind())) {
        const changes = await index.changes(writer.indexSeq, changesAtOnce);
        const last = changes.at(-1);
        if (last === undefined) break;
        for (const { sessionId, row } of changes) {
          if (this.#isClosed) break;
          await (row === undefined ? this.#forget(sessionId) : this.#follow(row));
        }
        if (this.#isClosed) break;
        await writer.moveTo(last.indexSeq);
        this.#release(writer.indexSeq);
      }
      return true;
    } catch (thrown) {
      logger.warn({ err: thrown }, 'the search index could not be brought up to date');
      return false;
    } finally {
      this.#release();
    }
  }

  /** Those that wait for no later change; without one, all. */
  #release(upTo = Number.POSITIVE_INFINITY): void {
    const served = this.#waiters.filter(({ until }) => until <= upTo);
    this.#waiters = this.#waiters.filter(({ until }) => until > upTo);
    for (const { wake } of served) wake();
  }

  async #follow(row: ListedSession): Promise<void> {
    const { sessionId, activePromptId } = row;
    const { writer, logger } = this.#ports;
    if (activePromptId !== null && this.#running.get(sessionId) === activePromptId) return;
    const readTo = await writer.readTo(sessionId);
    const read = Promise.withResolvers<void>();
    this.#reading = { sessionId, done: read.promise };
    try {
      if (row.lastSeq > readTo) await this.#readOn(row, readTo);
    } catch (thrown) {
      // Its own file is the round's to deal with; a session that cannot be read keeps none of the others away.
      if (isDriverError(thrown)) throw thrown;
      logger.warn({ err: thrown, sessionId }, 'a session could not be read for the search');
    } finally {
      this.#reading = undefined;
      read.resolve();
    }
    if (activePromptId === null) this.#running.delete(sessionId);
    else this.#running.set(sessionId, activePromptId);
  }

  async #readOn(row: ListedSession, readTo: number): Promise<void> {
    const { journal, index, clock } = this.#ports;
    const { sessionId } = row;
    const stored = await index.find(sessionId);
    const state = stored === undefined ? null : await recordedState(journal, stored);
    if (state === null) return;
    const turns = new EndedTurns();
    let kept = readTo;
    let ended: readonly TurnText[] = [];
    // What comes later comes with a change of its own: a turn that runs is not followed.
    for (let after = readTo; after < row.lastSeq && !this.#isClosed; ) {
      const startedAt = clock.elapsedMs();
      const events = await journal.read(sessionId, after, page);
      const last = events.at(-1);
      if (last === undefined) return;
      const texts = events.flatMap((event) =>
        turns
          .add(event)
          .flatMap((turn) => turnTexts(turn.toTurn(generationAt(state, turn.firstRunSeq), false))),
      );
      after = last.seq;
      // A turn that ended while an earlier one runs is added with it: the next round begins at the earlier one again.
      const upTo = Math.min(after, (turns.openFrom ?? after + 1) - 1);
      const isPast = ({ lastSeq }: TurnText) => lastSeq <= upTo;
      const all = [...ended, ...texts];
      ended = all.filter((text) => !isPast(text));
      const workedMs = clock.elapsedMs() - startedAt;
      if (upTo > kept) await this.#write({ ...row, readTo: upTo }, all.filter(isPast));
      kept = upTo;
      await this.#pause(workedMs);
    }
  }

  /** How far the session was read is told with the last of them, so that after a stop in between some are there twice, none is missing. */
  async #write(session: SearchedSession, texts: readonly TurnText[]): Promise<void> {
    const { writer } = this.#ports;
    let rest = texts;
    while (rest.length > 0 && charsOf(rest) > charsAtOnce) {
      const count = firstWithin(rest);
      const upTo = rest[count - 1]?.lastSeq ?? 0;
      const isWhole = rest[count]?.lastSeq !== upTo;
      const readTo = isWhole ? upTo : await writer.readTo(session.sessionId);
      await writer.add({ ...session, readTo }, rest.slice(0, count));
      rest = rest.slice(count);
    }
    await writer.add(session, rest);
  }

  /** Removes what was said in a session before `beforeSeq`, also what was read of it just before it was forgotten. */
  async forgetBefore(sessionId: SessionId, beforeSeq: number): Promise<void> {
    if (this.#reading?.sessionId === sessionId) await this.#reading.done;
    await this.#repeat(() => this.#ports.writer.forgetSomeBefore(sessionId, beforeSeq));
  }

  async #forget(sessionId: SessionId): Promise<void> {
    this.#running.delete(sessionId);
    await this.#repeat(() => this.#ports.writer.forgetSome(sessionId));
  }

  /** Takes steps until one says that it was the last. */
  async #repeat(step: () => Promise<boolean>): Promise<void> {
    while (!this.#isClosed && (await step()));
  }

  /** As long as the work on the event loop took: others come first. */
  #pause(workedMs: number): Promise<void> {
    const { clock } = this.#ports;
    return new Promise((resolve) => {
      if (workedMs < 1) clock.nextTick(resolve);
      else clock.after(workedMs, resolve);
    });
  }
}

const charsOf = (texts: readonly TurnText[]): number =>
  texts.reduce((sum, { user, agent }) => sum + user.length + agent.length, 0);

/** How many of them are written at once, at least one. */
function firstWithin(texts: readonly TurnText[]): number {
  let chars = 0;
  const end = texts.findIndex(({ user, agent }, place) => {
    chars += user.length + agent.length;
    return place > 0 && chars > charsAtOnce;
  });
  return end < 0 ? texts.length : end;
}
