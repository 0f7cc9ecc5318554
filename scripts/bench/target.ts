import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuSeconds, rssBytes } from './process-figures.ts';
import { RawConnection, requestBytes, requestJson } from './raw-http.ts';
import { nowMs } from './statistics.ts';

const startLimitMs = 60_000;
const stopLimitMs = 20_000;

/** A daemon under measurement, ours or the reference: a child process that serves on a port of this machine. */
export class Target {
  readonly name: string;
  readonly port: number;
  readonly child: ChildProcess;
  /** From its start to the first 200 (ms). */
  readonly startMs: number;
  readonly workspace: string;

  private constructor(
    name: string,
    place: { port: number; workspace: string },
    child: ChildProcess,
    startMs: number,
  ) {
    this.name = name;
    this.port = place.port;
    this.workspace = place.workspace;
    this.child = child;
    this.startMs = startMs;
  }

  /** Starts `command` and resolves once it answers GET /health. */
  static async start(
    name: string,
    place: { readonly port: number; readonly workspace: string },
    command: readonly string[],
    options: SpawnOptions,
  ): Promise<Target> {
    const [file = '', ...args] = command;
    const startedAt = nowMs();
    const child = spawn(file, args, options);
    const startMs = await firstAnswer(place.port, child, startedAt);
    return new Target(name, place, child, startMs);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  cpuSeconds(): number {
    return cpuSeconds(this.pid);
  }

  rssBytes(): number {
    return rssBytes(this.pid);
  }

  /** A session of its own; its id. */
  async createSession(): Promise<string> {
    const body = { cwd: this.workspace, sessionScope: 'thread' };
    const created = await requestJson(this.port, 'POST', '/session', body);
    if (typeof created === 'object' && created !== null && 'sessionId' in created)
      return String(created.sessionId);
    throw new Error(`${this.name} created no session`);
  }

  async prompt(sessionId: string, text: string): Promise<void> {
    await requestJson(this.port, 'POST', `/session/${sessionId}/prompt`, promptBody(text));
  }

  /** Asks the probe of a daemon that was started with one. */
  async ask(what: 'memory' | 'watch' | 'stall'): Promise<Readonly<Record<string, number>>> {
    const answered = once(this.child, 'message');
    this.child.send(what);
    const [answer] = await answered;
    return answer;
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.kill(signal);
    const limit = setTimeout(() => this.child.kill('SIGKILL'), stopLimitMs);
    await exited;
    clearTimeout(limit);
  }
}

export const promptBody = (text: string) => ({ prompt: [{ type: 'text', text }] });

/** A port nobody listens on right now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address === 'object' && address !== null) return address.port;
  throw new Error('no port is free');
}

/** Milliseconds until GET /health is answered with 200; asks every other millisecond. */
async function firstAnswer(port: number, child: ChildProcess, startedAt: number): Promise<number> {
  const request = requestBytes('GET', '/health');
  while (nowMs() - startedAt < startLimitMs) {
    if (child.exitCode !== null) throw new Error(`the daemon exited with code ${child.exitCode}`);
    const connection = await RawConnection.open(port).catch(() => undefined);
    const answer = await connection?.send(request).catch(() => undefined);
    connection?.close();
    if (answer?.status === 200) return nowMs() - startedAt;
    await sleep(2);
  }
  child.kill('SIGKILL');
  throw new Error(`the daemon did not answer within ${startLimitMs} ms`);
}
