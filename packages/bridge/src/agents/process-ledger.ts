import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bootId } from '../runtime/process-table.ts';

/** What is written down of a process, so that whoever starts after a crash can find it without guessing. */
export interface LedgerEntry {
  /** A random value in the environment of the process and of everything it starts. */
  readonly marker: string;
  readonly agent: string;
  readonly workspace: string;
  /** Absent until it was spawned. */
  readonly pid?: number;
  readonly startTime?: string;
  /** The machine's boot it runs in. */
  readonly bootId: string;
}

/** The environment variable that carries the marker. */
export const markerVariable = 'HOLDFAST_AGENT_MARKER';

/**
 * One small file a process, written in place before the call returns: a daemon killed right after a spawn must find it.
 * No fsync: what a power loss takes from the disk, it also takes from the process table.
 */
export class ProcessLedger {
  readonly #folder: string;

  constructor(stateDir: string) {
    this.#folder = join(stateDir, 'agents');
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
  }

  record(entry: Omit<LedgerEntry, 'bootId'>): void {
    const file = this.#file(entry.marker);
    writeFileSync(`${file}.new`, JSON.stringify({ ...entry, bootId: bootId() }), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }

  /** Only when nothing of the process is left. */
  remove(marker: string): void {
    rmSync(this.#file(marker), { force: true });
  }

  entries(): readonly LedgerEntry[] {
    const found: LedgerEntry[] = [];
    for (const name of readdirSync(this.#folder)) {
      if (!name.endsWith('.json')) continue;
      const entry = parseEntry(readFileSync(join(this.#folder, name), 'utf8'));
      if (entry === undefined || `${entry.marker}.json` !== name) continue;
      found.push(entry);
    }
    return found;
  }

  #file(marker: string): string {
    return join(this.#folder, `${marker}.json`);
  }
}

function parseEntry(json: string): LedgerEntry | undefined {
  try {
    const { marker, agent, workspace, pid, startTime, bootId } = JSON.parse(json);
    if (typeof marker !== 'string' || typeof bootId !== 'string') return undefined;
    const entry = { marker, agent: String(agent), workspace: String(workspace), bootId };
    return typeof pid === 'number' && typeof startTime === 'string' ? { ...entry, pid, startTime } : entry;
  } catch {
    // Files appear whole, by rename: what does not parse was not written here, and nothing is killed on its word.
    return undefined;
  }
}
