import {
  appendFileSync,
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import type { ContentBlock, SessionUpdate } from './acp.ts';
import { isObject } from './params.ts';

/** One line of a session's file. */
export type StoredEntry =
  | {
      readonly type: 'session';
      readonly cwd: string;
      readonly createdAt: number;
      readonly forkedFrom?: string | undefined;
    }
  | { readonly type: 'user'; readonly prompt: readonly ContentBlock[]; readonly at: number }
  | { readonly type: 'update'; readonly update: SessionUpdate }
  | { readonly type: 'title'; readonly title: string }
  | { readonly type: 'mode'; readonly modeId: string }
  | { readonly type: 'model'; readonly modelId: string }
  | { readonly type: 'compacted' };

/** A prompt that reached an agent process; the number of such lines is the number of executions. */
export interface ReceivedPrompt {
  readonly t: number;
  readonly pid: number;
  readonly sessionId: string;
  readonly text: string;
  readonly meta: unknown;
  /** Set when the session was still busy with another prompt, which is then refused. */
  readonly overlap?: true | undefined;
  /** It joined the running turn. */
  readonly injected?: true | undefined;
}

/** The agent's own memory on disk: append-only JSONL, one file a session, and `prompts.jsonl` for all processes. */
export interface SessionStore {
  /** Appends; what is written is with the kernel when this returns, so it survives SIGKILL. */
  append(sessionId: string, entries: readonly StoredEntry[]): void;
  /** Reads a session; lines that do not parse are left out. Undefined when there is none. */
  read(sessionId: string): readonly StoredEntry[] | undefined;
  sessionIds(): readonly string[];
  remove(sessionId: string): void;
  logPrompt(prompt: ReceivedPrompt): void;
}

const SESSION_ID = /^demo-[0-9a-f-]{36}$/;

/** Opens the store in `folder`, which is made at the first write. */
export function openSessionStore(folder: string): SessionStore {
  const sessions = join(folder, 'sessions');
  const fileOf = (sessionId: string) => join(sessions, `${sessionId}.jsonl`);
  const known = new Set<string>();
  const append = (file: string, records: readonly object[]) => {
    if (records.length === 0) return;
    let text = records.map((record) => `${JSON.stringify(record)}\n`).join('');
    if (!known.has(file)) {
      mkdirSync(sessions, { recursive: true });
      if (endsTorn(file)) text = `\n${text}`;
      known.add(file);
    }
    appendFileSync(file, text);
  };
  return {
    append: (sessionId, entries) => append(fileOf(sessionId), entries),
    read: (sessionId) => {
      if (!SESSION_ID.test(sessionId)) return undefined;
      const entries = readLines(fileOf(sessionId)).flatMap(parseEntry);
      return entries[0]?.type === 'session' ? entries : undefined;
    },
    sessionIds: () =>
      listFolder(sessions).flatMap((name) => (name.endsWith('.jsonl') ? [name.slice(0, -6)] : [])),
    remove: (sessionId) => {
      if (SESSION_ID.test(sessionId)) rmSync(fileOf(sessionId), { force: true });
    },
    logPrompt: (prompt) => append(join(folder, 'prompts.jsonl'), [prompt]),
  };
}

/** A process killed in mid-write leaves a line without its end; the next one must not be glued to it. */
function endsTorn(file: string): boolean {
  try {
    const fd = openSync(file, 'r');
    try {
      const size = fstatSync(fd).size;
      const last = Buffer.alloc(1);
      return size > 0 && readSync(fd, last, 0, 1, size - 1) === 1 && last[0] !== 0x0a;
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

const isMissing = (error: unknown) => isObject(error) && error['code'] === 'ENOENT';

function parseEntry(line: string): StoredEntry[] {
  try {
    const entry: unknown = JSON.parse(line);
    // Only this file writes such lines; a line that parses is one that was written whole.
    return isObject(entry) && typeof entry['type'] === 'string' ? [entry as unknown as StoredEntry] : [];
  } catch {
    return []; // A torn line tells nothing.
  }
}
