import { fileURLToPath } from 'node:url';
import { type Daemon, DaemonLab } from '../../packages/server/src/e2e/testing/daemon-lab.ts';
import type { SabotageName } from './sabotage-names.ts';

const flags = [
  ...['--max-sessions', '200', '--max-pending-prompts', '8', '--drain-timeout-ms', '150'],
  ...['--cancel-grace-ms', '300', '--agent-idle-timeout-ms', '200'],
];

/** The daemon under test: one after the other, on one state directory and one port. */
export class Stage {
  readonly lab = new DaemonLab();
  readonly #env: object;
  #daemon: Daemon | undefined;
  #port = '0';
  /** What all daemons wrote to stderr. */
  log = '';

  constructor(sabotage: SabotageName | undefined) {
    const file = fileURLToPath(new URL('./sabotage.mjs', import.meta.url));
    this.#env = sabotage === undefined ? {} : { NODE_OPTIONS: `--import=file://${file}?name=${sabotage}` };
  }

  get daemon(): Daemon {
    if (this.#daemon === undefined) throw new Error('no daemon was started');
    return this.#daemon;
  }

  async start(): Promise<void> {
    const daemon = await this.lab.serve(['--port', this.#port, ...flags], this.#env);
    this.#daemon = daemon;
    this.#port = new URL(daemon.ready.url).port;
    void daemon.ended.then(({ stderr }) => {
      this.log += stderr;
    });
  }

  /** Begins a start that something may interrupt; `pid` is the new daemon's. */
  begin() {
    const args = ['--workspace', this.lab.workspace, '--log-level', 'warn', '--port', this.#port, ...flags];
    const daemon = this.lab.sandbox.start(['serve', '--json', ...args], { env: this.#env });
    void daemon.ended.then(({ stderr }) => {
      this.log += stderr;
    });
    return daemon;
  }

  /** Processes the daemons started that still run. */
  agents(): readonly number[] {
    return this.lab.descendants();
  }
}
