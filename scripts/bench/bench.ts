import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeBinary, root } from '../run.mjs';
import type { BenchOptions } from './bench-options.ts';
import { ReaderProcess } from './reader-process.ts';
import { freePort, Target } from './target.ts';

const cli = join(root, 'packages/server/dist/cli.js');
const demoAgent = join(root, 'packages/bridge/dist/demo-agent.js');
const beside = (file: string) => fileURLToPath(new URL(file, import.meta.url));

export interface HoldfastOptions {
  /** Default: a new, empty one. */
  readonly stateDir?: string;
  readonly flags?: readonly string[];
  /** Loads the probe that tells about the heap. */
  readonly isProbed?: boolean;
  /** Where compiled code is kept from the first start on; default: one place for all. */
  readonly cacheHome?: string;
}

/** What the figures share: a scratch folder, the readers' process, and how daemons are started. */
export class Bench {
  readonly options: BenchOptions;
  readonly scratch = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  readonly workspace: string;
  readonly #running = new Set<Target>();
  #readers: ReaderProcess | undefined;
  #folders = 0;

  constructor(options: BenchOptions) {
    this.options = options;
    // Sessions that are kept for the next run live where they lived.
    this.workspace = join(options.statesDir ?? this.scratch, 'workspace');
    mkdirSync(this.workspace, { recursive: true });
  }

  /** The process that reads event streams. */
  get readers(): ReaderProcess {
    this.#readers ??= new ReaderProcess();
    return this.#readers;
  }

  newFolder(name: string): string {
    this.#folders += 1;
    const folder = join(this.scratch, `${name}-${this.#folders}`);
    mkdirSync(folder, { mode: 0o700 });
    return folder;
  }

  /** The built daemon with its defaults, the journal's sync included; only the limits of sessions are raised. */
  async startHoldfast({
    stateDir = this.newFolder('state'),
    flags = [],
    isProbed = false,
    cacheHome = join(this.scratch, 'cache'),
  }: HoldfastOptions = {}) {
    const port = await freePort();
    const { profileDir } = this.options;
    const nodeFlags = [
      ...(profileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDir}`]),
      ...(isProbed ? ['--expose-gc', '--import', beside('probe.mjs')] : []),
    ];
    const command = [nodeBinary(), ...nodeFlags, cli, 'serve', '--no-auth', '--port', String(port)];
    command.push('--state-dir', stateDir, '--workspace', this.workspace, '--default-agent', 'demo');
    // The very file that the reference runs.
    command.push('--agent', `demo=${nodeBinary()} ${demoAgent}`);
    command.push('--max-sessions', '2000', '--log-level', 'warn', ...flags);
    return this.#started(
      'Holdfast',
      port,
      command,
      { XDG_CACHE_HOME: cacheHome },
      isProbed ? ['ignore', 'ignore', 'inherit', 'ipc'] : undefined,
    );
  }

  /** The naive daemon, with the same agent. */
  async startNaive(): Promise<Target> {
    const port = await freePort();
    return this.#started('naive', port, [
      nodeBinary(),
      beside('naive-daemon.mjs'),
      String(port),
      nodeBinary(),
      demoAgent,
    ]);
  }

  /** The reference of replays, on the journal's own file. */
  async startRowServer(file: string): Promise<Target> {
    const port = await freePort();
    const flags = ['--disable-warning=ExperimentalWarning'];
    return this.#started('rows', port, [
      nodeBinary(),
      ...flags,
      beside('row-server.mjs'),
      String(port),
      file,
    ]);
  }

  async stop(target: Target): Promise<void> {
    await target.stop();
    this.#running.delete(target);
  }

  /** Stops everything that still runs and removes the scratch folder. */
  async close(): Promise<void> {
    await Promise.all([...this.#running].map((target) => this.stop(target)));
    this.#readers?.close();
    rmSync(this.scratch, { recursive: true, force: true, maxRetries: 5 });
  }

  async #started(
    name: string,
    port: number,
    command: readonly string[],
    surroundings: Readonly<Record<string, string>> = {},
    stdio: ('ignore' | 'inherit' | 'ipc')[] = ['ignore', 'ignore', 'inherit'],
  ): Promise<Target> {
    // The demo agent of either daemon keeps its sessions in the scratch folder.
    const env = { ...process.env, XDG_STATE_HOME: join(this.scratch, 'agent'), ...surroundings };
    const target = await Target.start(name, { port, workspace: this.workspace }, command, { stdio, env });
    this.#running.add(target);
    return target;
  }
}
