import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a running daemon leaves in its state directory, so that the other commands find it. */
export interface DaemonFile {
  readonly url: string;
  readonly pid: number;
  /** Null: the token came from the environment, or there is none. */
  readonly tokenFile: string | null;
}

const pathIn = (stateDir: string) => join(stateDir, 'daemon.json');

/** Says that the daemon is ready; a reader sees all of it or nothing. */
export function writeDaemonFile(stateDir: string, daemon: DaemonFile): void {
  const draft = `${pathIn(stateDir)}.${daemon.pid}`;
  writeFileSync(draft, `${JSON.stringify(daemon)}\n`, { mode: 0o600 });
  renameSync(draft, pathIn(stateDir));
}

/** The daemon that last said it was ready there; after a crash it may be gone. */
export function readDaemonFile(stateDir: string): DaemonFile | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(pathIn(stateDir), 'utf8'));
  } catch {
    // No daemon has been here, or none that finished its word.
    return undefined;
  }
  return isDaemonFile(parsed) ? parsed : undefined;
}

/** Takes back what this process wrote. */
export function removeDaemonFile(stateDir: string, pid: number): void {
  if (readDaemonFile(stateDir)?.pid !== pid) return;
  try {
    rmSync(pathIn(stateDir), { force: true });
  } catch {
    // The disk is read-only by now, which must keep no daemon from stopping; readers find nobody at the address.
  }
}

const isDaemonFile = (value: unknown): value is DaemonFile =>
  typeof value === 'object' &&
  value !== null &&
  'url' in value &&
  typeof value.url === 'string' &&
  'pid' in value &&
  typeof value.pid === 'number' &&
  'tokenFile' in value &&
  (value.tokenFile === null || typeof value.tokenFile === 'string');
