import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { nodeBinary } from '../run.mjs';
import type { OpenReaders, ReaderCommand, ReaderReply, ReadersReport } from './reader-messages.ts';

const main = fileURLToPath(new URL('reader-main.ts', import.meta.url));

interface Waiting {
  readonly kind: ReaderReply['kind'];
  readonly resolve: (reply: ReaderReply) => void;
  readonly reject: (error: Error) => void;
}

/** Readers of event streams, in a process of their own so that they do not count as the daemon's or ours. */
export class ReaderProcess {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting[]>();
  readonly #failures = new Map<number, Error>();
  #groups = 0;

  constructor() {
    this.#child = spawn(nodeBinary(), ['--disable-warning=ExperimentalWarning', main], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#child.on('message', (reply: ReaderReply) => this.#onReply(reply));
  }

  /** Opens streams; resolves when all have begun. */
  async open(request: Omit<OpenReaders, 'kind' | 'group'>): Promise<ReaderGroup> {
    this.#groups += 1;
    const id = this.#groups;
    const done = this.#next(id, 'done');
    const opened = this.#next(id, 'opened');
    this.#send({ ...request, kind: 'open', group: id });
    await opened;
    return new ReaderGroup(id, done, {
      send: (command) => this.#send(command),
      next: (kind) => this.#next(id, kind),
    });
  }

  close(): void {
    this.#child.disconnect();
  }

  #send(command: ReaderCommand): void {
    this.#child.send(command);
  }

  #next(group: number, kind: ReaderReply['kind']): Promise<ReaderReply> {
    const promise = new Promise<ReaderReply>((resolve, reject) => {
      const failure = this.#failures.get(group);
      if (failure !== undefined) reject(failure);
      else this.#waiting.set(group, [...(this.#waiting.get(group) ?? []), { kind, resolve, reject }]);
    });
    // It may fail before anybody awaits it; whoever does hears of it all the same.
    promise.catch(() => {});
    return promise;
  }

  #onReply(reply: ReaderReply): void {
    const waiting = this.#waiting.get(reply.group) ?? [];
    if (reply.kind === 'failed') {
      const failure = new Error(`a reader failed: ${reply.message}`);
      this.#failures.set(reply.group, failure);
      this.#waiting.delete(reply.group);
      for (const { reject } of waiting) reject(failure);
      return;
    }
    this.#waiting.set(
      reply.group,
      waiting.filter(({ kind }) => kind !== reply.kind),
    );
    for (const { kind, resolve } of waiting) if (kind === reply.kind) resolve(reply);
  }
}

/** Readers of one stream. */
export class ReaderGroup {
  readonly #id: number;
  readonly #link: {
    send(command: ReaderCommand): void;
    next(kind: ReaderReply['kind']): Promise<ReaderReply>;
  };
  #done: Promise<ReaderReply>;

  constructor(
    id: number,
    done: Promise<ReaderReply>,
    link: { send(command: ReaderCommand): void; next(kind: ReaderReply['kind']): Promise<ReaderReply> },
  ) {
    this.#id = id;
    this.#done = done;
    this.#link = link;
  }

  /** Resolves when every reader that reads has seen the end. */
  async finished(): Promise<ReadersReport> {
    const reply = await this.#done;
    if (reply.kind === 'done') return reply.report;
    throw new Error(`unexpected reply: ${reply.kind}`);
  }

  /** Arms the same streams for another measurement. */
  async again(): Promise<void> {
    this.#done = this.#link.next('done');
    const armed = this.#link.next('armed');
    this.#link.send({ kind: 'again', group: this.#id });
    await armed;
  }

  close(): void {
    this.#link.send({ kind: 'close', group: this.#id });
  }
}
