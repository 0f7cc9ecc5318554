import type { Readable } from 'node:stream';
import { afterMicrotasks } from '../runtime/after-microtasks.ts';
import { LineSplitter, type OversizedLine } from './line-splitter.ts';
import { isRecord, type JsonRecord } from './records.ts';

/** Where an agent's lines go, by kind, in the order it wrote them. */
export interface StdoutReceiver {
  /** A run of session/update notifications of one conversation; `chars` is about their size. */
  updates(agentSessionId: string, updates: readonly JsonRecord[], chars: number): void;
  /** Any other JSON-RPC message. What it sets off is done before the next line is looked at. */
  message(message: JsonRecord): void;
  oversized(line: OversizedLine): void;
  /** A line that is no JSON-RPC message. */
  noise(line: string): void;
  /** Bytes arrived. */
  progress(): void;
}

export interface ReadOptions {
  readonly maxLineBytes: number;
  /** Asked after each chunk: while what it returns is unsettled, the agent is not read on. */
  readonly throttle: () => Promise<void> | undefined;
}

/** Reads until the end of the stream, or until it is destroyed; never rejects. */
export async function readStdout(
  stdout: Readable,
  receiver: StdoutReceiver,
  options: ReadOptions,
): Promise<void> {
  const splitter = new LineSplitter(options.maxLineBytes);
  const run = new UpdateRun(receiver);
  try {
    for await (const chunk of stdout) {
      receiver.progress();
      for (const line of splitter.push(chunk)) {
        if (typeof line !== 'string') {
          run.flush();
          receiver.oversized(line);
          await afterMicrotasks();
        } else if (!take(line, run, receiver)) await afterMicrotasks();
      }
      run.flush();
      const relief = options.throttle();
      if (relief !== undefined) await relief;
    }
  } catch {
    // The stream was destroyed: the agent is gone, and there is nothing more to read.
  }
  run.flush();
  const half = splitter.end();
  // Half a line is never executed, even if it parses: the agent died in the middle of saying it.
  if (half !== undefined) receiver.noise(typeof half === 'string' ? half : half.head);
}

/** Collects consecutive updates of one conversation, so that a chunk of them is one call. */
class UpdateRun {
  readonly #receiver: StdoutReceiver;
  #agentSessionId = '';
  #updates: JsonRecord[] = [];
  #chars = 0;

  constructor(receiver: StdoutReceiver) {
    this.#receiver = receiver;
  }

  add(agentSessionId: string, update: JsonRecord, chars: number): void {
    if (agentSessionId !== this.#agentSessionId) {
      this.flush();
      this.#agentSessionId = agentSessionId;
    }
    this.#updates.push(update);
    this.#chars += chars;
  }

  flush(): void {
    if (this.#updates.length === 0) return;
    const updates = this.#updates;
    const chars = this.#chars;
    this.#updates = [];
    this.#chars = 0;
    this.#receiver.updates(this.#agentSessionId, updates, chars);
  }
}

/** Passes a line on; false when others must act on it before the next line. */
function take(line: string, run: UpdateRun, receiver: StdoutReceiver): boolean {
  const message = parseMessage(line);
  if (message === undefined) {
    if (line !== '' && line !== '\r') receiver.noise(line);
    return true;
  }
  if (message['method'] === 'session/update' && message['id'] === undefined) {
    const params = message['params'];
    if (isRecord(params) && typeof params['sessionId'] === 'string' && isRecord(params['update'])) {
      run.add(params['sessionId'], params['update'], line.length);
    } else receiver.noise(line);
    return true;
  }
  run.flush();
  receiver.message(message);
  return false;
}

function parseMessage(line: string): JsonRecord | undefined {
  const value = parseJson(line) ?? parseJson(afterTerminalNoise(line));
  if (!isRecord(value) || value['jsonrpc'] !== '2.0') return undefined;
  return typeof value['method'] === 'string' || value['id'] !== undefined ? value : undefined;
}

function parseJson(text: string): unknown {
  // A failed parse costs a hundred times this look: an agent that floods us with text would hold up everybody.
  if (!/^\s*\{/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // Banners, logs, window titles: the caller counts them as noise.
    return undefined;
  }
}

/** Some agents set a window title and go on in the same line: what follows the escape sequences is the message. */
function afterTerminalNoise(line: string): string {
  if (!line.includes('\u001b')) return '';
  const start = line.indexOf('{"');
  return start > 0 ? line.slice(start) : '';
}
