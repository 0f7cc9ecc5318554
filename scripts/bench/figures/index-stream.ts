import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from '../bench.ts';
import { RawConnection, requestBytes } from '../raw-http.ts';
import type { Row } from '../row.ts';
import { nowMs, percentile } from '../statistics.ts';
import type { Target } from '../target.ts';

const watchers = 100;
/** Longer than readers of the index are left alone between two changes. */
const pauseMs = 25;

/** P7: from the request that renames a session to the change in the stream of the index. */
export async function indexStream(bench: Bench, target: Target, sessions: number): Promise<readonly Row[]> {
  const changes = bench.options.isSmoke ? 5 : 200;
  const sessionId = await target.createSession();
  const connection = await RawConnection.open(target.port);
  const readers = await Promise.all(Array.from({ length: watchers }, () => IndexReader.open(target.port)));
  const [last] = readers.slice(-1);
  const times: number[] = [];
  for (let change = 0; change < changes; change += 1) {
    await sleep(pauseMs);
    const displayName = `renamed ${change} of ${changes}`;
    const seen = last?.sees(displayName) ?? Promise.resolve(Number.NaN);
    const askedAt = nowMs();
    const { status } = await connection.send(
      requestBytes('PATCH', `/session/${sessionId}/metadata`, { displayName }),
    );
    if (status !== 200) throw new Error(`a rename was answered with ${status}`);
    times.push((await seen) - askedAt);
  }
  for (const reader of readers) reader.close();
  connection.close();
  const row = (share: number): Row => ({
    figure: 'P7',
    what: `rename → change in ${watchers} index streams, ${sessions.toLocaleString('en-US')} sessions, p${share * 100}`,
    unit: 'ms',
    measured: percentile(times, share),
  });
  return [row(0.5), row(0.95)];
}

/** A client of the index's stream that looks for one text at a time. */
class IndexReader {
  readonly #socket: Socket;
  #text = '';
  #wanted: { readonly text: string; readonly found: (at: number) => void } | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('latin1').on('data', (text: string) => this.#onText(text));
    socket.on('error', () => socket.destroy());
  }

  /** Resolves when the stream has begun. */
  static async open(port: number): Promise<IndexReader> {
    const socket = connect({ port, host: '127.0.0.1' });
    const reader = new IndexReader(socket);
    const begun = reader.sees('retry: ');
    socket.write('GET /sessions/events HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: text/event-stream\r\n\r\n');
    await begun;
    return reader;
  }

  /** When it arrives (ms since the epoch). */
  sees(text: string): Promise<number> {
    return new Promise((found) => {
      this.#text = '';
      this.#wanted = { text, found };
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #onText(text: string): void {
    if (this.#wanted === undefined) return;
    this.#text += text;
    if (!this.#text.includes(this.#wanted.text)) return;
    this.#wanted.found(nowMs());
    this.#wanted = undefined;
    this.#text = '';
  }
}
