import { connect, type Socket } from 'node:net';
import { nowMs } from './statistics.ts';

export interface WatchedTurn {
  /** Epoch ms at which the first text of the agent came. */
  readonly firstChunkAt: Promise<number>;
  readonly completed: Promise<void>;
}

/** A light client of one event stream in this process, for turns of a few events. */
export class TurnWatcher {
  readonly #socket: Socket;
  #text = '';
  #onText = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  static async open(port: number, sessionId: string): Promise<TurnWatcher> {
    const socket = connect({ port, host: '127.0.0.1' });
    const watcher = new TurnWatcher(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.setEncoding('latin1').on('data', (text: string) => {
        watcher.#text += text;
        watcher.#onText();
        if (text.includes('retry: ')) resolve();
      });
      socket.write(
        `GET /session/${sessionId}/events HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: text/event-stream\r\n\r\n`,
      );
    });
    return watcher;
  }

  /** What is seen from now on of the next turn. */
  nextTurn(): WatchedTurn {
    let sawChunk: (at: number) => void = () => {};
    let sawEnd = () => {};
    const firstChunkAt = new Promise<number>((resolve) => {
      sawChunk = resolve;
    });
    const completed = new Promise<void>((resolve) => {
      sawEnd = resolve;
    });
    this.#text = '';
    this.#onText = () => {
      if (this.#text.includes('"agent_message_chunk"')) sawChunk(nowMs());
      if (this.#text.includes('event: turn_complete\n')) sawEnd();
    };
    return { firstChunkAt, completed };
  }

  /** Resolves once `count` more turns have ended. */
  turnsEnded(count: number): Promise<void> {
    this.#text = '';
    return new Promise((resolve) => {
      let ended = 0;
      this.#onText = () => {
        const parts = this.#text.split('event: turn_complete\n');
        ended += parts.length - 1;
        // A marker cut in two is whole with the next text.
        this.#text = (parts.at(-1) ?? '').slice(-32);
        if (ended >= count) resolve();
      };
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}
