import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Daemon, DaemonLab } from '../../packages/server/src/e2e/testing/daemon-lab.ts';
import type { SabotageName } from './sabotages.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const demoAgent = join(repository, 'packages/bridge/src/demo-agent/main.ts');

/** A workspace and the agent that works in it. */
export interface Place {
  readonly cwd: string;
  readonly agent: string;
}

/** The demo agent as one that restores nothing, so that the daemon must tell it the past. */
const forgetful = [
  ...[process.execPath, '--conditions=holdfast-source', '--disable-warning=ExperimentalWarning', demoAgent],
  ...['--no-load', '--no-resume', '--no-fork'],
];

const flags = [
  ...['--agent', `forgetful=${forgetful.map((word) => `'${word}'`).join(' ')}`, '--default-agent', 'demo'],
  ...['--max-sessions', '200', '--max-pending-prompts', '8', '--drain-timeout-ms', '150'],
  ...['--cancel-grace-ms', '300', '--agent-idle-timeout-ms', '200'],
];

/** The daemon under test: one after the other, on one state directory and one port. */
export class Stage {
  readonly lab = new DaemonLab();
  /** Where sessions work and with what; each has an agent process of its own. */
  readonly places: readonly Place[];
  readonly #env: object;
  #daemon: Daemon | undefined;
  #port = '0';
  /** What all daemons wrote to stderr. */
  log = '';

  constructor(sabotage: SabotageName | undefined) {
    this.places = ['demo', 'forgetful'].map((agent) => ({ agent, cwd: join(this.lab.workspace, agent) }));
    for (const { cwd } of this.places) mkdirSync(cwd);
    const file = fileURLToPath(new URL('./sabotage-hook.ts', import.meta.url));
    this.#env = sabotage === undefined ? {} : { NODE_OPTIONS: `--import=file://${file}?name=${sabotage}` };
  }

  get daemon(): Daemon {
    if (this.#daemon === undefined) throw new Error('no daemon was started');
    return this.#daemon;
  }

  async start(): Promise<void> {
    const daemon = await this.lab.serve(this.#args(), this.#env);
    this.#daemon = daemon;
    this.#port = new URL(daemon.ready.url).port;
    void daemon.ended.then(({ stderr }) => {
      this.log += stderr;
    });
  }

  /** Begins a start that something may interrupt; `pid` is the new daemon's. */
  begin() {
    const daemon = this.lab.sandbox.start(['serve', '--json', '--log-level', 'warn', ...this.#args()], {
      env: this.#env,
    });
    void daemon.ended.then(({ stderr }) => {
      this.log += stderr;
    });
    return daemon;
  }

  #args(): readonly string[] {
    const roots = this.places.flatMap(({ cwd }) => ['--workspace', cwd]);
    return ['--port', this.#port, ...roots, ...flags];
  }

  /** Processes the daemons started that still run. */
  agents(): readonly number[] {
    return this.lab.descendants();
  }
}
