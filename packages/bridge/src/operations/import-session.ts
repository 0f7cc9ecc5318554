import { createHash } from 'node:crypto';
import {
  type ImportedSession,
  type ImportSessionQuery,
  type SessionFileHeader,
  type SessionId,
  sessionIdFrom,
} from '@holdfast/protocol';
import type { Caller } from '../api/caller.ts';
import type { Core } from '../core.ts';
import type { JournalEntry } from '../ports/journal.ts';
import { encodeEntries } from '../session/envelope.ts';
import { evolve } from '../session/evolve.ts';
import { toRow } from '../session/snapshot.ts';
import type { SessionState } from '../session/state.ts';
import { ImportedEntries, type ImportedEntry } from '../transfer/imported-entries.ts';
import { readSessionFile, type SessionFile } from '../transfer/read-session-file.ts';
import { uploadLines } from '../transfer/upload-lines.ts';
import type { KeepAnswer } from './idempotent-requests.ts';

/** Written in one commit at most, between which others have their turn. */
const maxEntries = 200;
const maxChars = 128 * 1024;

/**
 * Makes a new session of an exported one, as the file arrives. Nobody sees it before all of it was checked and written;
 * what does not get so far is erased.
 * @throws invalid_import, invalid_cwd, workspace_mismatch, body_too_large
 */
export async function importSession(
  core: Core,
  upload: AsyncIterable<Uint8Array>,
  query: ImportSessionQuery,
  caller: Caller,
): Promise<{ readonly answer: ImportedSession; readonly isReplayed: boolean }> {
  const file = await readSessionFile(uploadLines(upload));
  const { result, isReplayed } = await core.requests.once<ImportedSession>(
    boundTo(caller, file.firstLine),
    { operation: 'importSession', whileRunning: 'refuse' },
    (keep) => importFile(core, file, query, keep),
    (answer: ImportedSession) => answer,
  );
  return { answer: result, isReplayed };
}

/** The first line names the export; that the rest belongs to it is checked against the file's sum. */
function boundTo(caller: Caller, firstLine: string): Caller {
  if (caller.idempotency === undefined) return caller;
  const { key, bodyHash } = caller.idempotency;
  const hash = createHash('sha256').update(`${bodyHash}\n${firstLine}`).digest('hex');
  return { ...caller, idempotency: { key, bodyHash: hash } };
}

async function importFile(
  core: Core,
  { header, events }: SessionFile,
  { cwd = header.cwd }: ImportSessionQuery,
  keep: KeepAnswer,
): Promise<ImportedSession> {
  const located = await core.workspaces.locate(cwd);
  const sessionId = sessionIdFrom(core.ids.uuid());
  const entries = new ImportedEntries(header, { sessionId, ...located, now: core.clock.now() });
  const writer = new ImportWriter(core, sessionId);
  try {
    await writer.add(entries.opening());
    let count = 0;
    for await (const event of events) {
      await writer.add(entries.of(event));
      count += 1;
    }
    return await writer.finish(entries.closing(), (state, lastSeq) => {
      const answer = answerOf(core, header, { state, lastSeq, count });
      return { answer, keys: keep(answer, sessionId) };
    });
  } catch (error) {
    await writer.undo();
    throw error;
  }
}

function answerOf(
  core: Core,
  header: SessionFileHeader,
  made: { readonly state: SessionState; readonly lastSeq: number; readonly count: number },
): ImportedSession {
  const { state, lastSeq, count } = made;
  return {
    sessionId: state.sessionId,
    workspaceCwd: state.cwd,
    agent: state.agent,
    state: state.phase.kind,
    events: count,
    lastEventId: lastSeq,
    eventEpoch: core.epoch,
    importedFrom: { sessionId: header.sessionId, exportedAt: header.exportedAt },
  };
}

type Finished = { readonly answer: ImportedSession; readonly keys: ReturnType<KeepAnswer> };

/** Writes a session's journal in pieces. Without its row, which comes with the last, there is no such session. */
class ImportWriter {
  readonly #core: Core;
  readonly #sessionId: SessionId;
  #state: SessionState | null = null;
  #lastSeq = 0;
  #writtenSeq = 0;
  #isBegun = false;
  #waiting: JournalEntry[] = [];
  #waitingChars = 0;

  constructor(core: Core, sessionId: SessionId) {
    this.#core = core;
    this.#sessionId = sessionId;
  }

  async add(entries: readonly ImportedEntry[]): Promise<void> {
    this.#take(entries);
    if (this.#waiting.length >= maxEntries || this.#waitingChars >= maxChars) await this.#write();
  }

  async finish(
    entries: readonly ImportedEntry[],
    make: (state: SessionState, lastSeq: number) => Finished,
  ): Promise<ImportedSession> {
    this.#take(entries);
    if (this.#state === null) throw new TypeError('an import begins with its opening');
    const { answer, keys } = make(this.#state, this.#lastSeq);
    await this.#core.journal.commit({
      appends: [this.#append()],
      rows: [toRow(this.#state, this.#lastSeq)],
      keys,
      isAcknowledged: true,
    });
    return answer;
  }

  /** Nothing of it stays; what cannot be erased now is at the next start. */
  async undo(): Promise<void> {
    if (!this.#isBegun) return;
    const { journal, logger } = this.#core;
    try {
      await journal.commit({ erase: [this.#sessionId], isAcknowledged: false });
    } catch (thrown) {
      logger.warn({ err: thrown, sessionId: this.#sessionId }, 'a failed import could not be erased yet');
    }
  }

  #take(entries: readonly ImportedEntry[]): void {
    for (const { entry, at } of entries) {
      const encoded = encodeEntries([entry], this.#lastSeq + 1, at);
      this.#lastSeq = encoded.lastSeq;
      this.#state = evolve(this.#state, entry, { at, seq: this.#lastSeq });
      this.#waiting.push(...encoded.entries);
      for (const { json } of encoded.entries) this.#waitingChars += json.length;
    }
  }

  async #write(): Promise<void> {
    const append = this.#append();
    this.#isBegun = true;
    await this.#core.journal.commit({ appends: [append], isAcknowledged: false });
    this.#writtenSeq = this.#lastSeq;
  }

  #append() {
    const entries = this.#waiting;
    this.#waiting = [];
    this.#waitingChars = 0;
    return { sessionId: this.#sessionId, expectedSeq: this.#writtenSeq, entries };
  }
}
