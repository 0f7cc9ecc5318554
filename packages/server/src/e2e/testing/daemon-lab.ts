import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { agentText, type Envelope, HoldfastClient, type Session } from '@holdfast/sdk';
import { HoldfastSandbox, isAlive } from '../../cli/testing/holdfast-process.ts';
import { openStreamClient, type StreamClient } from '../../testing/stream-client.ts';
import { processesWith } from './process-census.ts';
import { envelopeOf, recordedFrames } from './sse-frames.ts';
import { until } from './until.ts';

/** One prompt that reached the demo agent, by its own log. */
export interface LoggedPrompt {
  readonly pid: number;
  readonly sessionId: string;
  readonly text: string;
  readonly overlap?: true;
}

export type Daemon = Awaited<ReturnType<HoldfastSandbox['serve']>>;

/** Streams come back at once, so that a test need not wait out what a person would not notice. */
const quickly = { reconnect: { baseMs: 20, maxMs: 50 }, retry: { maxAttempts: 40, baseMs: 20, maxMs: 100 } };

/** Daemons as processes of their own, one after the other on one state directory, and what they leave behind. */
export class DaemonLab {
  readonly sandbox = new HoldfastSandbox();
  readonly workspace = join(this.sandbox.folder, 'work');
  readonly #leaving = new AbortController();

  constructor() {
    mkdirSync(this.workspace);
  }

  /** Aborts when the test is over: give it to whatever would wait for ever. */
  get signal(): AbortSignal {
    return this.#leaving.signal;
  }

  serve(args: readonly string[] = [], env: object = {}): Promise<Daemon> {
    return this.sandbox.serve(['--workspace', this.workspace, '--log-level', 'warn', ...args], env);
  }

  /** Starts the next daemon where the last one listened. */
  serveAgain({ ready }: Daemon, args: readonly string[] = [], env: object = {}): Promise<Daemon> {
    return this.serve(['--port', new URL(ready.url).port, ...args], env);
  }

  client({ ready, token }: Daemon): HoldfastClient {
    return new HoldfastClient({ baseUrl: ready.url, token: token(), ...quickly });
  }

  /** A client that never asks twice. */
  bluntClient({ ready, token }: Daemon): HoldfastClient {
    return new HoldfastClient({ baseUrl: ready.url, token: token(), retry: null });
  }

  /** A session nobody else attaches to. */
  async session(daemon: Daemon): Promise<Session> {
    return this.client(daemon).createSession({ sessionScope: 'thread' }, { signal: this.signal });
  }

  /** Opens a raw stream of a session from its first event on. */
  stream({ ready, token }: Daemon, sessionId: string, after = 0): Promise<StreamClient> {
    return openStreamClient(`${ready.url}/session/${sessionId}/events?after=${after}`, {
      authorization: `Bearer ${token()}`,
    });
  }

  /** Every recorded frame of a live session, as a reader gets them that comes now. */
  async replay(daemon: Daemon, sessionId: string): Promise<readonly string[]> {
    const reader = await this.stream(daemon, sessionId);
    await until(() => reader.messages().some(({ event }) => event === 'replay_complete'));
    reader.leave();
    return recordedFrames(reader.text());
  }

  async events(daemon: Daemon, sessionId: string): Promise<readonly Envelope[]> {
    return (await this.replay(daemon, sessionId)).map(envelopeOf);
  }

  /** SIGKILL; resolves when the daemon is gone. */
  async kill({ child, ended }: Daemon): Promise<void> {
    child.kill('SIGKILL');
    await ended;
  }

  /** SIGTERM; gives how the daemon ended. */
  async stop({ child, ended }: Daemon) {
    child.kill('SIGTERM');
    return ended;
  }

  /** What the demo agent was ever asked, in order. */
  prompts(): readonly LoggedPrompt[] {
    const file = join(this.sandbox.folder, '.local/state/holdfast-demo-agent/prompts.jsonl');
    try {
      return readFileSync(file, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line));
    } catch {
      // No prompt reached an agent yet.
      return [];
    }
  }

  /** Processes started by a daemon, or by what it started, that still run; found by the HOME they inherited. */
  descendants(): readonly number[] {
    const children = new Set(this.sandbox.pids());
    return processesWith(`HOME=${this.sandbox.folder}`).filter((pid) => !children.has(pid));
  }

  /** Ends whatever was given the lab's signal. */
  leave(): void {
    this.#leaving.abort();
  }

  async close(): Promise<void> {
    this.leave();
    const strays = this.descendants();
    await this.sandbox.close();
    for (const pid of [...strays, ...this.descendants()]) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  }
}

/** Collects events until one satisfies; fails when the stream ends before. */
export async function collect(
  events: AsyncIterable<Envelope>,
  isLast: (event: Envelope) => boolean,
): Promise<readonly Envelope[]> {
  const collected: Envelope[] = [];
  for await (const event of events) {
    collected.push(event);
    if (isLast(event)) return collected;
  }
  throw new Error(`the stream ended after ${collected.length} events: ${JSON.stringify(collected.at(-1))}`);
}

/** All the agent said in some events. */
export const said = (events: readonly Envelope[]): string => events.map(agentText).join('');
