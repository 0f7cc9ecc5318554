import { chmodSync, closeSync, openSync, statSync } from 'node:fs';

/** What SQLite keeps beside a database. It makes them with the mode of the database; older ones may be more open. */
const companions = ['', '-wal', '-shm', '-journal'];

/** Makes a file that only its owner may read, or closes an existing one and what SQLite keeps beside it. */
export function makePrivate(path: string): void {
  closeSync(openSync(path, 'a', 0o600));
  if (process.platform === 'win32') return;
  for (const end of companions) {
    const found = statSync(`${path}${end}`, { throwIfNoEntry: false });
    if (found !== undefined && (found.mode & 0o077) !== 0) chmodSync(`${path}${end}`, 0o600);
  }
}
