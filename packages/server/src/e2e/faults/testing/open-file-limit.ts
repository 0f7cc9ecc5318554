import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { Agent, request } from 'node:http';
import type { Daemon } from '../../testing/daemon-lab.ts';

const prlimit = (pid: number, soft: string) =>
  spawnSync('prlimit', ['--pid', String(pid), `--nofile=${soft}:`], { encoding: 'utf8' });

/** Why the open-file limit of a running process cannot be set here; undefined when it can. */
export const whyNoOpenFileLimit: string | undefined = (() => {
  if (process.platform !== 'linux') return 'prlimit is Linux only';
  const { status, stderr, error } = spawnSync('prlimit', ['--pid', String(process.pid), '--nofile'], {
    encoding: 'utf8',
  });
  return status === 0 ? undefined : (error?.message ?? stderr.trim());
})();

/** The name of a test that sets the limit of a running process: where it cannot it says why it is skipped. */
export const withOpenFileLimit = (name: string): string =>
  whyNoOpenFileLimit === undefined ? name : `${name} [skipped: ${whyNoOpenFileLimit}]`;

/** Leaves a daemon so many file descriptors beyond those it has. */
export function leaveDescriptors({ pid }: Daemon, free: number): void {
  // A new descriptor is the lowest free one, and must be under the limit.
  const taken = new Set(readdirSync(`/proc/${pid}/fd`).map(Number));
  let limit = 0;
  for (let left = free; left > 0 || taken.has(limit); limit += 1) if (!taken.has(limit)) left -= 1;
  const { status, stderr } = prlimit(pid, String(limit));
  if (status !== 0) throw new Error(stderr);
}

/** Gives them back. */
export function freeDescriptors({ pid }: Daemon): void {
  prlimit(pid, '1024');
}

/** A client that keeps to its one connection. */
export class OneConnection {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #daemon: Daemon;

  constructor(daemon: Daemon) {
    this.#daemon = daemon;
  }

  ask(method: string, path: string, body?: unknown) {
    const { ready, token } = this.#daemon;
    return new Promise<{ status: number; headers: Record<string, unknown>; body: Record<string, unknown> }>(
      (resolve, reject) => {
        const asked = request(
          `${ready.url}${path}`,
          {
            agent: this.#agent,
            method,
            headers: { authorization: `Bearer ${token()}`, 'content-type': 'application/json' },
          },
          (answer) => {
            let text = '';
            answer.setEncoding('utf8');
            answer.on('data', (chunk: string) => {
              text += chunk;
            });
            answer.on('end', () =>
              resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: JSON.parse(text) }),
            );
          },
        );
        asked.on('error', reject);
        asked.end(body === undefined ? undefined : JSON.stringify(body));
      },
    );
  }

  close(): void {
    this.#agent.destroy();
  }
}
