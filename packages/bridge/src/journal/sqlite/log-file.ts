import { Buffer } from 'node:buffer';
import { closeSync, fdatasync, openSync, readSync } from 'node:fs';

/** SQLite's write-ahead log, seen from beside SQLite: every transaction is in it before it is anywhere else. */
export interface LogFile {
  /** Forces what was written so far to the disk; the event loop goes on meanwhile. Rejects if the disk refuses. */
  sync(): Promise<void>;
  /** Whether so many pages were written to the log since it last began anew. */
  holds(pages: number): boolean;
  /** Not while a sync is under way. */
  close(): void;
}

// Source of the layout: https://www.sqlite.org/fileformat2.html#the_write_ahead_log
const headerBytes = 32;
const pageHeaderBytes = 24;
const pageSizeAt = 8;
const saltsAt = 16;
const saltsInPageHeaderAt = 8;
const saltBytes = 8;

/** Opens the log of a database that is open. A descriptor of our own is safe: SQLite's locks are on the other two files. */
export function openLogFile(path: string): LogFile {
  // Windows syncs only what may be written.
  const file = openSync(path, 'r+');
  const header = Buffer.alloc(headerBytes);
  const salts = Buffer.alloc(saltBytes);
  return {
    sync: () =>
      new Promise((resolve, reject) => {
        fdatasync(file, (error) => (error === null ? resolve() : reject(error)));
      }),
    holds(pages) {
      // Pages of an earlier round have other salts: a page with those of the header was written in this one.
      if (readSync(file, header, 0, headerBytes, 0) < headerBytes) return false;
      const pageBytes = pageHeaderBytes + header.readUInt32BE(pageSizeAt);
      const at = headerBytes + (pages - 1) * pageBytes + saltsInPageHeaderAt;
      if (readSync(file, salts, 0, saltBytes, at) < saltBytes) return false;
      return header.compare(salts, 0, saltBytes, saltsAt, saltsAt + saltBytes) === 0;
    },
    close: () => closeSync(file),
  };
}
