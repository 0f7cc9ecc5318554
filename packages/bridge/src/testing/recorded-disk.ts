import { Buffer } from 'node:buffer';

/** What a program did to files and told the world, as strace saw it. */
export type DiskCall =
  | { readonly kind: 'write'; readonly file: string; readonly at: number; readonly bytes: Buffer }
  | { readonly kind: 'truncate'; readonly file: string; readonly sizeBytes: number }
  /** All that was done to the file before `begunAt`, a place among the calls, is on the disk now. */
  | { readonly kind: 'sync'; readonly file: string; readonly begunAt: number }
  | { readonly kind: 'say'; readonly line: string };

/** The calls to trace, and how: texts whole and in hexadecimals, files by name. */
export const diskTrace: readonly string[] = [
  ...['-f', '-y', '-xx', '-s', '100000', '-e', 'signal=none'],
  ...['-e', 'trace=pwrite64,ftruncate,fsync,fdatasync,write'],
];

/** Reads the trace of a program that writes with its own offsets and speaks on its stdout. */
export function diskCallsIn(trace: string): readonly DiskCall[] {
  const calls: DiskCall[] = [];
  const open = new Map<string, { readonly text: string; readonly begunAt: number }>();
  for (const line of trace.split('\n')) {
    const [, thread = '', rest = ''] = /^(\d+) +(.*)$/s.exec(line) ?? [];
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/s.exec(rest)?.[1];
    const begun = open.get(thread) ?? { text: '', begunAt: calls.length };
    if (rest.endsWith('<unfinished ...>')) {
      open.set(thread, { text: rest.slice(0, -'<unfinished ...>'.length), begunAt: calls.length });
      continue;
    }
    open.delete(thread);
    const whole =
      resumed === undefined
        ? { text: rest, begunAt: calls.length }
        : { ...begun, text: begun.text + resumed };
    const call = diskCall(whole);
    if (call !== undefined) calls.push(call);
  }
  return calls;
}

function diskCall({
  text,
  begunAt,
}: {
  readonly text: string;
  readonly begunAt: number;
}): DiskCall | undefined {
  const [, name, descriptor, path = '', given = ''] =
    /^(\w+)\((\d+)<([^>]*)>(?:, )?(.*)\) += \d+$/s.exec(text) ?? [];
  const file = unescaped(path).toString();
  const [, bytes = '', numbers = ''] = /^(?:"([^"]*)", )?(.*)$/s.exec(given) ?? [];
  switch (name) {
    case 'pwrite64':
      return { kind: 'write', file, at: Number(numbers.split(', ')[1]), bytes: unescaped(bytes) };
    case 'ftruncate':
      return { kind: 'truncate', file, sizeBytes: Number(numbers) };
    case 'fsync':
    case 'fdatasync':
      return { kind: 'sync', file, begunAt };
    case 'write':
      return descriptor === '1' ? { kind: 'say', line: unescaped(bytes).toString().trim() } : undefined;
    default:
      return undefined;
  }
}

const unescaped = (text: string): Buffer =>
  text.includes('\\x') ? Buffer.from(text.replaceAll('\\x', ''), 'hex') : Buffer.from(text);

const sectorBytes = 512;

interface DiskFile {
  readonly content: FileContent;
  readonly pending: { readonly at: number; readonly call: DiskCall }[];
}

/**
 * A disk with a cache that keeps its promises and no others: what was synced is there after a power loss; of what was
 * not, any part may be, in any order, torn between any two sectors.
 */
export class RecordedDisk {
  readonly #files = new Map<string, DiskFile>();
  readonly #calls: readonly DiskCall[];
  #done = 0;

  constructor(before: ReadonlyMap<string, Buffer>, calls: readonly DiskCall[]) {
    for (const [file, bytes] of before)
      this.#files.set(file, { content: new FileContent(bytes), pending: [] });
    this.#calls = calls;
  }

  /** Lets the program do its first `count` calls; never fewer than before. */
  runTo(count: number): void {
    for (; this.#done < count; this.#done += 1) {
      const call = this.#calls[this.#done];
      if (call === undefined || call.kind === 'say') continue;
      const file = this.#files.get(call.file) ?? { content: new FileContent(Buffer.alloc(0)), pending: [] };
      this.#files.set(call.file, file);
      if (call.kind === 'sync') flush(file, call.begunAt);
      else file.pending.push({ at: this.#done, call });
    }
  }

  /** What the files hold after a power loss now; `isLucky` says what of the rest is. */
  afterPowerLoss(isLucky: () => boolean): ReadonlyMap<string, Buffer> {
    const left = new Map<string, Buffer>();
    for (const [file, { content, pending }] of this.#files) {
      const copy = new FileContent(content.bytes);
      for (const { call } of pending) copy.change(call, isLucky);
      left.set(file, copy.bytes);
    }
    return left;
  }
}

function flush({ content, pending }: DiskFile, begunAt: number): void {
  const later = pending.findIndex(({ at }) => at >= begunAt);
  for (const { call } of pending.splice(0, later < 0 ? pending.length : later))
    content.change(call, () => true);
}

/** Bytes that grow and shrink. */
class FileContent {
  #room: Buffer;
  #sizeBytes: number;

  constructor(bytes: Buffer) {
    this.#room = Buffer.from(bytes);
    this.#sizeBytes = bytes.length;
  }

  get bytes(): Buffer {
    return this.#room.subarray(0, this.#sizeBytes);
  }

  change(call: DiskCall, isLucky: () => boolean): void {
    if (call.kind === 'truncate' && isLucky()) this.#resize(call.sizeBytes);
    if (call.kind !== 'write') return;
    const { at, bytes } = call;
    for (let from = 0; from < bytes.length; ) {
      const to = Math.min(bytes.length, from + sectorBytes - ((at + from) % sectorBytes));
      if (isLucky()) {
        this.#resize(Math.max(this.#sizeBytes, at + to));
        bytes.copy(this.#room, at + from, from, to);
      }
      from = to;
    }
  }

  #resize(sizeBytes: number): void {
    if (sizeBytes > this.#room.length) {
      const larger = Buffer.alloc(2 * sizeBytes);
      this.#room.copy(larger, 0, 0, this.#sizeBytes);
      this.#room = larger;
    }
    // What is cut off reads as zeros if the file grows again.
    if (sizeBytes < this.#sizeBytes) this.#room.fill(0, sizeBytes, this.#sizeBytes);
    this.#sizeBytes = sizeBytes;
  }
}
