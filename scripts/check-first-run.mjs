// Does what a newcomer does, on a state directory of its own: `npm start`, a first prompt from the command line, every
// example, Ctrl-C.
//   node scripts/run.mjs scripts/check-first-run.mjs
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { nodeBinary, root } from './run.mjs';

const scratch = mkdtempSync(join(tmpdir(), 'holdfast-first-run-'));
const stateDir = join(scratch, 'state');
const workspace = join(scratch, 'workspace');
mkdirSync(workspace);
// The demo agent keeps its own sessions there.
const surroundings = { ...process.env, XDG_STATE_HOME: scratch };
/** Longer than the daemon's own grace for running turns. */
const stopMs = 20_000;
/** Examples that want to be told a session. */
const wantsSession = ['packages/sdk/examples/watch-session.ts'];
/** Examples that go on until they are stopped. */
const neverEnds = ['packages/sdk/examples/watch-sessions.ts'];
let faultCount = 0;

const daemon = spawn(
  'npm',
  ['start', '--', '--port', '0', '--json', '--state-dir', stateDir, '--workspace', workspace],
  {
    cwd: root,
    env: surroundings,
    stdio: ['ignore', 'pipe', 'inherit'],
    // A terminal sends Ctrl-C to the whole group: npm, our script and the daemon.
    detached: true,
  },
);
process.once('SIGTERM', () => leave(1)).once('SIGINT', () => leave(1));
const exited = new Promise((resolve) => daemon.once('exit', (code, signal) => resolve(code ?? signal)));
try {
  const ready = await firstJsonLine(daemon.stdout, exited);
  const token = readFileSync(ready.tokenFile, 'utf8').trim();
  const env = { ...surroundings, HOLDFAST_URL: ready.url, HOLDFAST_TOKEN: token };
  check('npm start answers /health', (await fetch(`${ready.url}/health`)).ok);
  check('npm start refuses without the token', (await fetch(`${ready.url}/sessions`)).status === 401);
  command(
    'holdfast run',
    'npm',
    ['run', '-s', 'holdfast', '--', 'run', '--state-dir', stateDir, '--cwd', workspace, 'Hello!'],
    env,
  );
  const sessionId = await anySession(ready.url, token);
  for (const example of examples()) {
    const flags = ['--conditions=holdfast-source', '--disable-warning=ExperimentalWarning'];
    const args = [...flags, join(root, example), ...(wantsSession.includes(example) ? [sessionId] : [])];
    if (neverEnds.includes(example)) await endlessCommand(example, nodeBinary(), args, env);
    else command(example, nodeBinary(), args, env);
  }
  process.kill(-daemon.pid, 'SIGINT');
  // npm ends by the signal itself once its script has ended with 0.
  const outcome = await Promise.race([exited, sleep(stopMs, 'still running')]);
  check('Ctrl-C ends npm start', [0, 'SIGINT'].includes(outcome), `exit ${outcome}`);
  check('the daemon has ended', !isAlive(ready.pid) && !(await answers(`${ready.url}/health`)));
  check('daemon.json is gone', !existsSync(join(stateDir, 'daemon.json')));
} catch (error) {
  check(`${error}`, false);
}
leave(faultCount > 0 ? 1 : 0);

/** Ends with nothing left of what was started. */
function leave(code) {
  if (daemon.exitCode === null && daemon.signalCode === null) process.kill(-daemon.pid, 'SIGKILL');
  rmSync(scratch, { recursive: true, force: true });
  process.exit(code);
}

function check(what, isOk, detail = '') {
  console.log(`${isOk ? 'ok  ' : 'FAIL'} ${what}`);
  if (isOk) return;
  faultCount += 1;
  if (detail !== '') console.log(`     ${detail.trimEnd().replaceAll('\n', '\n     ')}`);
}

function command(what, file, args, env) {
  const { status, signal, stdout, stderr } = spawnSync(file, args, {
    cwd: root,
    env,
    encoding: 'utf8',
    timeout: 60_000,
  });
  const isOk = status === 0 && stdout.trim() !== '';
  check(what, isOk, `exit ${status ?? signal}\n${stdout}${stderr}`);
}

/** Works when it says something, and is stopped then. */
async function endlessCommand(what, file, args, env) {
  const child = spawn(file, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('exit', (code) => resolve(`exit ${code}`)));
  const said = new Promise((resolve) => child.stdout.once('data', () => resolve('said something')));
  const outcome = await Promise.race([said, ended, sleep(60_000, 'silent for a minute')]);
  child.kill();
  check(what, outcome === 'said something', outcome);
}

function examples() {
  const found = ['protocol', 'bridge', 'sdk', 'server'].flatMap((name) => {
    const folder = `packages/${name}/examples`;
    if (!existsSync(join(root, folder))) return [];
    return readdirSync(join(root, folder))
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
      .map((file) => `${folder}/${file}`);
  });
  for (const name of ['bridge', 'sdk'])
    check(
      `@holdfast/${name} has an example`,
      found.some((path) => path.startsWith(`packages/${name}/`)),
    );
  return found;
}

async function firstJsonLine(stream, gone) {
  const lines = createInterface({ input: stream });
  const line = new Promise((resolve) =>
    lines.on('line', (text) => text.startsWith('{') && resolve(JSON.parse(text))),
  );
  const early = gone.then((code) => {
    throw new Error(`npm start ended with ${code} before it was ready`);
  });
  return await Promise.race([line, early]);
}

async function anySession(url, token) {
  const answer = await fetch(`${url}/sessions`, { headers: { authorization: `Bearer ${token}` } });
  const { sessions = [] } = await answer.json();
  check('the session is listed', sessions.length > 0);
  return sessions[0]?.sessionId ?? '';
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    // No such process.
    return false;
  }
}

async function answers(url) {
  try {
    return (await fetch(url)).ok;
  } catch {
    // Refused: nobody listens there any more, as it should be.
    return false;
  }
}
