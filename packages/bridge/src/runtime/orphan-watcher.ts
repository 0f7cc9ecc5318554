import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import { keepAlive } from './keep-alive.ts';

export interface OrphanWatcherOptions {
  /** `NAME=value` in the environment of everything that must not outlive us, or how it begins. */
  readonly marker: string;
  /** Where `grep` and `sleep` are found (PATH). */
  readonly path: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Reads `+ GROUP` and `- GROUP` until its input ends, which the kernel sees to when we die, however we die; then kills
 * those groups and every process whose environment, as /proc has it, holds the marker. `.` says that nothing is left.
 * In words that dash, bash and BusyBox know alike; not every grep takes lines that end in NUL.
 */
const script = `
trap '' HUP INT TERM
groups=' '
while read -r sign group; do
  case $sign in
    +) groups="$groups$group " ;;
    -) case $groups in *" $group "*) groups="\${groups%% $group *} \${groups#* $group }" ;; esac ;;
    .) exit 0 ;;
  esac
done
for group in $groups; do kill -s KILL -- "-$group"; done
if printf 'a\\000b' | grep -qFz b; then
  marked() { grep -lsFz -- "$1" /proc/[0-9]*/environ; }
else
  marked() {
    for file in /proc/[0-9]*/environ; do
      tr '\\000' '\\n' <"$file" | grep -qF -- "$1" && echo "$file"
    done
  }
fi
rounds=0
quiet=0
while [ $quiet -lt 2 ] && [ $rounds -lt 150 ]; do
  found=$(marked "$1")
  quiet=$((quiet + 1))
  rounds=$((rounds + 1))
  for file in $found; do
    pid=\${file#/proc/}
    kill -s KILL "\${pid%/environ}"
    quiet=0
  done
  sleep 0.1 || sleep 1
done`;

/** One that ended sooner is not started again at once: something is wrong with it. */
const minLifeMs = 1_000;
/** It has nothing to do but read one line. */
const closeGraceMs = 2_000;

/**
 * A shell beside us that ends our agents and all they started when we are gone, although nobody starts us again. It needs a
 * POSIX shell, and /proc for what left its group; elsewhere the sweep of the next start is all.
 */
export class OrphanWatcher {
  readonly #options: OrphanWatcherOptions;
  readonly #groups = new Set<number>();
  #child: ChildProcess | undefined;
  #isClosed = false;

  constructor(options: OrphanWatcherOptions) {
    this.#options = options;
  }

  /** Runs from here on. Call it before the first process starts that it is to find. */
  start(): void {
    if (this.#child !== undefined || this.#isClosed || process.platform === 'win32') return;
    const { marker, path, clock } = this.#options;
    const startedAt = clock.elapsedMs();
    try {
      // A session of its own: what ends our process group, Ctrl-C for one, must leave it.
      const child = spawn('/bin/sh', ['-c', script, 'holdfast-orphan-watcher', marker], {
        cwd: '/',
        detached: true,
        env: { PATH: `${path}:/usr/bin:/bin`, LC_ALL: 'C' },
        stdio: ['pipe', 'ignore', 'ignore'],
      });
      this.#child = child;
      child.on('error', (error) => this.#lost(child, error));
      child.on('exit', () => {
        this.#lost(child, undefined);
        if (this.#groups.size > 0 && clock.elapsedMs() - startedAt > minLifeMs) this.start();
      });
      // It went in the middle of a write; its exit says so.
      child.stdin?.on('error', () => {});
      child.unref();
      // Node.js makes a child's pipes sockets, and types them as streams.
      (child.stdin as Socket | null)?.unref();
      for (const groupId of this.#groups) child.stdin?.write(`+ ${groupId}\n`);
    } catch (error) {
      this.#lost(this.#child, error);
    }
  }

  /** Adds a process group. */
  add(groupId: number): void {
    this.#groups.add(groupId);
    this.#child?.stdin?.write(`+ ${groupId}\n`);
  }

  /** Takes a process group off the list: nothing of it is left, and its number may become another's. */
  remove(groupId: number): void {
    if (this.#groups.delete(groupId)) this.#child?.stdin?.write(`- ${groupId}\n`);
  }

  /** Ends it; resolves when it is gone. Processes still on its list it kills first, and nobody waits for that. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const child = this.#child;
    if (child === undefined) return;
    if (this.#groups.size > 0) {
      child.stdin?.end();
      return;
    }
    const release = keepAlive();
    const cancel = this.#options.clock.after(closeGraceMs, () => void child.kill('SIGKILL'));
    const done = () => {
      cancel();
      release();
    };
    // Rejects when it never started: gone as well.
    const gone = once(child, 'exit').then(done, done);
    child.stdin?.end('.\n');
    await gone;
  }

  #lost(child: ChildProcess | undefined, error: unknown): void {
    if (this.#child === child) this.#child = undefined;
    if (this.#isClosed) return;
    this.#options.logger.warn(
      { err: error, pid: child?.pid },
      'the watcher that ends agents after a crash is gone; without it the next start does',
    );
  }
}
