import type { SessionId } from '@holdfast/protocol';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openMemoryStore } from '../journal/memory/open-memory-store.ts';
import { randomIds } from '../runtime/random-ids.ts';
import { silentLogger } from '../runtime/silent-logger.ts';
import type { SessionCommand } from '../session/command.ts';
import { FakeClock, settled } from '../testing/fake-clock.ts';
import { aLife, recordSessions, sessionOf } from '../testing/recorded-sessions.ts';
import { c } from '../testing/samples.ts';
import { SearchIndexer, type SearchIndexerPorts } from './search-indexer.ts';

/** What an index has, in memory; it can be made to fail. */
class MemoryWriter {
  indexSeq = 0;
  failure: Error | undefined;
  /** Resolves before the next turns are added. */
  gate: Promise<void> = Promise.resolve();
  readonly turns: { sessionId: SessionId; promptId: string; lastSeq: number }[] = [];
  readonly #readTo = new Map<SessionId, number>();

  async moveTo(indexSeq: number): Promise<void> {
    this.indexSeq = indexSeq;
  }
  async readTo(sessionId: SessionId): Promise<number> {
    return this.#readTo.get(sessionId) ?? 0;
  }
  async add(...[session, texts]: Parameters<SearchIndexerPorts['writer']['add']>): Promise<void> {
    await this.gate;
    if (this.failure !== undefined) throw this.failure;
    const { sessionId, readTo } = session;
    this.#readTo.set(sessionId, readTo);
    this.turns.push(...texts.map(({ promptId, lastSeq }) => ({ sessionId, promptId, lastSeq })));
  }
  async forgetSome(sessionId: SessionId): Promise<boolean> {
    this.#drop((turn) => turn.sessionId === sessionId);
    return false;
  }
  async forgetSomeBefore(sessionId: SessionId, beforeSeq: number): Promise<boolean> {
    this.#drop((turn) => turn.sessionId === sessionId && turn.lastSeq < beforeSeq);
    return false;
  }
  #drop(isDropped: (turn: MemoryWriter['turns'][number]) => boolean): void {
    this.turns.splice(0, this.turns.length, ...this.turns.filter((turn) => !isDropped(turn)));
  }
}

async function given() {
  const clock = new FakeClock();
  const store = await openMemoryStore({ clock, ids: randomIds });
  const writer = new MemoryWriter();
  const indexer = new SearchIndexer({ ...store, writer, clock, logger: silentLogger });
  onTestFinished(() => indexer.close());
  const found = () => writer.turns.map(({ promptId }) => promptId.replace('prompt_', ''));
  const record = (commands: readonly SessionCommand[] = aLife) => recordSessions(store, 1, commands);
  return { clock, store, writer, indexer, found, record };
}

const driverFailure = Object.assign(new Error('database or disk is full'), {
  code: 'ERR_SQLITE_ERROR',
  errcode: 13,
});

describe('an indexer of what was said', () => {
  it('rests a second after a change, and reads the ended turns then', async () => {
    const { clock, indexer, found, record } = await given();
    await record();
    await clock.advance(999);
    expect([found(), indexer.pending > 0]).toEqual([[], true]);
    await clock.advance(1);
    expect([found(), indexer.pending]).toEqual([['p1'], 0]);
  });

  it('begins at once when somebody waits for it', async () => {
    const { indexer, found, record } = await given();
    await record();
    await indexer.settled();
    expect(found()).toEqual(['p1']);
  });

  it('looks again for who began to wait while a round ended', async () => {
    const { indexer, writer, found, record } = await given();
    const gate = Promise.withResolvers<void>();
    writer.gate = gate.promise;
    await record();
    const first = indexer.settled();
    await settled();
    const second = indexer.settled();
    gate.resolve();
    await Promise.all([first, second]);
    await indexer.settled();
    expect(found()).toEqual(['p1']);
  });

  it('deals with no change that it could not write, and tries again by itself', async () => {
    const { clock, indexer, writer, found, record } = await given();
    writer.failure = driverFailure;
    await record();
    await indexer.settled();
    expect([found(), writer.indexSeq, indexer.pending > 0]).toEqual([[], 0, true]);
    writer.failure = undefined;
    await clock.advance(30_000);
    expect([found(), indexer.pending]).toEqual([['p1'], 0]);
  });

  it('adds a turn that ended within another one once, when the other has ended', async () => {
    const running = [c.prompt('long'), c.advance, c.says('begun'), c.inject('short'), c.advance];
    const shortEnds = [...running, c.injection('short'), c.says('in between'), c.deadline('short')];
    const { store, indexer, found, record } = await given();
    await record(shortEnds);
    await indexer.settled();
    expect(found()).toEqual([]);
    const again = await given();
    await again.record([...shortEnds, c.says('more'), c.answered('long')]);
    await again.indexer.settled();
    expect(again.found().toSorted()).toEqual(['long', 'short']);
    await store.close();
  });

  it('adds nothing back that was forgotten while it was being written', async () => {
    const { indexer, writer, found, record } = await given();
    const gate = Promise.withResolvers<void>();
    writer.gate = gate.promise;
    const lastSeq = await record();
    const read = indexer.settled();
    await settled();
    const forgotten = indexer.forgetBefore(sessionOf(1), lastSeq);
    await settled();
    gate.resolve();
    await Promise.all([read, forgotten]);
    expect(found()).toEqual([]);
  });

  it('ends in the middle of a round, and lets go who waits', async () => {
    const { indexer, writer, record } = await given();
    const gate = Promise.withResolvers<void>();
    writer.gate = gate.promise;
    await record();
    const waiting = indexer.settled();
    await settled();
    const closed = indexer.close();
    gate.resolve();
    await Promise.all([waiting, closed]);
    expect(writer.indexSeq).toBe(0);
    await indexer.settled();
  });
});
