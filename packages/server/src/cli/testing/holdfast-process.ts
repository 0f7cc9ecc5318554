import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** How a command ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A `holdfast` command that runs as a process of its own. */
export interface HoldfastProcess {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Resolves with all of stdout and stderr so far once it matches; rejects when the process ends without. */
  output(pattern: RegExp): Promise<string>;
  readonly ended: Promise<Ended>;
}

/** Stripping the types of our sources is most of a start; the cache keeps what was stripped. */
const compileCache = fileURLToPath(new URL('../../../../../.cache/compile', import.meta.url));

/** Folders of its own, and every process started in them killed at the end. */
export class HoldfastSandbox {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-cli-')));
  readonly stateDir = join(this.folder, 'state');
  readonly #children: ChildProcess[] = [];

  /** Starts a command in the folder; nothing of the caller's environment but PATH reaches it. */
  start(
    args: readonly string[],
    { env = {}, input = '' }: { env?: object; input?: string } = {},
  ): HoldfastProcess {
    const main = fileURLToPath(new URL('../main.ts', import.meta.url));
    const flags = ['--conditions=holdfast-source', '--disable-warning=ExperimentalWarning', main];
    const child = spawn(process.execPath, [...flags, ...args], {
      cwd: this.folder,
      env: {
        PATH: process.env['PATH'],
        NODE_COMPILE_CACHE: compileCache,
        HOME: this.folder,
        HOLDFAST_STATE_DIR: this.stateDir,
        ...env,
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#children.push(child);
    child.stdin.end(input);
    return observe(child);
  }

  /** Runs a command to its end. */
  run(args: readonly string[], options: { env?: object; input?: string } = {}): Promise<Ended> {
    return this.start(args, options).ended;
  }

  /** Starts a daemon on any free port and waits until it says that it is ready. */
  async serve(args: readonly string[] = [], env: object = {}) {
    const daemon = this.start(['serve', '--json', '--port', '0', ...args], { env });
    const [line = ''] = (await daemon.output(/\{"url".*\}\n/))
      .split('\n')
      .filter((text) => text.startsWith('{"url"'));
    const ready: { url: string; pid: number; tokenFile: string } = JSON.parse(line);
    return { ...daemon, ready, token: () => readFileSync(ready.tokenFile, 'utf8').trim() };
  }

  /** The commands started here, ended or not. */
  pids(): readonly number[] {
    return this.#children.map(({ pid }) => pid ?? 0);
  }

  async close(): Promise<void> {
    for (const child of this.#children) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function observe(child: ChildProcess): HoldfastProcess {
  let stdout = '';
  let stderr = '';
  const waiting = new Set<() => void>();
  const wake = () => {
    for (const check of waiting) check();
  };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    wake();
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    wake();
  });
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, stdout, stderr }));
  return {
    child,
    pid: child.pid ?? 0,
    ended,
    output: (pattern) =>
      new Promise((resolve, reject) => {
        const check = () => {
          if (!pattern.test(stdout + stderr)) return;
          waiting.delete(check);
          resolve(stdout + stderr);
        };
        waiting.add(check);
        ended.then(() => reject(new Error(`ended without ${pattern}: ${stdout}${stderr}`)));
        check();
      }),
  };
}

/** The processes whose parent is the given one; Linux only. */
export function childrenOf(pid: number): readonly number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.split(' ').filter(Boolean).map(Number);
}

/** Tells whether a process exists and has not ended. */
export function isAlive(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    // No such entry: the process is gone.
    return false;
  }
}
