// One daemon run from the sources, over any number of starts on the same state directory, port and scratch home.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AgentConfig } from '@holdfast/bridge';
import { HoldfastClient } from '@holdfast/sdk';
import { member, parseObject, text } from './json-reader.ts';

const main = fileURLToPath(new URL('../../packages/server/src/cli/main.ts', import.meta.url));
/** Stripping the types of the sources is most of a start; the cache keeps what was stripped. */
const compileCache = fileURLToPath(new URL('../../.cache/compile', import.meta.url));
const keptLogChars = 4_000;

export class Daemon {
  readonly home: string;
  readonly workspace: string;
  readonly #folder: string;
  #child: ChildProcess | undefined;
  #url = '';
  #token = '';
  #log = '';

  /** Writes the configuration, `settings` over what is usual here; everything is kept below `folder`. */
  constructor(folder: string, agents: Readonly<Record<string, AgentConfig>>, settings: object = {}) {
    this.#folder = folder;
    this.home = join(folder, 'home');
    this.workspace = join(folder, 'workspace');
    mkdirSync(this.home, { recursive: true });
    mkdirSync(this.workspace, { recursive: true });
    const config = {
      agents,
      defaultAgent: Object.keys(agents)[0],
      workspace: [this.workspace],
      // Generous: the machine may be busy. At once: what a close leaves behind shows at once.
      initTimeoutMs: 30_000,
      agentIdleTimeoutMs: 0,
      ...settings,
    };
    writeFileSync(join(folder, 'holdfast.config.json'), JSON.stringify(config, null, 2));
  }

  /** A client of the running daemon; it stays good over restarts. */
  client(): HoldfastClient {
    return new HoldfastClient({ baseUrl: this.#url, token: this.#token });
  }

  /** Where the running daemon listens. */
  get url(): string {
    return this.#url;
  }

  get token(): string {
    return this.#token;
  }

  /** The end of what it wrote to stderr, over all its starts. */
  get log(): string {
    return this.#log;
  }

  /** Starts it and waits until it says that it is ready. */
  async start(): Promise<void> {
    const flags = ['--conditions=holdfast-source', '--disable-warning=ExperimentalWarning', main];
    const port = this.#url === '' ? '0' : new URL(this.#url).port;
    const places = ['--state-dir', join(this.#folder, 'state')];
    const config = ['--config', join(this.#folder, 'holdfast.config.json')];
    const child = spawn(
      process.execPath,
      [...flags, 'serve', '--json', '--port', port, ...places, ...config],
      {
        cwd: this.#folder,
        // Nothing else of the caller's reaches the daemon or its agents.
        env: {
          PATH: process.env['PATH'],
          HOME: this.home,
          LANG: 'C.UTF-8',
          TERM: 'dumb',
          NODE_COMPILE_CACHE: compileCache,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    this.#child = child;
    const file = createWriteStream(join(this.#folder, 'daemon.log'), { flags: 'a' });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      file.write(chunk);
      this.#log = (this.#log + chunk).slice(-keptLogChars);
    });
    child.stderr.once('close', () => file.end());
    const ready = parseObject(await firstLine(child, () => this.#log));
    this.#url = text(member(ready, 'url'));
    this.#token = readFileSync(text(member(ready, 'tokenFile')), 'utf8').trim();
  }

  /** Ends it; resolves when its process is gone. */
  async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    const [code] = await ended;
    if (signal === 'SIGTERM' && code !== 0) throw new Error(`the daemon stopped with code ${code}`);
  }
}

function firstLine(child: ChildProcess, log: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      received += chunk;
      const end = received.indexOf('\n');
      if (end >= 0) resolve(received.slice(0, end));
    });
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new Error(`the daemon ended with code ${code} before it was ready:\n${log()}`)),
    );
  });
}
