import { DaemonError, type SessionId } from '@holdfast/protocol';
import { isDamage, storeError } from '../journal/sqlite/database.ts';
import { type DatabaseThread, databaseThread } from '../journal/sqlite/database-thread.ts';
import type { Clock } from '../ports/clock.ts';
import type { Journal } from '../ports/journal.ts';
import type { Logger } from '../ports/logger.ts';
import type { FoundPage, SearchIndex, SearchQuery } from '../ports/search-index.ts';
import type { SessionIndex } from '../ports/session-index.ts';
import { prepareSearchFile, searchPragmas } from './search-file.ts';
import { SearchIndexer } from './search-indexer.ts';
import { SearchReader } from './search-reader.ts';
import { SearchWriter } from './search-writer.ts';

export interface SqliteSearchOptions {
  /** The file; made when it is missing, made anew when it cannot be used. */
  readonly path: string;
  readonly journal: Journal;
  readonly index: SessionIndex;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Opens the full-text index of a journal and follows the journal from where it stopped. */
export function openSqliteSearch({ path, ...ports }: SqliteSearchOptions): SearchIndex {
  return new SqliteSearch(path, ports);
}

class SqliteSearch implements SearchIndex {
  readonly #path: string;
  readonly #ports: Omit<SqliteSearchOptions, 'path'>;
  /** None after a renewal that failed: the next use tries again. */
  #open: Opened | undefined;
  #closed: Promise<void> | undefined;
  #renewing: Promise<void> | undefined;

  constructor(path: string, ports: Omit<SqliteSearchOptions, 'path'>) {
    this.#path = path;
    this.#ports = ports;
    this.#open = open(path, ports);
  }

  async search(query: SearchQuery): Promise<FoundPage> {
    try {
      return await (await this.#ready()).reader.find(query);
    } catch (thrown) {
      if (isDamage(thrown)) await this.#renew(thrown);
      throw storeError(thrown, 'the search index cannot be read');
    }
  }

  async forget(sessionId: SessionId, beforeSeq: number): Promise<void> {
    try {
      await (await this.#ready()).indexer.forgetBefore(sessionId, beforeSeq);
    } catch (thrown) {
      throw storeError(thrown, 'the search index cannot be written');
    }
  }

  pendingSessions(): number {
    return this.#open?.indexer.pending ?? this.#ports.index.range().lastSeq;
  }

  async settled(maxMs: number): Promise<void> {
    const { clock } = this.#ports;
    let cancel = () => {};
    const late = new Promise<void>((resolve) => {
      cancel = clock.after(maxMs, resolve);
    });
    await Promise.race([this.#open?.indexer.settled(), late]);
    cancel();
  }

  close(): Promise<void> {
    this.#closed ??= (async () => {
      await this.#renewing;
      if (this.#open !== undefined) await shut(this.#open);
    })();
    return this.#closed;
  }

  /** @throws journal_unavailable */
  async #ready(): Promise<Opened> {
    await this.#renewing;
    if (this.#open !== undefined) return this.#open;
    if (this.#closed !== undefined)
      throw new DaemonError('journal_unavailable', 'the search index is closed');
    try {
      this.#open = open(this.#path, this.#ports, true);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const message = `the search index cannot be made: ${reason}`;
      throw new DaemonError('journal_unavailable', message, {}, { cause });
    }
    return this.#open;
  }

  /** All of it is in the journal: what is damaged is thrown away and told anew. Never rejects. */
  #renew(thrown: unknown): Promise<void> {
    if (this.#closed !== undefined) return Promise.resolve();
    this.#renewing ??= this.#makeAnew(thrown).finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #makeAnew(thrown: unknown): Promise<void> {
    const { logger } = this.#ports;
    const broken = this.#open;
    logger.warn({ err: thrown }, 'the search index is damaged and is made anew');
    this.#open = undefined;
    if (broken !== undefined) await shut(broken);
    try {
      this.#open = open(this.#path, this.#ports, true);
    } catch (failure) {
      logger.error({ err: failure }, 'the search index cannot be made anew');
    }
  }
}

interface Opened {
  readonly thread: DatabaseThread;
  readonly reader: SearchReader;
  readonly indexer: SearchIndexer;
}

function open(path: string, ports: Omit<SqliteSearchOptions, 'path'>, isAnew = false): Opened {
  const { journal, index, logger } = ports;
  const indexSeq = prepareSearchFile(path, { epoch: journal.epoch, range: index.range(), logger, isAnew });
  const thread = databaseThread(path, searchPragmas);
  return {
    thread,
    reader: new SearchReader(thread),
    indexer: new SearchIndexer({ ...ports, writer: new SearchWriter(thread, indexSeq) }),
  };
}

async function shut({ indexer, thread }: Opened): Promise<void> {
  await indexer.close();
  await thread.close();
}
