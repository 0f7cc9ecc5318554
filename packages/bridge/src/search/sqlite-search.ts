import type { SessionId } from '@holdfast/protocol';
import { isDriverError, storeError } from '../journal/sqlite/database.ts';
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
  #open: Opened;
  #closed: Promise<void> | undefined;
  #renewing: Promise<void> | undefined;

  constructor(path: string, ports: Omit<SqliteSearchOptions, 'path'>) {
    this.#path = path;
    this.#ports = ports;
    this.#open = open(path, ports);
  }

  async search(query: SearchQuery): Promise<FoundPage> {
    try {
      return await this.#open.reader.find(query);
    } catch (thrown) {
      if (isDriverError(thrown) && this.#closed === undefined) await this.#renew(thrown);
      throw storeError(thrown, 'the search index cannot be read');
    }
  }

  async forget(sessionId: SessionId, beforeSeq: number): Promise<void> {
    try {
      await this.#open.indexer.forgetBefore(sessionId, beforeSeq);
    } catch (thrown) {
      throw storeError(thrown, 'the search index cannot be written');
    }
  }

  pendingSessions(): number {
    return this.#open.indexer.pending;
  }

  async settled(maxMs: number): Promise<void> {
    const { clock } = this.#ports;
    let cancel = () => {};
    const late = new Promise<void>((resolve) => {
      cancel = clock.after(maxMs, resolve);
    });
    await Promise.race([this.#open.indexer.settled(), late]);
    cancel();
  }

  close(): Promise<void> {
    this.#closed ??= (this.#renewing ?? Promise.resolve()).then(() => shut(this.#open));
    return this.#closed;
  }

  /** All of it is in the journal: what is damaged is thrown away and told anew. */
  async #renew(thrown: unknown): Promise<void> {
    const broken = this.#open;
    if (this.#renewing === undefined) {
      this.#ports.logger.warn({ err: thrown }, 'the search index is damaged and is made anew');
      this.#renewing = shut(broken).then(() => {
        this.#open = open(this.#path, this.#ports, true);
        this.#renewing = undefined;
      });
    }
    await this.#renewing;
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
