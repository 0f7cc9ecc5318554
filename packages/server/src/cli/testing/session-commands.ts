import type { HoldfastClient, Session } from '@holdfast/sdk';
import { clientOf } from '../find-daemon.ts';
import { type Ended, HoldfastSandbox } from './holdfast-process.ts';

type Daemon = Awaited<ReturnType<HoldfastSandbox['serve']>>;

/** A daemon, a client of it, and the commands that are run against it. */
export class SessionDesk {
  readonly sandbox = new HoldfastSandbox();
  #daemon: Daemon | undefined;

  async open(): Promise<void> {
    this.#daemon = await this.sandbox.serve();
  }

  get daemon(): Daemon {
    if (this.#daemon === undefined) throw new Error('open() the desk first');
    return this.#daemon;
  }

  get client(): HoldfastClient {
    return clientOf({ url: this.daemon.ready.url, token: this.daemon.token() });
  }

  /** A live session that answered the prompts. */
  async session(title: string, prompts: readonly string[] = []): Promise<Session> {
    const session = await this.client.createSession({ sessionScope: 'thread', displayName: title });
    for (const prompt of prompts) await session.promptAndWait(prompt);
    return session;
  }

  /** Runs `holdfast sessions …`. */
  sessions(...words: readonly string[]): Promise<Ended> {
    return this.sandbox.run(['sessions', ...words]);
  }

  /** Runs `holdfast sessions … --json` and reads its one line. @throws Error when it fails */
  async json<Answer>(...words: readonly string[]): Promise<Answer> {
    const { code, stdout, stderr } = await this.sessions(...words, '--json');
    if (code !== 0) throw new Error(`sessions ${words.join(' ')} ended with ${code}: ${stderr}`);
    return JSON.parse(stdout);
  }

  close(): Promise<void> {
    return this.sandbox.close();
  }
}
