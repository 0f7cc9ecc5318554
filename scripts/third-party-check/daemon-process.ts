// Runs a daemon from the sources as a child process, in folders of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { member, parseObject, text } from '../agents-check/json-reader.ts';

/** What the configuration file of the daemon says of its one agent. */
export interface AgentEntry {
  readonly name: string;
  /** Absent for an agent that needs no configuration. */
  readonly config?: {
    readonly command: string;
    readonly args: readonly string[];
    readonly env: Readonly<Record<string, string>>;
  };
}

const main = fileURLToPath(new URL('../../packages/server/src/cli/main.ts', import.meta.url));
/** Stripping the types of the sources is most of a start; the cache keeps what was stripped. */
const compileCache = fileURLToPath(new URL('../../.cache/compile', import.meta.url));

/** One daemon over any number of starts on the same state directory. */
export class DaemonProcess {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-third-party-')));
  readonly workspace = join(this.folder, 'workspace');
  readonly agent: AgentEntry;
  url = '';
  token = '';
  #child: ChildProcess | undefined;
  #stderr = '';

  constructor(agent: AgentEntry) {
    this.agent = agent;
    mkdirSync(this.workspace);
    const agents = agent.config === undefined ? {} : { [agent.name]: agent.config };
    writeFileSync(join(this.folder, 'holdfast.config.json'), JSON.stringify({ agents }));
  }

  /** Starts it and waits until it says that it is ready. */
  async start(): Promise<void> {
    const flags = ['--conditions=holdfast-source', '--disable-warning=ExperimentalWarning', main];
    const options = ['--state-dir', join(this.folder, 'state'), '--workspace', this.workspace];
    const agent = ['--default-agent', this.agent.name, '--init-timeout-ms', '30000'];
    const child = spawn(
      process.execPath,
      [...flags, 'serve', '--json', '--port', '0', ...options, ...agent],
      {
        cwd: this.folder,
        // Nothing else of the caller's reaches the daemon or its agents.
        env: {
          PATH: process.env['PATH'],
          HOME: this.folder,
          LANG: 'C.UTF-8',
          NODE_COMPILE_CACHE: compileCache,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    this.#child = child;
    this.#stderr = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      this.#stderr = (this.#stderr + chunk).slice(-8000);
    });
    const ready = parseObject(await firstLine(child, () => this.#stderr));
    this.url = text(member(ready, 'url'));
    this.token = readFileSync(text(member(ready, 'tokenFile')), 'utf8').trim();
  }

  /** The end of what it wrote to stderr since its start. */
  get log(): string {
    return this.#stderr;
  }

  /** Ends it with SIGKILL and starts it again. */
  async crash(): Promise<void> {
    await this.#end('SIGKILL');
    await this.start();
  }

  /** Ends it cleanly and removes its folders. */
  async close(): Promise<void> {
    await this.#end('SIGTERM');
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
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
      reject(new Error(`the daemon ended with ${code} before it was ready:\n${log()}`)),
    );
  });
}
